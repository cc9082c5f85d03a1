"""Checks of what servers before Jira are shown: the proxy's login, a client certificate, extra headers.

Each has a row only where the connection has such a thing; what is missing is told by the row of what
failed for want of it. Needs no credential of Jira.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.access import outer_credentials
from connections.address import proxies
from connections.health import expiry
from connections.health.diagnosis import Explained
from connections.models import Connection
from connections.probes.probe import WARN_DAYS, Finding, Probe, State, passed, skipped
from jira_client.cloud_address import is_gateway
from jira_client.errors import (
    ConnectFailed,
    ForeignLogin,
    NotJson,
    ProxyFailed,
    Redirected,
    TlsFailed,
)


def proxy_login(probe: Probe) -> Finding:
    connection, error = probe.connection, probe.ask_instance()
    if isinstance(error, ProxyFailed):
        raise error
    words = _("The proxy accepts %(user)s.") % {"user": connection.proxy_username}
    if urlsplit(connection.proxy_url).scheme == "http":
        readable = _(
            "The password travels readable to %(proxy)s, as its address begins with http://."
        )
        words += " " + readable % {"proxy": proxies.shown(connection.proxy_url)}
    return passed(words)


def client_certificate(probe: Probe) -> Finding:
    connection, error = probe.connection, probe.ask_instance()
    if isinstance(error, TlsFailed):
        raise error
    if isinstance(error, ConnectFailed):
        return skipped(_("Not checked: no encrypted connection came about."))
    called = connection.api_url or connection.base_url
    if called.startswith("http://") or is_gateway(called):
        return passed(_("Not shown there: it goes to an https:// address of your own Jira alone."))
    facts = outer_credentials.facts_of(connection.client_certificate)
    if (days := expiry.days_until(facts.valid_until)) <= WARN_DAYS:
        return Finding(
            State.WARNING,
            ngettext(
                "It is shown where a server asks for one, but it ends in %(days)d day.",
                "It is shown where a server asks for one, but it ends in %(days)d days.",
                days,
            )
            % {"days": days},
            _("Ask whoever runs the server before Jira for a new one; paste it with its key."),
            "client_certificate_expires",
        )
    words = _("“%(subject)s” is shown where a server asks for one; it is good until %(day)s.")
    return passed(words % {"subject": facts.subject, "day": f"{facts.valid_until:%Y-%m-%d}"})


def extra_headers(probe: Probe) -> Finding:
    connection = probe.connection
    error: Exception | None = probe.ask_instance()
    if error is None and probe.server is None and probe.signs:
        error = _told_to_the_account(probe)  # what turns away nobody may let those pass who sign in
    if error is not None and _is_a_gate(error):
        raise error
    if isinstance(error, ConnectFailed):
        return skipped(_("Not checked: no connection came about."))
    names = ", ".join(connection.header_names)
    if is_gateway(connection.api_url or connection.base_url):
        return passed(_("Not sent to Atlassian's gateway: they are for your own Jira alone."))
    return passed(_("They go along with every call: %(names)s.") % {"names": names})


def _told_to_the_account(probe: Probe) -> Exception | None:
    try:
        probe.ask_account()
    except Explained as error:
        return error
    return None


def is_of_ours(connection: Connection, error: TlsFailed) -> bool:
    """Whether a handshake failed by the client certificate that the connection has."""
    return bool(connection.client_certificate) and error.kind.startswith("client_certificate_")


def _is_a_gate(error: Exception) -> bool:
    """Whether what answers is something before Jira that wants a login of its own."""
    if isinstance(error, Redirected):
        return error.to_login
    return isinstance(error, ForeignLogin) or (
        isinstance(error, NotJson) and error.kind == "login_page"
    )
