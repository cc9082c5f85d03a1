"""Templates of mappings, also as files, and many projects mapped together."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from pydantic import Field, StringConstraints

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Answer, Listing, Page, Strict, answer, listed, words
from connections.models import Connection
from connections.rest.api_answers import explained
from planning.models import Art, Pi
from sync.core.template import Misfit
from sync.mapping import mapping_plan, templates
from sync.models import MappingPlan, MappingTemplate, PlannedProject, PlannedState
from sync.rest.mapping_versions import DraftOut
from sync.rest.request_params import project_of

router = Router(tags=["sync"])
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Chosen = dict[str, dict[str, str]]


class TemplateIn(Strict):
    """Either `project`, whose mapping is saved by names, or `content`, a template's file as text."""

    name: Annotated[str, StringConstraints(max_length=100)] = ""
    project: uuid.UUID | None = None
    content: Annotated[str, StringConstraints(max_length=templates.LONGEST)] | None = None
    dry_run: bool = False


class TemplateOut(Answer):
    id: str
    name: str
    content: dict[str, Any] = Field(description="By Jira's names: types, fields, statuses, links.")
    author: str
    updated: datetime

    @classmethod
    def of(cls, row: MappingTemplate) -> Self:
        return cls(
            id=str(row.pk),
            name=row.name,
            content=row.content,
            author=row.author_name,
            updated=row.updated,
        )


class TemplatesOut(Page[TemplateOut]):
    pass


class MisfitOut(Answer):
    part: str
    word: str = Field(description="The board's.")
    name: str = Field(description="Jira's.")
    kind: Annotated[str, words("missing", "another", "further", "several", "level")]
    choices: dict[str, str] = Field(description="Id → name, of what can be chosen instead.")

    @classmethod
    def of(cls, one: Misfit) -> Self:
        return cls(
            part=one.part, word=one.word, name=one.name, kind=one.kind, choices=dict(one.choices)
        )


class FittedOut(Answer):
    """A template put into a project's draft."""

    draft: DraftOut
    misfits: list[MisfitOut]


class ApplyIn(Strict):
    """`chosen`: part → board word → id in Jira, where the template does not fit; empty: left out."""

    project: uuid.UUID
    chosen: Chosen = {}


class PlanIn(Strict):
    """`projects`: keys or ids. `template`: left out, each project's own proposal is taken."""

    projects: list[Annotated[str, StringConstraints(max_length=40)]] = Field(max_length=500)
    template: uuid.UUID | None = None
    art: uuid.UUID | None = None
    pi: uuid.UUID | None = Field(
        default=None, description="Whose iterations the boards' open sprints become."
    )


class PlannedIn(Strict):
    """What is left out stays as it is. `team` an existing one, or `team_name` a new one's."""

    left_out: bool = False
    belongs: Literal["team", "art", "none"] = "team"
    team: uuid.UUID | None = None
    team_name: Name = "-"
    board_id: int | None = None
    chosen: Chosen = {}


class PlannedOut(Answer):
    id: int
    key: str
    name: str
    state: Annotated[str, words(*PlannedState.values)]
    message: str
    belongs: str
    team: str | None
    team_name: str
    board_id: int | None
    boards: list[dict[str, Any]] = Field(description="id, name, type, own, sprints.")
    misfits: list[dict[str, Any]] = Field(description="part, word, name, kind, choices.")
    chosen: dict[str, Any]
    undecided: int = Field(description="How many misfits a person must decide on.")
    project: str | None

    @classmethod
    def of(cls, row: PlannedProject) -> Self:
        return cls(
            id=row.pk,
            key=row.key,
            name=row.name,
            state=row.state,
            message=row.message,
            belongs=row.belongs,
            team=str(row.team_id) if row.team_id else None,
            team_name=row.team_name,
            board_id=row.board_id,
            boards=row.boards,
            misfits=row.misfits,
            chosen=row.chosen,
            undecided=len(mapping_plan.undecided(row)),
            project=str(row.project_id) if row.project_id else None,
        )


class PlanOut(Answer):
    id: str
    connection: str
    template: str = Field(description="Its name; empty for each project's own proposal.")
    art: str | None
    pi: str | None
    author: str
    created: datetime
    confirmed: datetime | None
    rows: list[PlannedOut]

    @classmethod
    def of(cls, row: MappingPlan) -> Self:
        return cls(
            id=str(row.pk),
            connection=str(row.connection_id),
            template=row.template_name,
            art=str(row.art_id) if row.art_id else None,
            pi=str(row.pi_id) if row.pi_id else None,
            author=row.author_name,
            created=row.created,
            confirmed=row.confirmed,
            rows=[PlannedOut.of(one) for one in row.rows.all()],
        )


@router.get(
    "/templates", auth=reader, response=TemplatesOut, operation_id="sync_api_list_templates"
)
def list_templates(request: HttpRequest, query: Query[Listing]) -> HttpResponse:
    rows = MappingTemplate.objects.all()
    return listed(rows, TemplateOut.of, cursor=query.cursor, limit=query.limit)


