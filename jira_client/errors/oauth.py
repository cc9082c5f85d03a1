"""OAuth problems: what the provider names, and what keeps us from signing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jira_client.errors.base import JiraError


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


class SigningUnavailable(JiraError):
    """This computer's cryptography refuses RSA with SHA-1, which OAuth 1.0a needs."""

    code = "signing_unavailable"


class KeyUnusable(JiraError):
    """The text is no RSA private key that we can sign with."""

    code = "key_unusable"
