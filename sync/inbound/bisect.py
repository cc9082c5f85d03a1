"""One issue that cannot be read, or not be taken in, holds up no other: what fails is halved.

Answers to the whole connection (refused, down, out of time) are none of one issue's and are raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.utils import timezone

from connections.models import MappedProject
from jira_client.client import JiraClient
from jira_client.errors import TooLarge
from jira_client.values import Issue
from sync.core.mapping import OPERATION_PROPERTY
from sync.inbound import conflict_authors, outside_mapping, project_facts, pull, whose
from sync.inbound.read_batch import Applied
from sync.outbox import change_queue
from sync.outbox.poisoned_items import in_halves
from sync.pairs import field_names, new_statuses, new_types, parents, shared_projects
from sync.pairs.rules import rules_of
from sync.webhook import inbox

log = structlog.get_logger(__name__)


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
    whose_now: bool = False,
) -> tuple[Applied, dict[str, str]]:
    """Merge these issues into the board, all but those on which we ourselves fail: issue id → why.

    `asked`: they were read with their marks; `whose_now`: Jira was just asked whose they are, so that
    those of another mapping of this project become this one's. Raises JiraError.
    """
    failed: dict[str, str] = {}

    def poisoned(issue: Issue, problem: Exception) -> None:
        log.exception("an issue could not be taken in", issue=issue.id)
        failed[issue.id] = _words(problem)

    parts = in_halves(
        project,
        issues,
        lambda some: _take_in(jira, project, some, began, asked, whose_now),
        poisoned,
    )
    return Applied.joined(parts), failed


def _take_in(
    jira: JiraClient,
    project: MappedProject,
    issues: Sequence[Issue],
    began: datetime,
    asked: bool,
    whose_now: bool,
) -> Applied:
    """Also gives parents to children that were read before them, even where the parents are known: a
    worker may have died when it had just made them known.
    """
    applied = _merge(jira, project, issues, began, asked, whose_now)
    project_facts.note_lacking(project, applied.lacking)
    items = applied.items
    named = {word: items[one.id] for one in issues if one.id in items for word in (one.id, one.key)}
    parents.find_children(project, named)
    return applied


def _merge(
    jira: JiraClient,
    project: MappedProject,
    issues: Sequence[Issue],
    began: datetime,
    asked: bool,
    whose_now: bool,
) -> Applied:
    """`pull.apply`, and once more for issues of which more must be known: with their marks, where a
    create under way may have made them, and with their changes, where both sides have edited: the
    changes tell who did, and what a new issue began with. What webhooks have told is not asked for.
    """
    here = [
        issue for issue in issues if outside_mapping.home_of(project, issue) == project.remote_id
    ]
    new_statuses.in_issues(project, here)
    applied = pull.apply(project, issues, began=began, whose_now=whose_now, asked=asked, hold=True)
    if applied.untyped:
        new_types.notice(project, [issue for issue in here if issue.id in applied.untyped])
    if not (applied.unsure or applied.disputed):
        return applied
    names = field_names.in_changes(project.connection, jira)
    signed = conflict_authors.by_webhooks(project, issues, applied.disputed, names)
    left = {*applied.unsure, *applied.disputed} - {issue.id for issue in signed}
    if signed:
        applied.add(
            pull.apply(project, signed, began=began, whose_now=whose_now, asked=asked, names=names)
        )
    if left:
        again, fields = timezone.now(), rules_of(project).read_fields
        marks = (OPERATION_PROPERTY,)
        more = jira.issues.fetch(sorted(left), fields, marks, history=True).issues
        applied.add(
            pull.apply(project, more, began=again, whose_now=whose_now, asked=True, names=names)
        )
    return applied


def receive(
    jira: JiraClient,
    project: MappedProject,
    issues: Sequence[Issue],
    *,
    began: datetime,
    asked: bool = False,
) -> Applied:
    """Merge what was read unasked; what fails waits in the inbox, what Jira lacks is queued."""
    applied, failed = take_in(jira, project, issues, began=began, asked=asked)
    change_queue.ensure(project, applied.to_send)
    inbox.read_again(project, {one.id: one.key for one in issues if one.id in failed}, failed)
    return applied


def receive_shown(
    jira: JiraClient, project: MappedProject, issues: Sequence[Issue], *, began: datetime
) -> None:
    """As `receive`, of issues that were asked for by id and may be another mapping's by now."""
    if issues and shared_projects.others_of(project):
        whose.send_to_drain(project, {one.id: one.key for one in issues})
    else:
        receive(jira, project, issues, began=began)


def _words(problem: Exception) -> str:
    return (
        f"ALM Connect itself failed on this issue ({type(problem).__name__}), not Jira. The log has "
        "the details; report them, and replay this delivery afterwards."
    )
