"""A mapping's draft and its versions: what would change, trying it, applying it, going back."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Self

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field, StringConstraints

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Answer, Listing, Page, Strict, answer, listed, words
from connections.rest.api_answers import explained
from sync.mapping import drafts, going_back
from sync.mapping.drafts import Compared
from sync.mapping.going_back import WayBack
from sync.models import MappingVersion, VersionOrigin
from sync.pairs import mapping_versions
from sync.pairs.mapping_versions import Difference
from sync.rest.bodies import DraftPatch
from sync.rest.project_answers import ProjectOut, RunOut
from sync.rest.request_params import project_of

router = Router(tags=["sync"])
Reason = Annotated[str, StringConstraints(max_length=500)]


class ReasonIn(Strict):
    """Why: it stands in the list of versions."""

    reason: Reason = ""


class GoBackIn(ReasonIn):
    """`dry_run`: only say what going back would change."""

    dry_run: bool = False


class DifferenceOut(Answer):
    part: str = Field(description="The attribute of the mapped project.")
    word: str = Field(description="The entry of a map; empty where the attribute is one value.")
    before: Any
    after: Any

    @classmethod
    def of(cls, one: Difference) -> Self:
        return cls(part=one.part, word=one.word, before=one.before, after=one.after)


class DraftOut(Answer):
    values: dict[str, Any] = Field(description="What is to be changed, as PATCH takes it.")
    author: str
    updated: datetime
    differences: list[DifferenceOut] = Field(description="From the mapping as it stands now.")

    @classmethod
    def of(cls, one: Compared) -> Self:
        return cls(
            values=one.draft.values,
            author=one.draft.author_name,
            updated=one.draft.updated,
            differences=[DifferenceOut.of(difference) for difference in one.differences],
        )


class VersionOut(Answer):
    number: int
    origin: Annotated[str, words(*VersionOrigin.values)]
    source: str = Field(description="The version that was gone back to, or the template's name.")
    reason: str
    author: str
    created: datetime

    @classmethod
    def of(cls, row: MappingVersion) -> Self:
        return cls(
            number=row.number,
            origin=row.origin,
            source=row.source,
            reason=row.reason,
            author=row.author_name,
            created=row.created,
        )


class VersionsOut(Page[VersionOut]):
    pass


class OneVersionOut(Answer):
    version: VersionOut
    content: dict[str, Any]
    differences: list[DifferenceOut] = Field(description="From the version before it.")

    @classmethod
    def of(cls, row: MappingVersion) -> Self:
        before = MappingVersion.objects.filter(
            project=row.project_id, number=row.number - 1
        ).first()
        found = mapping_versions.difference(before.content, row.content) if before else []
        return cls(
            version=VersionOut.of(row),
            content=row.content,
            differences=[DifferenceOut.of(one) for one in found],
        )


class WayBackOut(Answer):
    number: int
    applied: bool
    differences: list[DifferenceOut]
    left_out: list[str] = Field(description="What of it Jira does not have any more.")

    @classmethod
    def of(cls, way: WayBack, applied: bool) -> Self:
        return cls(
            number=way.version.number,
            applied=applied,
            differences=[DifferenceOut.of(one) for one in way.differences],
            left_out=way.left_out,
        )


@router.get(
    "/projects/{uuid:project_id}/draft",
    auth=reader,
    response=DraftOut,
    operation_id="sync_api_read_draft",
)
def read_draft(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """The draft of the mapping, and what applying it would change."""
    project = project_of(project_id)
    with explained(project.connection):
        return answer(DraftOut.of(drafts.compare(project)))


@router.patch(
    "/projects/{uuid:project_id}/draft",
    auth=planner,
    response=DraftOut,
    operation_id="sync_api_change_draft",
)
def change_draft(request: HttpRequest, project_id: uuid.UUID, payload: DraftPatch) -> HttpResponse:
    """Adds to the draft what PATCH of the project would apply at once; a draft is begun by it."""
    project = project_of(project_id)
    values = payload.model_dump(exclude_unset=True, by_alias=True, mode="json")
    with explained(project.connection):
        return answer(DraftOut.of(drafts.add(project, values, actor=actor_of(request))))


@router.delete(
    "/projects/{uuid:project_id}/draft",
    auth=planner,
    response={204: None},
    operation_id="sync_api_discard_draft",
)
def discard_draft(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    drafts.discard(project_of(project_id))
    return HttpResponse(status=204)


@router.post(
    "/projects/{uuid:project_id}/draft/dry-run",
    auth=planner,
    response={202: RunOut},
    by_alias=True,
    operation_id="sync_api_try_draft",
)
def try_draft(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """A dry run by the draft: its `findings` say what a sync would change, nothing is changed."""
    project = project_of(project_id)
    with explained(project.connection):
        return answer(RunOut.of(drafts.dry_run(project)), 202)


@router.post(
    "/projects/{uuid:project_id}/draft/apply",
    auth=planner,
    response=ProjectOut,
    by_alias=True,
    operation_id="sync_api_apply_draft",
)
def apply_draft(request: HttpRequest, project_id: uuid.UUID, payload: ReasonIn) -> HttpResponse:
    """The draft becomes the mapping, as one version, and every issue is read again by it."""
    project = project_of(project_id)
    with explained(project.connection):
        applied = drafts.apply(project, actor=actor_of(request), reason=payload.reason)
    return answer(ProjectOut.of(applied))


@router.get(
    "/projects/{uuid:project_id}/versions",
    auth=reader,
    response=VersionsOut,
    operation_id="sync_api_list_versions",
)
def list_versions(
    request: HttpRequest, project_id: uuid.UUID, query: Query[Listing]
) -> HttpResponse:
    """The versions of the mapping, the newest first."""
    rows = MappingVersion.objects.filter(project=project_of(project_id))
    return listed(rows, VersionOut.of, cursor=query.cursor, limit=query.limit, newest_first=True)


@router.get(
    "/projects/{uuid:project_id}/versions/{int:number}",
    auth=reader,
    response=OneVersionOut,
    operation_id="sync_api_read_version",
)
def read_version(request: HttpRequest, project_id: uuid.UUID, number: int) -> HttpResponse:
    return answer(OneVersionOut.of(going_back.version_of(project_of(project_id), number)))


@router.post(
    "/projects/{uuid:project_id}/versions/{int:number}/restore",
    auth=planner,
    response=WayBackOut,
    operation_id="sync_api_restore_version",
)
def restore_version(
    request: HttpRequest, project_id: uuid.UUID, number: int, payload: GoBackIn
) -> HttpResponse:
    """Goes back to this version, as a new one. What Jira does not have any more is left out and said."""
    project = project_of(project_id)
    with explained(project.connection):
        way = going_back.plan(project, number)
        if not payload.dry_run:
            going_back.go(way, project, actor=actor_of(request), reason=payload.reason)
    return answer(WayBackOut.of(way, not payload.dry_run))
