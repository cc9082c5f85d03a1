"""What a refused call was for, since the cause of a refusal depends on it."""

from enum import StrEnum

from jira_client.errors import JiraError

_OAUTH = "/plugins/servlet/oauth/"
_WRITES = ("POST", "PUT", "DELETE")
_ASKING = ("/search", "/jql", "/permissions/check", "/mypermissions", "/bulkfetch")


class Call(StrEnum):
    """What a call is for, as far as the cause of a refusal depends on it."""

    LOOK = "look"  # as nobody: what is there?
    MYSELF = "myself"  # who am I? needs no permission in any project
    LINK = "link"  # a token of the application link: no account, no password
    WEBHOOK = "webhook"
    QUESTION = "question"  # JQL and the like
    CONTENT = "content"  # what the board writes
    OTHER = "other"


def call_of(error: JiraError) -> Call:
    """What the refused call was for; OTHER where the error does not tell."""
    path = error.path or ""
    if path.startswith(_OAUTH):
        return Call.LINK
    if error.sender.nobody if error.sender is not None else path.endswith("/serverInfo"):
        return Call.LOOK
    if path.endswith("/myself"):
        return Call.MYSELF
    if path.endswith("/webhook") or "/webhook/" in path or "/webhooks/" in path:
        return Call.WEBHOOK
    if any(part in path for part in _ASKING):
        return Call.QUESTION
    if not path or error.method in _WRITES:
        return Call.CONTENT
    return Call.OTHER
