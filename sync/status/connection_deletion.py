"""What the sync holds on a connection that is about to be deleted, and what it does before."""

from __future__ import annotations

from django.utils.translation import gettext as _

from connections.models import Connection
from planning.models import Change
from sync.models import Shadow
from sync.pairs.states import UNDER_WAY
from sync.webhook import webhooks


def counts(connection: Connection) -> dict[str, int]:
    waiting = Change.objects.filter(project__connection=connection, state__in=UNDER_WAY)
    return {
        _("linked items (they stay on the board)"): Shadow.objects.filter(
            connection=connection
        ).count(),
        _("changes waiting for Jira"): waiting.count(),
    }


def say(connection: Connection) -> None:
    """Take our webhook out of Jira. Raises JiraError."""
    webhooks.remove(connection)
