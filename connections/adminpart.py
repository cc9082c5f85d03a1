"""The part of the setup that a Jira admin does: the steps for exactly this Jira, and a link of its
own to a page that shows them without a sign-in and without any secret.
"""

from __future__ import annotations

import uuid

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from connections.models import Connection
from jira_client.values import Deployment

_SALT = "connections.admin-part"
LIFETIME = 14 * 24 * 3600  # seconds


def path_for(connection: Connection) -> str:
    """The path of the connection's admin page; good for two weeks."""
    signed = signing.dumps(str(connection.pk), salt=_SALT)
    return reverse("connections:admin_part", args=[signed])


def read(signed: str) -> Connection | None:
    """The connection of a link, or None where it is forged, too old, or its connection is gone."""
    try:
        text = signing.loads(signed, salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    return Connection.objects.filter(pk=uuid.UUID(text)).first()


def steps(connection: Connection) -> list[str]:
    """What to click in Jira, in the words of its pages."""
    if connection.deployment == Deployment.CLOUD:
        first = [
            _("Click Settings > Jira admin settings > Jira apps."),
            _("On the left, under Integrations, open Application links."),
            _("Click Create link."),
            _("Choose the radio button “Direct application link using OAuth 1.0”."),
            _("Enter the Application URL of this page, then click Next."),
            _("In “Configure Application URL” click Continue: that nothing answers is expected."),
        ]
    elif connection.deployment == Deployment.DATA_CENTER and _major(connection) < 9:
        first = [
            _("Click Administration (the gear) > Applications > Application links."),
            _("Enter the Application URL of this page and click Create new link."),
            _("In “Configure Application URL” click Continue: that nothing answers is expected."),
        ]
    else:
        first = [
            _("Click Administration (the gear) > Applications > Application links."),
            _("Click Create link."),
            _(
                "Choose “Atlassian product”. (“External application” makes an OAuth 2.0 link, "
                "which is another thing.)"
            ),
            _("Enter the Application URL of this page, then click Continue."),
            _("In “Configure Application URL” click Continue: that nothing answers is expected."),
        ]
    return [
        *first,
        _("Enter an Application Name, for example ALM Connect."),
        _("Scroll down, tick the checkbox “Create incoming link”, then click Continue."),
        _("Copy Consumer Key and Public Key from this page; as Consumer Name write ALM Connect."),
        _("Click Continue. The link is ready."),
    ]


def _major(connection: Connection) -> int:
    first = connection.version.partition(".")[0]
    return int(first) if first.isdigit() else 9
