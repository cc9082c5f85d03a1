"""`/items/{id}/attachments`: the files that an item has in Jira."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.bearer_tokens import reader
from almconnect.lib.api import listed
from planning.item_editing import NotThere
from planning.models import Attachment, WorkItem
from planning.rest.answers import AttachmentOut, AttachmentsOut
from planning.rest.request_params import Query, documented, key_of

router = Router(tags=["attachments"])


@router.get(
    "/items/{item_id}/attachments",
    auth=reader,
    response=AttachmentsOut,
    summary="List the attachments of an item",
    openapi_extra=documented("cursor", "limit"),
)
def list_attachments(request: HttpRequest, item_id: str) -> HttpResponse:
    query, key = Query(request), key_of(item_id)
    limit = query.limit()
    if not WorkItem.objects.live().filter(pk=key).exists():
        raise NotThere
    rows = Attachment.objects.filter(item=key)
    return listed(rows, AttachmentOut.of, cursor=query.text("cursor"), limit=limit)
