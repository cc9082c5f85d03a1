"""Everything that can go wrong between us and Jira, as one tree.

    JiraError
    ├── ConnectFailed            nothing was sent
    │   ├── DnsFailed            the name has no address
    │   ├── ConnectionRefused    nobody listens, or no route
    │   ├── ConnectTimedOut      no answer to the connection attempt
    │   ├── AddressRefused       our own address policy said no
    │   ├── ProxyFailed          kind: unreachable, not_allowed, not_trusted, login_wanted, forbids,
    │   │                        cannot_reach, not_one
    │   └── TlsFailed            kind: unknown_ca, self_signed, expired, host_mismatch,
    │                            fingerprint_mismatch, other
    ├── AnswerLost               something was sent; a write may have been carried out
    │   ├── ReadTimedOut
    │   ├── ConnectionDropped
    │   ├── Truncated
    │   └── TooLarge
    ├── NotJson                  kind: login_page, html, empty, garbage
    ├── Redirected
    ├── NotJira                  something answers, but it is no Jira
    ├── OAuthProblem             Jira's OAuth provider names a problem
    ├── AuthenticationRefused    401
    │   ├── CaptchaRequired
    │   ├── BasicDisabled
    │   ├── WrongToken           a Personal Access Token where the deployment takes none
    │   └── AnonymousAnswer      answered, but as nobody
    ├── XsrfRefused
    ├── PermissionRefused        403
    ├── NotFound                 404: missing or invisible
    ├── Invalid                  400
    ├── ConflictRefused          409
    ├── Gone                     410
    ├── TooBig                   413
    ├── WorkflowInvalid          422
    ├── RateLimited              429
    ├── ServerFault              5xx
    ├── BadPayload               a webhook body that is not one
    ├── SigningUnavailable       this computer cannot sign RSA-SHA1
    └── KeyUnusable              the private key is not one we can sign with

Messages are for admins: what happened and what to do. No attribute that is meant to be shown ever
holds a header, a token, a body or URL userinfo. `jira_client.diagnosis` turns any of these into a
remedy; nothing here decides about retries.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar


class JiraError(Exception):
    """Base of all. `str(error)` is a sentence for an admin.

    code: stable slug. status: HTTP status, if one came. method, path: what was asked, the path as
    a template without query. retry_after: seconds Jira asks to wait. outcome_unknown: a write may
    have been carried out. transient: the same request may succeed later. field_errors: Jira's
    message per field. messages: Jira's general messages. seen: redacted facts, label to value.
    partial: results of the calls before this one, where one verb makes several.
    """

    code: ClassVar[str] = "jira_error"
    always_transient: ClassVar[bool] = False

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        method: str | None = None,
        path: str | None = None,
        retry_after: float | None = None,
        outcome_unknown: bool = False,
        transient: bool | None = None,
        field_errors: Mapping[str, str] | None = None,
        messages: Sequence[str] = (),
        seen: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.method = method
        self.path = path
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown
        self.transient = self.always_transient if transient is None else transient
        self.field_errors: dict[str, str] = dict(field_errors or {})
        self.messages: tuple[str, ...] = tuple(messages)
        self.seen: dict[str, str] = dict(seen or {})
        self.partial: tuple[object, ...] = ()

    def located(self, method: str, path: str) -> None:
        """Tells the error which call it belongs to."""
        self.method, self.path = method, path


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


class AnswerLost(JiraError):
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


class NotJson(JiraError):
    """An answer that is no JSON where Jira's API answers JSON; `kind` says what it looks like."""

    code = "not_json"

    def __init__(
        self,
        message: str = "",
        *,
        kind: str = "garbage",
        status: int | None = None,
        outcome_unknown: bool = False,
        seen: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, status=status, outcome_unknown=outcome_unknown, seen=seen)
        self.kind = kind


class Redirected(JiraError):
    """Jira, or something before it, points elsewhere; `location` has no query and no userinfo."""

    code = "redirected"

    def __init__(
        self,
        message: str = "",
        *,
        location: str = "",
        to_login: bool = False,
        status: int | None = None,
        seen: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, status=status, seen=seen)
        self.location = location
        self.to_login = to_login


