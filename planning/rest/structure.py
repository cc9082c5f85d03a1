"""`/trains` `/arts` `/teams` `/pis` `/iterations`: the structure of the board. One shape for all five.

Annotations are evaluated here, not postponed: the body's type is an argument of `offer`.
"""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, create_model

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Page, answer, listed
from planning.rest.answers import ArtOut, IterationOut, PartOut, PiOut, TeamOut, TrainOut
from planning.rest.request_params import Query, documented, key_of
from planning.structure_editing import (
    MODELS,
    REFERENCES,
    add_part,
    edit_part,
    find_part,
    remove_part,
)

router = Router()


class PartBody(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str = ""


class TrainBody(PartBody):
    project: str | None = None


class ArtBody(PartBody):
    train: str | None = None
    project: str | None = None


class TeamBody(PartBody):
    art: str | None = None
    project: str | None = None


class PiBody(PartBody):
    """Dates are `2025-01-06`; a moment like `2025-01-06T09:00:00Z` counts as its day."""

    art: str | None = None
    start: str | None = None
    end: str | None = None


class FurtherSprintBody(Schema):
    """A sprint of a team in a further project of its own; null takes it away."""

    model_config = ConfigDict(extra="forbid", strict=True)
    team: str
    project: str
    sprint: int | str | None


class IterationBody(PartBody):
    """`sprints` is `{team id: sprint id}`; a team that is not named keeps its sprint, null takes it."""

    pi: str | None = None
    index: int | None = None
    start: str | None = None
    end: str | None = None
    sprints: dict[str, int | str | None] = {}
    further_sprints: list[FurtherSprintBody] = []


def offer(kind: str, body: type[PartBody], shown: type[PartOut]) -> None:
    """The five calls for one kind, in `router`."""
    path = f"/{kind}s"

    filters = (*REFERENCES[kind], "name", "cursor", "limit")

    @router.get(
        path,
        auth=reader,
        response=_list_of(shown),
        tags=[f"{kind}s"],
        operation_id=f"list_{kind}s",
        summary=f"List {kind}s",
        openapi_extra=documented(*filters),
    )
    def list_parts(request: HttpRequest) -> HttpResponse:
        query = Query(request)
        rows: QuerySet[Any] = MODELS[kind]._default_manager.all()
        for name in REFERENCES[kind]:
            key = query.key(name)
            if key:
                rows = rows.filter(**{name: key})
        if query.text("name"):
            rows = rows.filter(name__iexact=query.text("name"))
        if kind == "iteration":
            rows = rows.prefetch_related("sprint_links__team", "sprint_links__iteration")
        show = partial(shown.of, kind)
        return listed(rows, show, cursor=query.text("cursor"), limit=query.limit())

    @router.post(
        path,
        auth=planner,
        response={201: shown},
        tags=[f"{kind}s"],
        operation_id=f"create_{kind}",
        summary=f"Add a {kind}",
    )
    def create(request: HttpRequest, payload: body) -> HttpResponse:  # type: ignore[valid-type]
        values = payload.dict(exclude_unset=True)  # type: ignore[attr-defined]
        return answer(shown.of(kind, add_part(kind, actor=actor_of(request), values=values)), 201)

    one = f"{path}/{{part_id}}"

    @router.get(
        one,
        auth=reader,
        response=shown,
        tags=[f"{kind}s"],
        operation_id=f"read_{kind}",
        summary=f"One {kind}",
    )
    def read(request: HttpRequest, part_id: str) -> HttpResponse:
        return answer(shown.of(kind, find_part(kind, key_of(part_id))))

    @router.patch(
        one,
        auth=planner,
        response=shown,
        tags=[f"{kind}s"],
        operation_id=f"edit_{kind}",
        summary=f"Edit a {kind}",
    )
    def edit(request: HttpRequest, part_id: str, payload: body) -> HttpResponse:  # type: ignore[valid-type]
        values = payload.dict(exclude_unset=True)  # type: ignore[attr-defined]
        part = edit_part(kind, key_of(part_id), actor=actor_of(request), values=values)
        return answer(shown.of(kind, part))

    @router.delete(
        one,
        auth=planner,
        response={204: None},
        tags=[f"{kind}s"],
        operation_id=f"delete_{kind}",
        summary=f"Remove a {kind}",
    )
    def delete(request: HttpRequest, part_id: str) -> HttpResponse:
        remove_part(kind, key_of(part_id), actor=actor_of(request))
        return HttpResponse(status=204)


def _list_of(shown: type[PartOut]) -> type[Page[Any]]:
    name = shown.__name__.removesuffix("Out") + "sOut"
    return create_model(name, __base__=Page[shown])  # type: ignore[valid-type]


for _kind, _body, _shown in (
    ("train", TrainBody, TrainOut),
    ("art", ArtBody, ArtOut),
    ("team", TeamBody, TeamOut),
    ("pi", PiBody, PiOut),
    ("iteration", IterationBody, IterationOut),
):
    offer(_kind, _body, _shown)
