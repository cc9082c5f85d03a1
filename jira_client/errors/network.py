"""Failures before anything was sent: name, address, port, proxy, TLS."""

from collections.abc import Mapping

from jira_client.errors.base import JiraError


class ConnectFailed(JiraError):
    """No connection came about, so nothing was sent."""

    code = "connect_failed"
    always_transient = True


class DnsFailed(ConnectFailed):
    """The host name has no address."""

    code = "dns_failed"


class ConnectionRefused(ConnectFailed):
    """Nobody listens at the address, or there is no route to it."""

    code = "connection_refused"


class ConnectTimedOut(ConnectFailed):
    """The connection attempt got no answer in time."""

    code = "connect_timed_out"


class AddressRefused(ConnectFailed):
    """Our own policy does not let the console call this address."""

    code = "address_refused"
    always_transient = False


class ProxyFailed(ConnectFailed):
    """The connection's proxy did not take us to Jira, so nothing reached Jira; `kind` says why.

    unreachable: nobody listens, or the name has no address. not_allowed: our own address policy.
    not_trusted: an https proxy's certificate. login_wanted: 407. forbids: 403. cannot_reach: it
    tried Jira in vain. not_one: what answers is no proxy for such a call.
    """

    code = "proxy_failed"

    def __init__(
        self,
        message: str = "",
        *,
        kind: str = "unreachable",
        seen: Mapping[str, str] | None = None,
    ) -> None:
        passing = kind in ("unreachable", "cannot_reach")
        super().__init__(message, seen=seen, transient=passing)
        self.kind = kind


class TlsFailed(ConnectFailed):
    """The encrypted connection could not be trusted; `kind` says why."""

    code = "tls_failed"
    always_transient = False

    def __init__(
        self, message: str = "", *, kind: str = "other", seen: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, seen=seen)
        self.kind = kind
