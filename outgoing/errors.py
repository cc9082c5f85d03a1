"""Everything that keeps a call from being answered, as one tree.

    CallFailed
    ├── UrlUnusable              what was given as base URL is no http(s) address of a server
    ├── ConnectFailed            nothing was sent
    │   ├── DnsFailed            the name has no address
    │   ├── ConnectionRefused    nobody listens, or no route
    │   ├── ConnectTimedOut      no answer to the connection attempt
    │   ├── AddressRefused       our own address policy said no
    │   ├── ProxyFailed          kind: unreachable, not_allowed, not_trusted, login_wanted,
    │   │                        login_refused, login_unknown, forbids, cannot_reach, not_one
    │   └── TlsFailed            kind: unknown_ca, self_signed, expired, chain_expired,
    │                            not_yet_valid, host_mismatch, fingerprint_mismatch, weak,
    │                            client_certificate, client_certificate_refused,
    │                            client_certificate_unusable, not_offered, wanted, versions, other
    └── AnswerLost               something was sent; a write may have been carried out
        ├── ReadTimedOut
        ├── ConnectionDropped
        ├── Truncated
        └── TooLarge

Messages are for admins: what happened and what to do. No attribute that is meant to be shown ever
holds a header, a token, a body or URL userinfo. What a server answers, of whatever status, is no error
here. A client of one kind of server has errors of its own for these (docs/decisions/0076).

Source: none; there is no rule about Jira here.
"""

from collections.abc import Mapping
from typing import ClassVar


class CallFailed(Exception):
    """Base of all. `str(error)` is a sentence for an admin.

    code: stable slug. method, path: what was asked, the path as a template without query.
    outcome_unknown: a write may have been carried out. transient: the same request may succeed later.
    seen: redacted facts, label to value.
    """

    code: ClassVar[str] = "call_failed"
    always_transient: ClassVar[bool] = False

    def __init__(
        self,
        message: str = "",
        *,
        method: str | None = None,
        path: str | None = None,
        outcome_unknown: bool = False,
        transient: bool | None = None,
        seen: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.method = method
        self.path = path
        self.outcome_unknown = outcome_unknown
        self.transient = self.always_transient if transient is None else transient
        self.seen: dict[str, str] = dict(seen or {})

    def __repr__(self) -> str:
        """For logs, Celery's too: without the words of an answer, which may hold our own credential."""
        return f"{type(self).__name__}({self.code!r})"

    def located(self, method: str, path: str) -> None:
        """Tells the error which call it belongs to. Raises no error."""
        self.method, self.path = method, path


class UrlUnusable(CallFailed):
    """What was given as base URL is no http(s) address of a server, or none for such a call."""

    code = "url_unusable"


class ConnectFailed(CallFailed):
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
    """The proxy did not take us to the server, so nothing reached it; `kind` says why.

    unreachable: nobody listens, or the name has no address. not_allowed: our own address policy.
    not_trusted: an https proxy's certificate. login_wanted: 407. login_refused: 407 to the
    login that it was given. login_unknown: it asks for another kind of login than Basic. forbids: 403.
    cannot_reach: it tried the server in vain. not_one: what answers is no proxy for such a call.
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


class AnswerLost(CallFailed):
    """The request went out and no whole answer came back."""

    code = "answer_lost"
    always_transient = True


class ReadTimedOut(AnswerLost):
    """No answer, or not the whole of it, in time."""

    code = "read_timed_out"


class ConnectionDropped(AnswerLost):
    """The connection ended before the answer began or while it came.

    `reused`: it was an idle one, which servers close when they like; a fresh one may do.
    """

    code = "connection_dropped"
    reused: bool = False


class Truncated(AnswerLost):
    """The answer is shorter than it said it would be."""

    code = "truncated"


class TooLarge(AnswerLost):
    """The answer is larger than we accept."""

    code = "too_large"
    always_transient = False
