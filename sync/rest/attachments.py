"""Files of items: which there are, what is in one, and adding one to an issue."""

from __future__ import annotations

import base64
import binascii
import uuid

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Listing, Refused, answer, listed
from connections.rest.api_answers import explained
from planning.item_editing import NotThere
from planning.models import Attachment, WorkItem
from planning.rest.answers import AttachmentOut, AttachmentsOut
from sync.rest.bodies import AttachmentIn
from sync.status import attached_files, new_attachments

router = Router(tags=["attachments"])


@router.get(
    "/items/{uuid:item_id}/attachments",
    auth=reader,
    response=AttachmentsOut,
    operation_id="sync_api_list_attachments",
)
def list_attachments(
    request: HttpRequest, item_id: uuid.UUID, query: Query[Listing]
) -> HttpResponse:
    """The files that the item has in Jira."""
    if not WorkItem.objects.live().filter(pk=item_id).exists():
        raise NotThere
    rows = Attachment.objects.filter(item=item_id)
    return listed(rows, AttachmentOut.of, cursor=query.cursor, limit=query.limit)


@router.get(
    "/attachments/{uuid:attachment_id}/content",
    auth=reader,
    operation_id="sync_api_read_attachment",
    openapi_extra={
        "responses": {
            200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}
        }
    },
)
def content(request: HttpRequest, attachment_id: uuid.UUID) -> HttpResponseBase:
    """What is in the file, fetched from Jira; 413 for one that is too large to pass through."""
    row = attached_files.find(attachment_id)
    project = row.item.project
    if project is None:
        raise attached_files.not_mapped()
    with explained(project.connection):
        found = attached_files.fetch(row)
    return attached_files.as_answer(row, found)


@router.post(
    "/items/{uuid:item_id}/attachments",
    auth=planner,
    response={201: AttachmentOut},
    operation_id="sync_api_create_attachment",
)
def add(request: HttpRequest, item_id: uuid.UUID, payload: AttachmentIn) -> HttpResponse:
    """Sends the file to Jira at once; the account needs “Create Attachments” there."""
    item = WorkItem.objects.live().select_related("project__connection").filter(pk=item_id).first()
    if item is None:
        raise NotThere
    try:
        raw = base64.b64decode(payload.content, validate=True)
    except (binascii.Error, ValueError) as problem:
        words = "This is not Base64."
        raise Refused(words, fields={"content": [words]}) from problem
    if item.project is None:
        raise attached_files.not_mapped()
    with explained(item.project.connection):
        made = new_attachments.add(item, payload.filename, raw, actor=actor_of(request))
    return answer(AttachmentOut.of(made), 201)
