"""A PI beside the sprints of its teams, and making them equal."""

from __future__ import annotations

import uuid
from typing import Annotated, Self

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router
from pydantic import Field, StringConstraints

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Answer, Strict, answer, words
from planning.models import Pi
from sync.pi_day import sprint_concord
from sync.pi_day.sprint_concord import Cell, Concord, Done, Row

router = Router(tags=["sync"])


class CellsIn(Strict):
    """The cells whose step is to be carried out, by their keys."""

    cells: list[Annotated[str, StringConstraints(max_length=120)]] = Field(max_length=2000)


class ConcordCellOut(Answer):
    key: str
    iteration: str
    name: str
    kind: Annotated[
        str,
        words(
            "equal",
            "drifts",
            "missing",
            "gone",
            "duplicate",
            "closed_early",
            "no_board",
            "unknown",
        ),
    ]
    step: Annotated[str, words("create", "link", "update", "")] = Field(
        description="What makes it equal; empty where nothing here does, or nothing need."
    )
    sprint: int | None
    sprint_name: str
    differs: dict[str, str] = Field(description="name, start, end: what Jira says.")
    others: list[str] = Field(description="Further open sprints that are called like it.")

    @classmethod
    def of(cls, cell: Cell) -> Self:
        return cls(
            key=cell.key,
            iteration=str(cell.iteration.pk),
            name=cell.iteration.name,
            kind=cell.kind,
            step=cell.step,
            sprint=cell.sprint.id if cell.sprint else None,
            sprint_name=cell.sprint.name if cell.sprint else "",
            differs=cell.differs or {},
            others=list(cell.others),
        )


class ConcordRowOut(Answer):
    team: str
    team_name: str
    project: str
    project_key: str
    failure: str = Field(description="Why Jira could not be asked; its cells are unknown then.")
    cells: list[ConcordCellOut]

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(
            team=str(row.team.pk),
            team_name=row.team.name,
            project=str(row.project.pk),
            project_key=row.project.key,
            failure=row.failure,
            cells=[ConcordCellOut.of(cell) for cell in row.cells],
        )


class ConcordOut(Answer):
    pi: str
    equal: bool = Field(description="Whether every iteration is its sprint, by name and days.")
    rows: list[ConcordRowOut]

    @classmethod
    def of(cls, found: Concord) -> Self:
        return cls(
            pi=str(found.pi.pk),
            equal=found.equal,
            rows=[ConcordRowOut.of(row) for row in found.rows],
        )


class StepDoneOut(Answer):
    key: str
    step: str
    failure: str = Field(description="Why it was not carried out; empty where it was.")

    @classmethod
    def of(cls, done: Done) -> Self:
        return cls(key=done.cell.key, step=done.cell.step, failure=done.failure)


class StepsDoneOut(Answer):
    done: list[StepDoneOut]


@router.get(
    "/pis/{uuid:pi_id}/sprints",
    auth=reader,
    response=ConcordOut,
    operation_id="sync_api_compare_sprints",
)
def compare_sprints(request: HttpRequest, pi_id: uuid.UUID) -> HttpResponse:
    """Each team's sprints beside the PI's iterations, as Jira has them now."""
    return answer(ConcordOut.of(sprint_concord.look(get_object_or_404(Pi, pk=pi_id))))


@router.post(
    "/pis/{uuid:pi_id}/sprints",
    auth=planner,
    response=StepsDoneOut,
    operation_id="sync_api_make_sprints_equal",
)
def make_sprints_equal(request: HttpRequest, pi_id: uuid.UUID, payload: CellsIn) -> HttpResponse:
    """Creates, links, renames and dates the sprints of these cells by the PI, each for itself."""
    pi = get_object_or_404(Pi, pk=pi_id)
    done = sprint_concord.make_equal(pi, payload.cells, actor=actor_of(request))
    return answer(StepsDoneOut(done=[StepDoneOut.of(one) for one in done]))
