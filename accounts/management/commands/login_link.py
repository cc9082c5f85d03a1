"""Print a one-time sign-in address for a person. Makes the person if there is none of that name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import audit, one_time_links
from accounts.models import LinkPurpose, Role, User
from accounts.people import add_person
from almconnect.lib.api import Refused


class Command(BaseCommand):
    help = "Print a one-time sign-in address for a person, alone on one line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True)
        parser.add_argument(
            "--role",
            choices=Role.values,
            help="role of a person who is new (viewer if not given); an existing role stays",
        )
        parser.add_argument("--minutes", type=int, default=10, help="how long it lives (10)")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["minutes"] <= 7 * 24 * 60:
            raise CommandError("--minutes must be between 1 and 10080 (a week).")
        person = User.objects.filter(username=options["user"]).first()
        if person is None:
            try:
                person = add_person(
                    actor=None, username=options["user"], role=options["role"] or Role.VIEWER
                )
            except Refused as problem:
                reasons = [word for words in problem.fields.values() for word in words]
                raise CommandError(" ".join(reasons) or problem.message) from problem
        if not person.is_active:
            raise CommandError(f"{person.username} is switched off: switch them on first.")
        audit.record("person.sign_in_link_made", actor=None, target=person)
        self.stdout.write(
            one_time_links.issue(LinkPurpose.SIGN_IN, person, timedelta(minutes=options["minutes"]))
        )
