"""How an app of OAuth 2.0 is made in exactly this Jira: what to click, what to copy, what to bring back.

It must not ask Jira.

Source of Cloud's: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
Data Center: https://confluence.atlassian.com/adminjiraserver101/configure-an-incoming-link-1455427908.html
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from connections.models import Connection
from jira_client import scopes
from jira_client.person_token import OFFLINE
from jira_client.values import Deployment

PERMISSION: Final = "WRITE"  # Data Center's, which holds reading too


def is_cloud(connection: Connection) -> bool:
    return connection.deployment == Deployment.CLOUD


def wanted(connection: Connection) -> tuple[str, ...]:
    """The scopes that are asked for at each consent."""
    return (*scopes.everything(), OFFLINE) if is_cloud(connection) else (PERMISSION,)


def to_add(connection: Connection) -> tuple[str, ...]:
    """The scopes that are added to the app in the developer console; Data Center has a choice instead."""
    return scopes.everything() if is_cloud(connection) else ()


def steps(connection: Connection, *, for_admin: bool = False) -> list[str]:
    """What to click, in the words of Jira's pages. `for_admin`: read by somebody who has no sign-in here,
    and so brings nothing back but by another person.
    """
    first, last = _steps(connection)
    handed_on = _(
        "Give Client ID and Client secret to the person who sent you this link: in a password safe that "
        "you share, not by e-mail."
    )
    return [*first, handed_on if for_admin else last]


def _steps(connection: Connection) -> tuple[list[str], str]:
    """All but the last, and the last one."""
    if is_cloud(connection):
        return [
            _("Open developer.atlassian.com/console/myapps and log in."),
            _(
                "Click Create, choose “OAuth 2.0 integration”, and name it, for example ALM Connect."
            ),
            _(
                "Under Permissions add “Jira API”, and “Jira Software API” where it is listed apart; "
                "under each click Configure and add the scopes of this page."
            ),
            _(
                "Under Authorization, “OAuth 2.0 (3LO)”, click Add and paste the Callback URL of this "
                "page; save."
            ),
            _(
                "Under Distribution leave it as it is where whoever made the app also allows the access; "
                "else choose Sharing."
            ),
        ], _("Under Settings copy Client ID and Secret into this page.")
    return [
        _("Click Administration (the gear) > Applications > Application links."),
        _("Click Create link."),
        _("Choose “External application”, and “Incoming” as the direction; then click Continue."),
        _("Enter a name, for example ALM Connect, and paste the Redirect URL of this page."),
        _("As permission choose “Write”, which holds reading too; then click Save."),
    ], _("Copy Client ID and Client secret into this page.")


def notes(connection: Connection) -> list[str]:
    """What to know before: in which Jira there is no such way, and what it does not open."""
    if is_cloud(connection):
        return [
            _(
                "The webhook cannot be registered by such an app: a Jira admin registers it by hand, as "
                "“Webhook” says, or polling stands in."
            )
        ]
    return [
        _(
            "Jira offers this from Data Center 8.22 on, and only where its base URL and this console's "
            "address begin with https."
        ),
        _(
            "With the permission “Write” the webhook is registered by a Jira admin by hand, or polling "
            "stands in."
        ),
    ]
