"""`manage.py rotate_secret_key`: encrypt second sign-in steps with the present ALMCONNECT_SECRET_KEY."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import second_factor


class Command(BaseCommand):
    help = (
        "Encrypt the secrets of second sign-in steps with ALMCONNECT_SECRET_KEY. Keep the old one in "
        "ALMCONNECT_SECRET_KEY_FALLBACKS meanwhile. May be stopped and run again at any point."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done, broken = second_factor.seal_again()
        self.stdout.write(f"{done} second steps are encrypted with the present key.")
        if broken:
            raise CommandError(
                f"{broken} do not open with any key at hand. Put the key that they were encrypted with "
                "into ALMCONNECT_SECRET_KEY_FALLBACKS, or drop these second steps under “People”."
            )
        self.stdout.write("No second step needs the old key any more.")