@router.post(
    "/templates",
    auth=planner,
    response={201: TemplateOut, 204: None},
    operation_id="sync_api_save_template",
)
def save_template(request: HttpRequest, payload: TemplateIn) -> HttpResponse:
    """Saves a mapping, or the content of a file, as a template; one of the name is replaced.

    With `dry_run` the file is only judged: 204 where it is a template.
    """
    actor = actor_of(request)
    if payload.content is not None:
        name, content = templates.read(payload.content)
        if payload.dry_run:
            return HttpResponse(status=204)
        return answer(
            TemplateOut.of(templates.store(payload.name or name, content, actor=actor)), 201
        )
    project = project_of(payload.project or uuid.UUID(int=0))
    with explained(project.connection):
        row = templates.save(project, payload.name, actor=actor)
    return answer(TemplateOut.of(row), 201)


@router.get(
    "/templates/{uuid:template_id}",
    auth=reader,
    response=TemplateOut,
    operation_id="sync_api_read_template",
)
def read_template(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    return answer(TemplateOut.of(get_object_or_404(MappingTemplate, pk=template_id)))


@router.get(
    "/templates/{uuid:template_id}.yaml",
    auth=reader,
    operation_id="sync_api_export_template",
    openapi_extra={
        "responses": {200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}}
    },
)
def export_template(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """The template as a file to be kept in a repository; POST takes it back as `content`."""
    return templates.download(get_object_or_404(MappingTemplate, pk=template_id))


@router.delete(
    "/templates/{uuid:template_id}",
    auth=planner,
    response={204: None},
    operation_id="sync_api_delete_template",
)
def delete_template(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """What was mapped by it stays as it is."""
    templates.remove(get_object_or_404(MappingTemplate, pk=template_id), actor=actor_of(request))
    return HttpResponse(status=204)


@router.post(
    "/templates/{uuid:template_id}/apply",
    auth=planner,
    response=FittedOut,
    operation_id="sync_api_apply_template",
)
def apply_template(request: HttpRequest, template_id: uuid.UUID, payload: ApplyIn) -> HttpResponse:
    """Puts the template into the draft of a mapped project: look at it, try it, apply it there."""
    row, project = get_object_or_404(MappingTemplate, pk=template_id), project_of(payload.project)
    with explained(project.connection):
        compared, fitted = templates.into_draft(
            row, project, actor=actor_of(request), chosen=payload.chosen
        )
    return answer(
        FittedOut(
            draft=DraftOut.of(compared), misfits=[MisfitOut.of(one) for one in fitted.misfits]
        )
    )


@router.post(
    "/connections/{uuid:connection_id}/mapping-plans",
    auth=planner,
    response={201: PlanOut},
    operation_id="sync_api_plan_mapping",
)
def plan_mapping(request: HttpRequest, connection_id: uuid.UUID, payload: PlanIn) -> HttpResponse:
    """Begins to map many projects together: a worker looks at each, nothing is mapped yet."""
    connection = get_object_or_404(Connection, pk=connection_id)
    art = get_object_or_404(Art, pk=payload.art) if payload.art else None
    pi = get_object_or_404(Pi, pk=payload.pi) if payload.pi else None
    with explained(connection):
        row = mapping_plan.plan(
            connection,
            payload.projects,
            actor=actor_of(request),
            template_id=payload.template,
            art=art,
            pi=pi,
        )
    return answer(PlanOut.of(row), 201)


@router.get(
    "/mapping-plans/{uuid:plan_id}",
    auth=reader,
    response=PlanOut,
    operation_id="sync_api_read_mapping_plan",
)
def read_plan(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    return answer(PlanOut.of(get_object_or_404(MappingPlan, pk=plan_id)))


@router.patch(
    "/mapping-plans/{uuid:plan_id}/rows/{int:row_id}",
    auth=planner,
    response=PlannedOut,
    operation_id="sync_api_decide_planned_project",
)
def decide_row(
    request: HttpRequest, plan_id: uuid.UUID, row_id: int, payload: PlannedIn
) -> HttpResponse:
    row = get_object_or_404(PlannedProject, pk=row_id, plan=plan_id)
    return answer(PlannedOut.of(mapping_plan.decide(row, payload.model_dump(exclude_unset=True))))


@router.post(
    "/mapping-plans/{uuid:plan_id}/confirm",
    auth=planner,
    response={202: PlanOut},
    operation_id="sync_api_confirm_mapping_plan",
)
def confirm_plan(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Has every proposed and failed project mapped, one after the other; their imports follow."""
    row = get_object_or_404(MappingPlan.objects.select_related("connection"), pk=plan_id)
    mapping_plan.confirm(row, actor=actor_of(request))
    return answer(PlanOut.of(row), 202)
