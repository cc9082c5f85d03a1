"""Print the one-time address at which the first admin chooses name and password."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import one_time_links
from accounts.models import LinkPurpose, User


class Command(BaseCommand):
    help = "Print a one-time setup address, valid for 24 hours, alone on one line."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            raise CommandError(
                "This console is set up: people exist. "
                "To get in, run: manage.py login_link --user NAME"
            )
        self.stdout.write(one_time_links.issue(LinkPurpose.SETUP))
