"""Jira was put back to an earlier state: compared with the board before a person says which side is right.

The connection is held meanwhile (`connections.health.site_identity`): its projects are only read, each by
a dry run. It must not decide anything; `inbound.pair_merge` does, by what the person said.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from connections.models import Connection, Direction, MappedProject
from sync.models import Run, RunKind, RunState
from sync.runs import project_runs
from sync.runs.dry_run import ANOTHER_ISSUE, BOARD_CREATE, NOT_THERE, OLDER, SAME
from sync.worker.wake import WORK, wake


@dataclass(frozen=True, slots=True)
class Compared:
    """One project and its newest comparison since the connection was held; None: not asked for yet."""

    project: MappedProject
    run: Run | None

    @property
    def is_done(self) -> bool:
        return self.run is not None and self.run.state == RunState.FINISHED

    def counts(self) -> dict[str, int]:
        """How many of each kind; all 0 where it was not compared."""
        found = self.run.findings.get("counts", {}) if self.run is not None else {}
        kinds = (OLDER, NOT_THERE, ANOTHER_ISSUE, BOARD_CREATE, SAME)
        return {kind: int(found.get(kind, 0)) for kind in kinds}


def compare(connection: Connection) -> list[Run]:
    """Ask for a comparison of every project that is not paused. Raises Refused (409) where Jira was not
    put back, as far as anybody knows."""
    if not connection.may_be_compared:
        raise Refused(
            _("This Jira was not put back to an earlier state, so there is nothing to compare."),
            code="not_restored",
            status=409,
        )
    with transaction.atomic():
        runs = [project_runs.request(one, RunKind.DRY_RUN) for one in _projects(connection)]
        for run in runs:
            wake(WORK, run.pk)
    return runs


def comparisons(connection: Connection) -> list[Compared]:
    """Every project that is not paused with its newest comparison since Jira was found to be put back."""
    projects = list(_projects(connection))
    newest: dict[uuid.UUID, Run] = {}
    if connection.site_doubt_at is not None:
        rows = Run.objects.filter(project__in=projects, kind=RunKind.DRY_RUN, mapping={})
        since = Q(started=None) | Q(started__gte=connection.site_doubt_at)
        for run in rows.filter(since).order_by("created"):
            newest[run.project_id] = run
    return [Compared(one, newest.get(one.pk)) for one in projects]


def is_compared(connection: Connection) -> bool:
    return all(one.is_done for one in comparisons(connection))


def must_be_compared(connection: Connection) -> None:
    """Raises Refused (409 `compare_first`) before a person has seen what differs."""
    if not is_compared(connection):
        raise Refused(
            _(
                "Compare first: what differs between the board and this Jira is to be seen before one side "
                "is called right."
            ),
            code="compare_first",
            status=409,
        )


def _projects(connection: Connection) -> list[MappedProject]:
    rows = connection.projects.exclude(direction=Direction.PAUSED).order_by("key")
    return list(rows.select_related("connection"))
