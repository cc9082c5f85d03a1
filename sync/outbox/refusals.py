"""Whom a failed call concerns: one item, or the connection."""

from __future__ import annotations

from jira_client.client import JiraClient
from jira_client.errors import AuthenticationRefused, JiraError, PermissionRefused
from sync.core.retry import concerns_connection
from sync.outbox import change_queue


def of_connection(error: JiraError) -> bool:
    """Whether the next call would fail as well, whatever it is about."""
    return concerns_connection(change_queue.failure_of(error))


def judged(jira: JiraClient, error: JiraError) -> JiraError:
    """The failure as it is meant. Data Center says 401, not 403, to an account that may not edit,
    link or delete: `/myself` tells that apart from refused credentials. One more call, for 401 alone.
    """
    if type(error) is not AuthenticationRefused:
        return error
    try:
        jira.myself()
    except JiraError as verdict:
        return verdict
    return PermissionRefused(
        "The account may not do this in Jira, although it is signed in. Ask a Jira admin for the "
        "permission in this project.",
        status=error.status,
        messages=error.messages,
    )
