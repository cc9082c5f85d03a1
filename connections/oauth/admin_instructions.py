"""The part of the setup that a Jira admin does: the steps for exactly this Jira, and a link of its
own to a page that shows them without a sign-in and without any secret.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from connections.access import gateway
from connections.models import AuthMethod, Connection
from connections.oauth import sign_in_methods
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
    """What to click in Jira, in the words of its pages: by Cloud, and by Data Center's major version."""
    if connection.deployment == Deployment.CLOUD:
        first = _on_cloud()
    else:
        first = _BY_MAJOR.get(_major(connection), _create_link)()
    return [
        *first,
        _("In “Configure Application URL” click Continue: that nothing answers is expected."),
        _("Enter an Application Name, for example ALM Connect."),
        _("Scroll down, tick the checkbox “Create incoming link”, then click Continue."),
        _("Copy Consumer Key and Public Key from this page; as Consumer Name write ALM Connect."),
        _(
            "Leave Jira's field “Consumer Callback URL” empty, or copy the Callback URL of this page."
        ),
        _("Click Continue. The link is ready."),
    ]


def warning(connection: Connection) -> str:
    """What a Jira admin should know of this way in on this very version; empty where nothing."""
    return sign_in_methods.note(AuthMethod.OAUTH1, gateway.flavour_of(connection))


def callback_base() -> str:
    """What an application link may name as its callback; each sign-in sends its own ending along."""
    return settings.BASE_URL + reverse("connections:oauth_callback_base")


def _on_cloud() -> list[str]:
    return [
        _("Click Settings > Jira admin settings > Jira apps."),
        _("On the left, under Integrations, open Application links."),
        _("Click Create link."),
        _("Choose the radio button “Direct application link using OAuth 1.0”."),
        _("Enter the Application URL of this page, then click Next."),
    ]


def _create_new_link() -> list[str]:
    return [
        _("Click Administration (the gear) > Applications > Application links."),
        _("Enter the Application URL of this page and click Create new link."),
    ]


def _create_link() -> list[str]:
    """From Data Center 9 on: the dialog asks for the kind of link first."""
    return [
        _("Click Administration (the gear) > Applications > Application links."),
        _("Click Create link."),
        _(
            "Choose “Atlassian product”. (“External application” makes an OAuth 2.0 link, "
            "which is another thing.)"
        ),
        _("Enter the Application URL of this page, then click Continue."),
    ]


# A version that is not here, or not known, has the newest dialog.
_BY_MAJOR: dict[int, Callable[[], list[str]]] = {
    7: _create_new_link,
    8: _create_new_link,
    9: _create_link,
    10: _create_link,
    11: _create_link,
}


def _major(connection: Connection) -> int:
    first = connection.version.partition(".")[0]
    return int(first) if first.isdigit() else max(_BY_MAJOR)
