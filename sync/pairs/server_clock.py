"""Jira's clock, by which `updated` is written: it may be wrong, put back, or say the year 2099.

The watermark of polling never passes the time that Jira's own answer told, and is mended where it does.
What is odd is said on the connection. It must not read issues.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from connections.health import health
from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.values import Issue

DRIFT = timedelta(minutes=2)  # between Jira's nodes, and between an answer and its Date
NAMED = 3  # keys in a sentence


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest `updated` that may be believed, and the keys of issues from the future."""

    moment: datetime | None
    ahead: tuple[str, ...] = ()


def jira_clock(jira: JiraClient) -> datetime:
    """Jira's own time, by which `updated` is written; ours where it does not tell. Raises JiraError."""
    info = jira.server_info()
    return info.date_header or info.server_time or datetime.now(UTC)


def newest(issues: Iterable[Issue], clock: datetime) -> Newest:
    """`clock`: Jira's time when they were read."""
    moments, ahead = [], []
    for issue in issues:
        if issue.updated is None:
            continue
        if issue.updated > clock + DRIFT:
            ahead.append(issue.key)
        else:
            moments.append(issue.updated)
    return Newest(max(moments, default=None), tuple(ahead))


def watermark_in_future(project: MappedProject, clock: datetime) -> bool:
    """Whether the poll's place is behind a moment that Jira has not reached (again): what is edited
    until then would not be found."""
    return project.watermark is not None and project.watermark > clock + DRIFT


def note_ahead(connection: Connection, keys: Sequence[str]) -> None:
    health.note_clock(
        connection,
        f"Jira's clock: {_named(keys)} say that they were changed in the future. They are read, and "
        "polling goes by the time that Jira tells.",
    )


def note_watermark(connection: Connection, project: MappedProject, clock: datetime) -> None:
    health.note_clock(
        connection,
        f"Jira's clock: project {project.key} was read up to {project.watermark:%Y-%m-%d %H:%M} by "
        f"Jira's time, and Jira now tells {clock:%Y-%m-%d %H:%M} (UTC). The project is compared whole.",
    )
    # Whatever was changed in between is found by value.
    MappedProject.objects.filter(pk=project.pk).update(reconcile_due=timezone.now())


def note_put_back(connection: Connection, keys: Sequence[str]) -> None:
    health.note_clock(
        connection,
        f"Jira's clock: {_named(keys)} are older in Jira than they were. Its clock was put back, or it "
        "was restored from a backup; what it holds now was taken in.",
    )


def _named(keys: Sequence[str]) -> str:
    some = ", ".join(keys[:NAMED])
    return f"{some} and {len(keys) - NAMED} more" if len(keys) > NAMED else some
