"""`/items`: work items, one by one, in lists and in bulk."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Refused, answer, listed
from planning.item_editing import NotThere, delete_item, edit_item, edit_many
from planning.models import WorkItem
from planning.rest.answers import BulkOut, BulkRowOut, ItemOut, ItemsOut
from planning.rest.request_params import Query, documented, key_of, version_wanted

router = Router(tags=["items"])
SHOWN = ("project__connection",)
FILTERS = ("project", "team", "iteration", "type", "q", "changed_since", "key")
DAY = "A day, such as 2027-01-31."
SECONDS = "Working time in seconds."
PARAMETERS = (*FILTERS, "cursor", "limit")


class PersonBody(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: str
    name: str | None = None


class ItemEdit(Schema):
    """Board fields; those that are left out stay as they are. Labels are words without spaces;
    fix versions and components go by name, and are those that the project has in Jira."""

    model_config = ConfigDict(extra="forbid", strict=True)
    type: str = ""
    summary: str = ""
    description: str | None = None
    status: str | None = None
    story_points: float | None = None
    wsjf: float | None = None
    assignee: PersonBody | str | None = None
    reporter: PersonBody | str | None = None
    labels: list[str] | None = None
    priority: str | None = None
    parent: str | None = None
    team: str | None = None
    iteration: str | None = None
    rank: str | None = None
    fix_versions: list[str] | None = None
    components: list[str] | None = None
    start_date: str | None = Field(default=None, description=DAY)
    due_date: str | None = Field(default=None, description=DAY)
    original_estimate: int | None = Field(default=None, description=SECONDS)
    remaining_estimate: int | None = Field(default=None, description=SECONDS)
    flagged: bool = False
    custom: dict[str, Any] = Field(
        default={}, description="Fields of the customer's choice: the field's id to its value."
    )


class ItemNew(ItemEdit):
    """`project` is the mapped project's id; without one the item stays on the board."""

    project: str | None = None


class Bulk(Schema):
    """Rows with `id` (and perhaps `version`) are edits, rows without are creates."""

    model_config = ConfigDict(extra="forbid", strict=True)
    items: list[dict[str, Any]]


def shown() -> QuerySet[WorkItem]:
    return WorkItem.objects.live().select_related(*SHOWN)


@router.get(
    "/items",
    auth=reader,
    response=ItemsOut,
    summary="List work items",
    openapi_extra=documented(*PARAMETERS),
)
def list_items(request: HttpRequest) -> HttpResponse:
    query = Query(request)
    rows = shown()
    for name in ("project", "team", "iteration"):  # `none`: on the board only, no team, backlog
        if query.text(name) == "none":
            rows = rows.filter(**{name: None})
        elif key := query.key(name):
            rows = rows.filter(**{name: key})
    if query.text("type"):
        rows = rows.filter(type__iexact=query.text("type"))
    if query.text("key"):
        rows = rows.filter(remote_key=query.text("key").upper())
    if query.text("q"):
        words = query.text("q")
        rows = rows.filter(Q(summary__icontains=words) | Q(remote_key__iexact=words))
    since = query.moment("changed_since")
    if since:
        rows = rows.filter(updated__gte=since)
    return listed(rows, ItemOut.of, cursor=query.text("cursor"), limit=query.limit())


@router.post("/items", auth=planner, response={201: ItemOut}, summary="Create a work item")
def create(request: HttpRequest, payload: ItemNew) -> HttpResponse:
    (made,) = edit_many([payload.dict(exclude_unset=True)], actor=actor_of(request), typed=True)
    return _tagged(made, 201)


@router.post(
    "/items/bulk", auth=planner, response=BulkOut, summary="Create or edit up to 500 work items"
)
def bulk(request: HttpRequest, payload: Bulk) -> HttpResponse:
    results = edit_many(payload.items, actor=actor_of(request), typed=True)
    return answer(BulkOut(items=[BulkRowOut.of(result) for result in results]))


@router.get("/items/{item_id}", auth=reader, response=ItemOut, summary="One work item")
def read(request: HttpRequest, item_id: str) -> HttpResponse:
    item = shown().filter(pk=key_of(item_id)).first()
    if item is None:
        raise NotThere
    # No 304 by If-None-Match: the tag is the version that edits are guarded by, and the sync state and
    # what Jira fills into a new item change without a new version.
    return _tagged(item, 200)


@router.patch("/items/{item_id}", auth=planner, response=ItemOut, summary="Edit a work item")
def edit(request: HttpRequest, item_id: str, payload: ItemEdit) -> HttpResponse:
    item = edit_item(
        key_of(item_id),
        actor=actor_of(request),
        values=payload.dict(exclude_unset=True),
        expected_version=version_wanted(request),
        typed=True,
    )
    return _tagged(item, 200)


@router.delete("/items/{item_id}", auth=planner, response={204: None}, summary="Delete a work item")
def delete(request: HttpRequest, item_id: str) -> HttpResponse:
    delete_item(key_of(item_id), actor=actor_of(request), expected_version=version_wanted(request))
    return HttpResponse(status=204)


def _tagged(item: WorkItem | Refused, status: int) -> HttpResponse:
    if isinstance(item, Refused):
        raise item
    response = answer(ItemOut.of(item), status)
    response["ETag"] = f'"{item.version}"'
    return response