class NotJira(JiraError):
    """Something answers at the address, but it is no Jira."""

    code = "not_jira"


class OAuthProblem(JiraError):
    """A problem that Jira's OAuth provider names.

    `problem` is its word, `parameters` what came with it (never tokens or signatures), and
    `base_string` the signature base string that Jira computed. The base string holds the token:
    decode it, compare it, never show it. `sent_url` is what was signed, `date` Jira's clock.
    """

    code = "oauth_problem"

    def __init__(
        self,
        message: str = "",
        *,
        problem: str = "",
        parameters: Mapping[str, str] | None = None,
        base_string: str | None = None,
        date: datetime | None = None,
        status: int | None = None,
        transient: bool | None = None,
        seen: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, status=status, transient=transient, seen=seen)
        self.sent_url: str | None = None
        self.date = date
        self.problem = problem
        self.parameters: dict[str, str] = dict(parameters or {})
        self.base_string = base_string

    def __reduce__(self) -> tuple[type["OAuthProblem"], tuple[str], dict[str, Any]]:
        # Task queues pickle errors: what holds a token or a query stays in this process.
        kept = {**self.__dict__, "base_string": None, "sent_url": None}
        return type(self), (str(self),), kept


class AuthenticationRefused(JiraError):
    """Jira does not accept the credentials (401)."""

    code = "authentication_refused"


class CaptchaRequired(AuthenticationRefused):
    """Too many failed logins: every further call makes it worse until a person logs in."""

    code = "captcha_required"


class BasicDisabled(AuthenticationRefused):
    """This Jira does not take user name and password at its API."""

    code = "basic_disabled"


class WrongToken(AuthenticationRefused):
    """The token is of a kind that this deployment does not take; each further call is in vain."""

    code = "wrong_token"


class AnonymousAnswer(AuthenticationRefused):
    """Jira answered, but as to nobody: the credentials were silently ignored."""

    code = "anonymous_answer"


class XsrfRefused(JiraError):
    """Jira's protection against cross-site requests refused the call."""

    code = "xsrf_refused"


class PermissionRefused(JiraError):
    """The account may not do this (403)."""

    code = "permission_refused"


class NotFound(JiraError):
    """Missing, or not visible to the account (404)."""

    code = "not_found"


class Invalid(JiraError):
    """Jira refuses the content (400); `field_errors` and `messages` say why."""

    code = "invalid"


class ConflictRefused(JiraError):
    """Somebody else changed the same thing at this moment (409)."""

    code = "conflict_refused"
    always_transient = True


class Gone(JiraError):
    """This part of the API was removed (410)."""

    code = "gone"


class TooBig(JiraError):
    """More than Jira takes: a limit per issue, or the request's size (413)."""

    code = "too_big"


class WorkflowInvalid(JiraError):
    """The workflow or its configuration does not let this happen (422)."""

    code = "workflow_invalid"


class RateLimited(JiraError):
    """Jira asks us to slow down (429); `reason` is its own word, or empty."""

    code = "rate_limited"
    always_transient = True

    def __init__(
        self,
        message: str = "",
        *,
        reason: str = "",
        retry_after: float | None = None,
        status: int | None = 429,
        seen: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, status=status, retry_after=retry_after, seen=seen)
        self.reason = reason


class ServerFault(JiraError):
    """Jira failed inside (5xx)."""

    code = "server_fault"
    always_transient = True


class BadPayload(JiraError):
    """A webhook body that is no webhook: not JSON, too deep, or without the expected parts."""

    code = "bad_payload"


class SigningUnavailable(JiraError):
    """This computer's cryptography refuses RSA with SHA-1, which OAuth 1.0a needs."""

    code = "signing_unavailable"


class KeyUnusable(JiraError):
    """The text is no RSA private key that we can sign with."""

    code = "key_unusable"
