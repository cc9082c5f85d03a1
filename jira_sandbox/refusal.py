"""The refusals of the sandbox: an HTTP status with Jira's own words.

    Refusal            any answer that is not the one asked for
    └── ConnectionLost the answer is dropped on the floor after the work was done (a fault)

It must not know about routes or the model.

Source of status codes and the shape of errors: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Mapping, Sequence

NO_ISSUE = "Issue does not exist or you do not have permission to see it."


class Refusal(Exception):
    """An answer in Jira's error shape: `errorMessages` and `errors` by field."""

    def __init__(
        self,
        status: int,
        *messages: str,
        errors: Mapping[str, str] | None = None,
        headers: Sequence[tuple[str, str]] = (),
        shape: str = "collection",
    ) -> None:
        super().__init__(status, *messages)
        self.status = status
        self.messages = list(messages)
        self.errors = dict(errors or {})
        self.headers = list(headers)
        self.shape = shape

    def body(self) -> dict[str, object]:
        if self.shape == "message":
            return {"message": " ".join(self.messages), "status-code": self.status}
        return {"errorMessages": self.messages, "errors": self.errors}


class ConnectionLost(Exception):
    """Tells the server to close the socket without an answer."""


def no_issue() -> Refusal:
    """Jira's one answer for missing and for invisible issues."""
    return Refusal(404, NO_ISSUE)
