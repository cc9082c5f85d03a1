"""Checks of the webhook by which Jira tells us of changes: is it there, and did anything arrive."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.address.addresses import port_of
from connections.models import Connection, WebhookState
from connections.probes.probe import Finding, Probe, State, passed, skipped
from jira_client.errors import (
    AuthenticationRefused,
    NotFound,
    PermissionRefused,
)
from jira_client.values import Webhook

WEBHOOK_QUIET = timedelta(days=1)


_REGISTER = gettext_lazy(
    "Open tab “#5 Webhook”: register it there if the account is a Jira admin, or copy the address "
    "for your Jira admin."
)
_SWITCH_ON = gettext_lazy(
    "Ask a Jira admin to enable it: System → WebHooks. Or register it anew on tab “#5 Webhook”."
)
_LEAD_HERE = gettext_lazy(
    "Open tab “#5 Webhook” and register it again, or have a Jira admin enter the address that is shown "
    "there: System → WebHooks."
)


def webhook(probe: Probe) -> Finding:
    """Asked of Jira itself; only Jira admins are told."""
    connection = probe.connection
    stored = connection.webhook_state in {WebhookState.REGISTERED, WebhookState.SILENT}
    if not stored and not connection.projects.exists():
        return skipped(_("It is registered when the first project is mapped."))
    try:
        ours = [one for one in probe.client.webhooks.list() if connection.owns(one)]
    except (PermissionRefused, NotFound, AuthenticationRefused):
        return _untold(connection, stored=stored)
    here = [one for one in ours if _leads_here(connection, one)]
    if any(one.enabled for one in here):
        return passed(_("Jira tells this console about changes as they happen."))
    if here:
        message = _("The webhook is registered in Jira, but switched off there.")
        return Finding(State.WARNING, message, _SWITCH_ON, "webhook_disabled")
    if ours:
        message = _("The webhook in Jira calls %(there)s, but this console is %(here)s.") % {
            "there": _site(ours[0].url),
            "here": _site(connection.webhook_url),
        }
        return Finding(State.WARNING, message, _LEAD_HERE, "webhook_elsewhere")
    return _missing(connection, stored=stored)


def _leads_here(connection: Connection, hook: Webhook) -> bool:
    """To this console's address; or to another name for it, if what was sent there arrived."""
    if not hook.url.endswith(connection.webhook_path):
        return False
    return _site(hook.url) == _site(connection.webhook_url) or _seen_lately(connection)


def _site(url: str) -> str:
    """`scheme://host:port`: the path of a webhook is its secret."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}:{port_of(parts)}"
    except ValueError:  # a person may have typed anything there
        return _("an address that cannot be read")


def _seen_lately(connection: Connection) -> bool:
    seen = connection.webhook_seen
    return seen is not None and timezone.now() - seen < WEBHOOK_QUIET


def _untold(connection: Connection, *, stored: bool) -> Finding:
    """Jira shows its webhooks to admins only, so what arrived is the only witness."""
    if _seen_lately(connection):
        return passed(_("Jira tells this console about changes; what it sent arrived."))
    if stored:
        return skipped(
            _("Jira shows its webhooks to Jira admins only, and the account is none (any more).")
        )
    return _missing(connection, stored=False)


def _missing(connection: Connection, *, stored: bool) -> Finding:
    if stored:
        message = _("The webhook was registered, but Jira does not hold it any more.")
    else:
        message = connection.webhook_detail or _("No webhook is registered; changes are polled.")
    return Finding(State.WARNING, message, _REGISTER, "webhook_missing")


def webhook_seen(probe: Probe) -> Finding:
    connection = probe.connection
    if connection.webhook_state == WebhookState.SILENT:
        return Finding(
            State.WARNING,
            _("The webhook is registered, but what it should have told did not arrive."),
            _(
                "Ask the Jira admin whether Jira reaches this console; changes are polled meanwhile."
            ),
            "webhook_silent",
        )
    if connection.webhook_seen is None:
        return skipped(_("Nothing arrived yet. Edit an issue in Jira and test again."))
    if not _seen_lately(connection):
        return skipped(_("Nothing arrived for a day; perhaps nothing changed in Jira."))
    return passed(_("The webhook was seen within the last day."))
