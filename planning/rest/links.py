"""`/links`: what blocks what, and other links between work items."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Refused, answer, listed
from planning.link_editing import add_link, remove_link
from planning.models import Link
from planning.rest.answers import LinkOut, LinksOut
from planning.rest.request_params import Query, documented, key_of
from planning.rules import Unfit, reference

router = Router(tags=["links"])
PARAMETERS = ("item", "source", "target", "type", "project", "cursor", "limit")


class LinkNew(Schema):
    """`source <type> target`; `type` is a word of the source's project, or “dependency”."""

    model_config = ConfigDict(extra="forbid", strict=True)
    source: str
    target: str
    type: str


@router.get(
    "/links",
    auth=reader,
    response=LinksOut,
    summary="List links",
    openapi_extra=documented(*PARAMETERS),
)
def list_links(request: HttpRequest) -> HttpResponse:
    query = Query(request)
    rows = Link.objects.filter(deleted=None)
    for name in ("source", "target"):
        key = query.key(name)
        if key:
            rows = rows.filter(**{name: key})
    either, project = query.key("item"), query.key("project")
    if either:
        rows = rows.filter(Q(source=either) | Q(target=either))
    if project:
        rows = rows.filter(source__project=project)
    if query.text("type"):
        rows = rows.filter(type__iexact=query.text("type"))
    return listed(rows, LinkOut.of, cursor=query.text("cursor"), limit=query.limit())


@router.post("/links", auth=planner, response={201: LinkOut}, summary="Draw a link")
def create(request: HttpRequest, payload: LinkNew) -> HttpResponse:
    ends = {"source": payload.source, "target": payload.target}
    keys = {}
    for name, text in ends.items():
        try:
            keys[name] = reference(text)
        except Unfit as problem:
            raise Refused(str(problem), fields={name: [str(problem)]}) from problem
        if keys[name] is None:
            raise Refused("Name both work items.", fields={name: ["Name a work item."]})
    link = add_link(
        actor=actor_of(request),
        source=key_of(str(keys["source"])),
        target=key_of(str(keys["target"])),
        type=payload.type,
    )
    return answer(LinkOut.of(link), 201)


@router.get("/links/{link_id}", auth=reader, response=LinkOut, summary="One link")
def read(request: HttpRequest, link_id: str) -> HttpResponse:
    link = Link.objects.filter(pk=key_of(link_id), deleted=None).first()
    if link is None:
        raise Refused("There is no such link.", code="not_found", status=404)
    return answer(LinkOut.of(link))


@router.delete("/links/{link_id}", auth=planner, response={204: None}, summary="Remove a link")
def delete(request: HttpRequest, link_id: str) -> HttpResponse:
    remove_link(key_of(link_id), actor=actor_of(request))
    return HttpResponse(status=204)
