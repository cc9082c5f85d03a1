"""Baselines of PIs, and what drifted from them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Self

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import ConfigDict, Field, StringConstraints

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Answer, answer, words
from planning import baselines
from planning.baselines import Drift
from planning.models import Pi, PiBaseline

router = Router(tags=["pis"])


class BaselineIn(Schema):
    """`name`: such as “Commitment”."""

    model_config = ConfigDict(extra="forbid", strict=True)
    name: Annotated[str, StringConstraints(max_length=100)]


class BaselineOut(Answer):
    id: str
    pi: str
    name: str
    taken: datetime
    author: str
    items: int = Field(description="How many were planned in the PI.")

    @classmethod
    def of(cls, row: PiBaseline) -> Self:
        return cls(
            id=str(row.pk),
            pi=str(row.pi_id),
            name=row.name,
            taken=row.taken,
            author=row.author_name,
            items=len(row.items),
        )


class BaselinesOut(Answer):
    items: list[BaselineOut]


class DriftOut(Answer):
    kind: Annotated[str, words("added", "left", "deleted", "changed", "link_drawn", "link_removed")]
    item: str
    key: str
    summary: str
    field: str = Field(description="Of kind changed: team, iteration or story_points.")
    before: str
    after: str
    who: str = Field(description="Who changed it last since; empty where that is not known.")
    side: Annotated[str, words("board", "jira", "")]
    at: datetime | None

    @classmethod
    def of(cls, one: Drift) -> Self:
        return cls(
            kind=one.kind,
            item=one.item,
            key=one.key,
            summary=one.summary,
            field=one.field,
            before=one.before,
            after=one.after,
            who=one.who,
            side=one.side,
            at=one.at,
        )


class BaselineDriftOut(Answer):
    baseline: BaselineOut
    drift: list[DriftOut]


@router.get(
    "/pis/{uuid:pi_id}/baselines",
    auth=reader,
    response=BaselinesOut,
    operation_id="list_baselines",
)
def list_baselines(request: HttpRequest, pi_id: uuid.UUID) -> HttpResponse:
    """The baselines of a PI, the newest first."""
    rows = PiBaseline.objects.filter(pi=get_object_or_404(Pi, pk=pi_id))
    return answer(BaselinesOut(items=[BaselineOut.of(row) for row in rows]))


@router.post(
    "/pis/{uuid:pi_id}/baselines",
    auth=planner,
    response={201: BaselineOut},
    operation_id="take_baseline",
)
def take_baseline(request: HttpRequest, pi_id: uuid.UUID, payload: BaselineIn) -> HttpResponse:
    """Keeps what is planned in the PI now: items, teams, iterations, points and links."""
    pi = get_object_or_404(Pi, pk=pi_id)
    return answer(BaselineOut.of(baselines.take(pi, payload.name, actor=actor_of(request))), 201)


@router.get(
    "/baselines/{uuid:baseline_id}",
    auth=reader,
    response=BaselineDriftOut,
    operation_id="read_baseline_drift",
)
def read_drift(request: HttpRequest, baseline_id: uuid.UUID) -> HttpResponse:
    """What differs from the baseline now, by whom and on which side."""
    row = get_object_or_404(PiBaseline.objects.select_related("pi"), pk=baseline_id)
    found = [DriftOut.of(one) for one in baselines.drift(row)]
    return answer(BaselineDriftOut(baseline=BaselineOut.of(row), drift=found))


@router.delete(
    "/baselines/{uuid:baseline_id}",
    auth=planner,
    response={204: None},
    operation_id="delete_baseline",
)
def delete_baseline(request: HttpRequest, baseline_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(PiBaseline.objects.select_related("pi"), pk=baseline_id)
    baselines.remove(row, actor=actor_of(request))
    return HttpResponse(status=204)
