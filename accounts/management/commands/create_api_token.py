"""Print a new API token once. Makes the person if there is none of that name."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import audit
from accounts.models import ApiToken, Role, User


class Command(BaseCommand):
    help = "Create an API token for a person and print it, alone on one line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--name", default="")
        parser.add_argument("--days", type=int, default=ApiToken.DAYS, help="when it ends (90)")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= ApiToken.MOST_DAYS:
            raise CommandError(f"--days must be between 1 and {ApiToken.MOST_DAYS}.")
        user, made = User.objects.get_or_create(
            username=options["user"], defaults={"role": options["role"]}
        )
        if not user.is_active:
            raise CommandError(f"{user.username} is switched off: switch them on first.")
        if made:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        token, text = ApiToken.issue(user, options["role"], options["name"], options["days"])
        audit.record("token.created", actor=None, target=token, after={"role": token.role})
        self.stdout.write(text)
