"""One issue that cannot be read, or not be taken in, holds up no other: what fails is halved.

Answers to the whole connection (refused, down, out of time) are none of one issue's and are raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError

from connections.models import MappedProject
from jira_client.client import JiraClient
from jira_client.errors import JiraError, TooLarge
from jira_client.values import Issue
from sync import pull
from sync.lease import LeaseLost

log = structlog.get_logger(__name__)
OF_ALL = (JiraError, LeaseLost, SoftTimeLimitExceeded, OperationalError, InterfaceError)


@dataclass(slots=True)
class Read:
    """`failed`: issue id → why it could not be read."""

    issues: list[Issue] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, other: Read) -> None:
        self.issues += other.issues
        self.missing += other.missing
        self.failed |= other.failed


def fetch(
    jira: JiraClient, ids: Sequence[str], fields: Sequence[str], marks: Sequence[str] = ()
) -> Read:
    """Read many issues; a part whose answer is larger than we take is read in halves."""
    if not ids:
        return Read()
    try:
        fetched = jira.issues.fetch(ids, fields, marks)
    except TooLarge as error:
        if len(ids) == 1:
            return Read(failed={ids[0]: str(error)})
        half = len(ids) // 2
        read = fetch(jira, ids[:half], fields, marks)
        read.add(fetch(jira, ids[half:], fields, marks))
        return read
    return Read(list(fetched.issues), list(fetched.missing))


def take_in(
    jira: JiraClient,
    project: MappedProject,
    issues: Sequence[Issue],
    *,
    began: datetime,
    asked: bool = False,
) -> tuple[pull.Applied, dict[str, str]]:
    """`pull.take_in` of all but the issues on which we ourselves fail: issue id → why."""
    try:
        return pull.take_in(jira, project, issues, began=began, asked=asked), {}
    except OF_ALL:
        raise
    except Exception as problem:
        if len(issues) == 1:
            log.exception("an issue could not be taken in", issue=issues[0].id)
            return pull.Applied(), {issues[0].id: _words(problem)}
    half = len(issues) // 2
    applied, failed = take_in(jira, project, issues[:half], began=began, asked=asked)
    rest, more = take_in(jira, project, issues[half:], began=began, asked=asked)
    applied.add(rest)
    return applied, {**failed, **more}


def _words(problem: Exception) -> str:
    return (
        f"ALM Connect itself failed on this issue ({type(problem).__name__}), not Jira. The log has "
        "the details; report them, and replay this delivery afterwards."
    )
