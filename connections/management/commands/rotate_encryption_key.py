"""`manage.py rotate_encryption_key`: seal every credential with the first key of the ring."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connections.access.sealing import KeysUnusable
from connections.setup import key_rotation


class Command(BaseCommand):
    help = (
        "Seal every stored credential with the first key of ALMCONNECT_ENCRYPTION_KEYS. Put the new "
        "key first and keep the old one behind it. May be stopped and run again at any point."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            progress = key_rotation.rotate()
            left = key_rotation.remaining()
        except KeysUnusable as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{progress.sealed} credentials were sealed with the first key.")
        for sentence in progress.broken:
            self.stderr.write(sentence)
        if left:
            raise CommandError(f"{left} credentials still need the old key. Keep it in the ring.")
        self.stdout.write("Nothing needs the old keys any more: they may leave the ring.")
