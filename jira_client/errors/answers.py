"""Answers that are not what was asked for: no JSON, not Jira's, no webhook."""

from collections.abc import Mapping

from jira_client.errors.base import JiraError


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
    """Jira, or something before it, points elsewhere; `location` has no query and no userinfo.

    `moved_to`: the base URL that it points to, where that leads to the same call; else empty.
    """

    code = "redirected"

    def __init__(
        self,
        message: str = "",
        *,
        location: str = "",
        to_login: bool = False,
        moved_to: str = "",
        status: int | None = None,
        seen: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, status=status, seen=seen)
        self.location = location
        self.to_login = to_login
        self.moved_to = moved_to


class NotJira(JiraError):
    """Something answers at the address, but it is no Jira. `speaks_json`: it is an API of its own."""

    code = "not_jira"
    speaks_json: bool = False


class PagesRepeat(NotJira):
    """A list that does not end: a place in it is handed out a second time, or no page brings anything."""

    code = "pages_repeat"


class BadPayload(JiraError):
    """A webhook body that is no webhook: not JSON, too deep, or without the expected parts."""

    code = "bad_payload"
