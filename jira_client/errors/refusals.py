"""What Jira refuses in so many words: login, permission, content, pace; and its own faults."""

from collections.abc import Mapping

from jira_client.errors.base import JiraError


class AuthenticationRefused(JiraError):
    """Jira does not accept the credentials (401). `confirmed`: `/myself` refused them too."""

    code = "authentication_refused"
    confirmed: bool = False


class CaptchaRequired(AuthenticationRefused):
    """Too many failed logins: every further call makes it worse until a person logs in."""

    code = "captcha_required"


class BasicDisabled(AuthenticationRefused):
    """This Jira does not take user name and password at its API."""

    code = "basic_disabled"


class WrongToken(AuthenticationRefused):
    """The token is of a kind that this deployment does not take; each further call is in vain."""

    code = "wrong_token"


class ClientRefused(AuthenticationRefused):
    """The client ID or client secret of a service account is wrong, or was revoked: no access token."""

    code = "client_refused"


class AnonymousAnswer(AuthenticationRefused):
    """Jira answered, but as to nobody: the credentials were silently ignored."""

    code = "anonymous_answer"


class ForeignLogin(JiraError):
    """What answers is not Jira: it asks for a login of its own, which it must not be given."""

    code = "foreign_login"


class OriginRefused(JiraError):
    """Jira refuses the network address that the call came from, whoever it is made as."""

    code = "origin_refused"


class XsrfRefused(JiraError):
    """Jira's protection against cross-site requests refused the call."""

    code = "xsrf_refused"


class PermissionRefused(JiraError):
    """The account may not do this (403)."""

    code = "permission_refused"


class CallRefused(PermissionRefused):
    """This one call is refused (401) although the credential is good: for want of a scope of the token, or,
    on Data Center, of a permission. It is no word on the credential.
    """

    code = "call_refused"


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


class Starting(ServerFault):
    """Jira starts, stops or is in maintenance, and sends every call to a page that says so."""

    code = "starting"


# What Jira answers about a thing that is missing, or that it does not show this account: of either,
# whoever can do without the thing knows nothing, and goes on.
NOT_TOLD = (Gone, Invalid, NotFound, PermissionRefused)
