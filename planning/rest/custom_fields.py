"""`/custom-fields`: fields of the customer's choice, which projects may map to fields of their Jira."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, StringConstraints

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Refused, answer, listed
from planning.custom_field_editing import add_field, remove_field
from planning.models import CustomField
from planning.rest.answers import CustomFieldOut, CustomFieldsOut
from planning.rest.request_params import Query, documented, key_of

router = Router(tags=["custom fields"])
PARAMETERS = ("cursor", "limit")


class CustomFieldNew(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: Annotated[str, StringConstraints(max_length=100)]
    kind: Literal["line", "text", "number", "date", "choice", "choices", "person", "labels", "url"]


@router.get(
    "/custom-fields",
    auth=reader,
    response=CustomFieldsOut,
    summary="List the fields of the customer's choice",
    openapi_extra=documented(*PARAMETERS),
)
def list_fields(request: HttpRequest) -> HttpResponse:
    query = Query(request)
    rows = CustomField.objects.all()
    return listed(rows, CustomFieldOut.of, cursor=query.text("cursor"), limit=query.limit())


@router.post("/custom-fields", auth=planner, response={201: CustomFieldOut}, summary="Add a field")
def create(request: HttpRequest, payload: CustomFieldNew) -> HttpResponse:
    row = add_field(actor=actor_of(request), name=payload.name, kind=payload.kind)
    return answer(CustomFieldOut.of(row), 201)


@router.delete(
    "/custom-fields/{field_id}",
    auth=planner,
    response={204: None},
    summary="Remove a field that no project maps",
)
def delete(request: HttpRequest, field_id: str) -> HttpResponse:
    row = CustomField.objects.filter(pk=key_of(field_id)).first()
    if row is None:
        raise Refused("There is no such field.", code="not_found", status=404)
    remove_field(row, actor=actor_of(request))
    return HttpResponse(status=204)
