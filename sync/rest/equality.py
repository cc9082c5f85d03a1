"""Statements of what is equal on both sides."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Self

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from accounts.bearer_tokens import planner, reader
from almconnect.lib.api import Answer, Listing, Page, answer, listed, words
from sync.models import EqualityStatement
from sync.pairs import equality
from sync.rest.request_params import project_of

router = Router(tags=["sync"])


class UnequalOut(Answer):
    item: str
    key: str
    summary: str
    why: Annotated[str, words("waiting", "parked", "conflict", "gone", "not_in_jira", "differs")]
    fields: list[str]


class EqualityOut(Answer):
    id: str
    project: str
    key: str
    taken: datetime
    compared: datetime | None = Field(description="When the full comparison before it ended.")
    items: int
    equal: int
    unequal: list[UnequalOut] = Field(description="The others, at most 500 of them.")
    signature: str
    signed: bool = Field(description="Whether it is as it was signed.")

    @classmethod
    def of(cls, row: EqualityStatement) -> Self:
        return cls(
            id=str(row.pk),
            project=str(row.project_id),
            key=row.key,
            taken=row.taken,
            compared=row.compared,
            items=row.items,
            equal=row.equal,
            unequal=[UnequalOut(**one) for one in row.unequal],
            signature=row.signature,
            signed=equality.is_signed(row),
        )


class EqualitiesOut(Page[EqualityOut]):
    pass


@router.get(
    "/projects/{uuid:project_id}/equality",
    auth=reader,
    response=EqualitiesOut,
    operation_id="sync_api_list_equality",
)
def list_equality(
    request: HttpRequest, project_id: uuid.UUID, query: Query[Listing]
) -> HttpResponse:
    """The statements of the project, one after each full comparison, in no order of time."""
    rows = EqualityStatement.objects.filter(project=project_of(project_id))
    return listed(rows, EqualityOut.of, cursor=query.cursor, limit=query.limit)


@router.post(
    "/projects/{uuid:project_id}/equality",
    auth=planner,
    response={201: EqualityOut},
    operation_id="sync_api_state_equality",
)
def state_equality(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """States from rows how the project's items stand now, signs it and keeps it."""
    return answer(EqualityOut.of(equality.state(project_of(project_id))), 201)
