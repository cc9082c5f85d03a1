"""Checks of the instance, which need no credential: address, port, TLS, what it is, Base URL, clock."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.access import gateway
from connections.access.sealing import SealBroken
from connections.address import instance, proxies
from connections.health import expiry
from connections.health.diagnosis import Explained
from connections.models import AuthMethod
from connections.probes import of_way
from connections.probes.probe import WARN_DAYS, Finding, Probe, State, passed, skipped
from jira_client.cloud_address import is_gateway
from jira_client.errors import (
    AddressRefused,
    ConnectFailed,
    DnsFailed,
    JiraError,
    TlsFailed,
)
from jira_client.values import ServerInfo
from outgoing.tls import CertificateFacts

CLOCK_WARN, CLOCK_FAIL = 60.0, 300.0  # seconds; Jira's OAuth accepts five minutes either way


def address(probe: Probe) -> Finding:
    error = probe.ask_instance()
    if isinstance(error, DnsFailed | AddressRefused | SealBroken):
        raise error
    host = urlsplit(probe.connection.api_url or probe.connection.base_url).hostname
    if proxy := probe.connection.proxy_url:
        message = _("%(host)s may be called, through the proxy %(proxy)s.")
        return passed(message % {"host": host, "proxy": proxies.shown(proxy)})
    return passed(_("%(host)s is an address that this console may call.") % {"host": host})


def tcp(probe: Probe) -> Finding:
    error = probe.ask_instance()
    if isinstance(error, ConnectFailed) and not isinstance(error, TlsFailed):
        raise error
    if probe.connection.proxy_url:
        return passed(_("The proxy leads there."))
    return passed(_("Something answers there."))


def tls(probe: Probe) -> Finding:
    error = probe.ask_instance()
    if isinstance(error, TlsFailed) and not of_way.is_of_ours(probe.connection, error):
        raise error
    connection = probe.connection
    parts = urlsplit(connection.api_url or connection.base_url)
    if parts.scheme == "http":
        if parts.hostname in {"localhost", "127.0.0.1", "::1"} and not connection.proxy_url:
            return passed(_("Not encrypted, but the traffic does not leave this computer."))
        return Finding(
            State.WARNING,
            _("The address begins with http://, so passwords and contents travel readable."),
            _("Ask the Jira admin for the https:// address and enter it as Instance URL."),
            "not_encrypted",
        )
    probe.certificate = _certificate(probe)
    if not connection.checks_tls:
        return Finding(
            State.WARNING,
            _("Encrypted, but the certificate is not verified."),
            _("Paste the authority's certificate as CA bundle, then switch the check on again."),
            "tls_not_verified",
        )
    if (facts := probe.certificate) and (days := expiry.days_until(facts.valid_until)) <= WARN_DAYS:
        return Finding(
            State.WARNING,
            ngettext(
                "Encrypted, but Jira's certificate ends in %(days)d day.",
                "Encrypted, but Jira's certificate ends in %(days)d days.",
                days,
            )
            % {"days": days},
            _("Ask the Jira admin to renew the certificate before then."),
            "certificate_expires",
        )
    return passed(_("Encrypted, and the certificate is trusted."))


def _certificate(probe: Probe) -> CertificateFacts | None:
    """What the server shows; that it cannot be read a second time spoils nothing."""
    with gateway.transport_for(probe.connection) as transport:
        try:
            return transport.certificate()
        except JiraError:
            return None


def jira(probe: Probe) -> Finding:
    error = probe.ask_instance()
    if error is not None:
        raise error
    if probe.server is None:
        return passed(_("Jira answers; it tells strangers nothing about itself."))
    title = probe.server.title
    return passed(
        _("Jira answers: “%(title)s”.") % {"title": title} if title else _("Jira answers.")
    )


def version(probe: Probe) -> Finding:
    server = _server(probe)
    if server is None:
        return skipped(_("This Jira tells strangers nothing about itself."))
    return passed(instance.words_of(server))


def base_url(probe: Probe) -> Finding:
    server = _server(probe)
    if server is None:
        return skipped(_("This Jira tells strangers nothing about itself."))
    difference = instance.difference(probe.connection.base_url, server.base_url)
    if is_gateway(probe.connection.api_url or probe.connection.base_url):
        return passed(
            _("Calls go through Atlassian's gateway; links lead to the site: %(url)s")
            % {"url": server.base_url}
        )
    if not difference:
        return passed(
            _("Jira's own Base URL is the Instance URL: %(url)s") % {"url": server.base_url}
        )
    return Finding(
        State.WARNING,
        _("Jira's Base URL is not the Instance URL. %(difference)s.") % {"difference": difference},
        _(
            "Enter exactly Jira's Base URL as Instance URL, or ask a Jira admin to correct it: "
            "Settings → System → General configuration → Base URL. OAuth signatures depend on it."
        ),
        "base_url_differs",
    )


def clock(probe: Probe) -> Finding:
    server = _server(probe)
    skew = instance.read(server, probe.connection.base_url).skew if server else None
    if skew is None:
        return skipped(_("Jira does not tell its time."))
    words = _("Our clock and Jira's differ by %(seconds)d seconds.") % {"seconds": abs(skew)}
    if abs(skew) <= CLOCK_WARN:
        return passed(words)
    oauth = probe.connection.auth_method == AuthMethod.OAUTH1
    state = State.FAIL if oauth and abs(skew) > CLOCK_FAIL else State.WARNING
    remedy = _("Set both servers by NTP. OAuth accepts five minutes at most.")
    return Finding(state, words, remedy, "clock_skew")


def _server(probe: Probe) -> ServerInfo | None:
    """What the instance says of itself: to strangers, or else to the account where it is let in."""
    if probe.ask_instance() is None and probe.server is None and probe.signs:
        try:
            probe.ask_account()
            probe.server = probe.client.server_info()
        except Explained:
            return None  # why is the row of authentication's to say
    return probe.server
