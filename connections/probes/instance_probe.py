"""What an instance is, asked and told before any credential is typed.

The answer is rows like those of "Test connection", which of the ways in this Jira offers, and after
a TLS failure the certificate that it shows, for a person to compare. Sends no credential; a look writes
nothing, and `keep` what it told.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from connections.access import gateway
from connections.address import instance
from connections.health import health
from connections.models import Connection
from connections.probes import Probe, checkup
from connections.probes.checkup import Row, State
from connections.probes.probe import Unreached
from connections.setup import settings_editing
from jira_client.errors import AddressRefused, DnsFailed, JiraError, ProxyFailed, TlsFailed
from jira_client.flavour import Flavour, flavour_of
from jira_client.values import ServerInfo
from outgoing.tls import CertificateFacts

# What an earlier look may have left as diagnosis, and one that is answered takes away.
_OF_REACH = frozenset(
    {
        *("dns_failed", "connection_refused", "connect_timed_out", "connect_failed"),
        *("address_refused", "not_jira", "redirected", "login_page", "html_answer", "not_json"),
        *("leads_elsewhere", "no_such_site", "foreign_login", "strangers_refused", "starting"),
        *("origin_refused", "request_refused"),
        *("empty_answer", "read_timed_out", "connection_dropped", "server_fault"),
    }
)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found. `flavour` and `server` are None where the instance tells strangers nothing;
    `failure` says why it could not be asked, `certificate` what it showed where TLS failed."""

    target: str
    at: datetime
    rows: tuple[Row, ...]
    server: ServerInfo | None
    flavour: Flavour | None
    failure: Unreached | None
    certificate: CertificateFacts | None

    @property
    def failed(self) -> Row | None:
        """The row to show first: why nothing more could be asked. None where Jira answered."""
        if self.failure is None:
            return None
        return next((row for row in self.rows if row.state is State.FAIL), None)

    @property
    def warned(self) -> bool:
        return any(row.state in {State.WARNING, State.FAIL} for row in self.rows)

    @property
    def of_the_address(self) -> bool:
        """Whether the address itself is the fault: nothing at it could ever be called."""
        return isinstance(self.failure, AddressRefused | DnsFailed)

    @property
    def of_the_proxy(self) -> bool:
        """Whether the proxy's address is one that this console must not call."""
        return isinstance(self.failure, ProxyFailed) and self.failure.kind == "not_allowed"


def look(connection: Connection) -> Look:
    """Asks the instance what it is. `connection` need not be saved."""
    probe = Probe(connection)
    try:
        rows = tuple(checkup.examine(probe, checkup.ANONYMOUS))
    finally:
        probe.close()
    server = probe.server
    return Look(
        target=connection.api_url or connection.base_url,
        at=timezone.now(),
        rows=rows,
        server=server,
        flavour=flavour_of(server) if server else gateway.flavour_of(connection),
        # One that tells strangers nothing is no failure: the account will be told more.
        failure=probe.reach if probe.failure is not None else None,
        certificate=_certificate(connection, probe.reach),
    )


def look_at(connection: Connection | None, values: dict[str, Any]) -> Look:
    """Asks what is at settings that are not saved: cleaned `values`, typed over the connection's."""
    shadow = settings_editing.preview(connection or Connection(), values)
    if connection is None or shadow.origin != connection.origin:
        shadow.deployment = shadow.version = ""  # observed at another address
    return look(shadow)


def keep(connection: Connection, found: Look) -> None:
    """What the look of a person's press told, kept with the connection: what Jira is, or why it could
    not be asked. The one verb of this module that writes.
    """
    if found.failure is not None:
        health.note_attempt(connection, found.failure)
        return
    if found.server is not None:
        instance.observe(connection, found.server)
    code = (connection.diagnosis or {}).get("code", "")
    if code in _OF_REACH or code.startswith(("tls_", "proxy_")):
        health.note_mended(connection)


def _certificate(connection: Connection, failure: Unreached | None) -> CertificateFacts | None:
    if not isinstance(failure, TlsFailed) or failure.kind.startswith("client_certificate"):
        return None  # it was not the server's certificate that failed
    # Where even that fails there is nothing to compare, and the row tells what happened.
    with contextlib.suppress(JiraError), gateway.transport_for(connection) as transport:
        return transport.certificate()
    return None
