"""`/trains` `/arts` `/teams` `/pis` `/iterations`: the structure of the board. One shape for all five.

Annotations are evaluated here, not postponed: the body's type is an argument of `offer`.
"""

import uuid
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import ConfigDict, create_model

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Page, Refused, answer, listed
from planning.own_project_editing import take
from planning.own_projects import OWNERS, of_project
from planning.rest.answers import (
    ArtOut,
    IterationOut,
    LeavingOut,
    PartOut,
    PiOut,
    TeamOut,
    TrainOut,
)
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


class OwnerBody(PartBody):
    """`projects`: all of its own, the first one first; or `project` alone, which changes the first."""

    project: str | None = None
    projects: list[str] = []


class TrainBody(OwnerBody):
    pass


class ArtBody(OwnerBody):
    train: str | None = None


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
            if key and name == "project" and kind in OWNERS:
                rows = rows.filter(of_project(uuid.UUID(str(key)))).distinct()
            elif key:
                rows = rows.filter(**{name: key})
        if query.text("name"):
            rows = rows.filter(name__iexact=query.text("name"))
        if kind in OWNERS:
            rows = rows.select_related("project").prefetch_related("further_projects")
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


def offer_taking(kind: str) -> None:
    """The call that takes one of its own projects from an ART or a train, in `router`."""

    @router.delete(
        f"/{kind}s/{{part_id}}/projects/{{project_id}}",
        auth=planner,
        response=LeavingOut,
        tags=[f"{kind}s"],
        operation_id=f"take_project_of_{kind}",
        summary=f"Take a project from a {kind}",
        openapi_extra=documented("dry_run"),
    )
    def take_project(request: HttpRequest, part_id: str, project_id: str) -> HttpResponse:
        """Answers what follows; with `dry_run=true` it only answers. The mapping itself stays."""
        dry_run = Query(request).text("dry_run") == "true"
        part, project = key_of(part_id), key_of(project_id)
        found = take(kind, part, project, actor=actor_of(request), dry_run=dry_run)
        if found is None:
            words = _("This is no project of its own.")
            raise Refused(words, code="not_found", status=404)
        return answer(LeavingOut.of(found, not dry_run))


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
for _kind in OWNERS:
    offer_taking(_kind)
