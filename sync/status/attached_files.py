"""A file of an item, fetched from Jira for somebody who sees the item. Nothing of it is kept here."""

from __future__ import annotations

import tempfile
import uuid
from contextlib import ExitStack
from typing import IO, Final

from django.http import FileResponse

from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.models import Connection
from jira_client.client import JiraClient
from jira_client.values import Attachment as JiraAttachment
from planning.models import Attachment
from sync.pairs import site_proof

LARGEST: Final = 50_000_000  # bytes; larger ones are opened in Jira
IN_MEMORY: Final = 1_000_000


def find(attachment_id: uuid.UUID) -> Attachment:
    """The row, with its item, project and connection. Raises Refused (404)."""
    rows = Attachment.objects.filter(pk=attachment_id, item__deleted=None)
    row = rows.select_related("item__project__connection").first()
    if row is None:
        raise Refused("There is no such attachment.", code="not_found", status=404)
    return row


def fetch(row: Attachment) -> IO[bytes]:
    """The content, whole, in a file that is gone when it is closed: so that a failure is a sentence and not
    half a file. Raises Refused (404, 409, 413), JiraError, NotReady.

    The file is asked for once more before: a number that another Jira, or a restored one, gave to another
    file must not hand that out.
    """
    project = row.item.project
    if project is None:
        raise not_mapped()
    if row.size > LARGEST:
        words = f"The file is larger than {LARGEST // 1_000_000} MB. Open it in Jira."
        raise Refused(words, code="too_large", status=413)
    connection: Connection = project.connection
    with site_proof.proven(connection):
        jira = jira_for(connection)
        there = jira.attachments.get(row.remote_id)
        if not _is_same(row, there):
            words = "Jira holds another file under this number. It is read again with the next comparison."
            raise Refused(words, code="another_file", status=409)
        found = _read(jira, row, there)
    found.seek(0)
    return found


def not_mapped() -> Refused:
    """For a file of an item that no Jira is asked about."""
    words = "The item's project is not mapped, so its files are not to be reached."
    return Refused(words, code="not_mapped", status=409)


def as_answer(row: Attachment, content: IO[bytes]) -> FileResponse:
    """The file, to be saved and never shown by a browser: what is in it is nobody's here."""
    answer = FileResponse(
        content,
        as_attachment=True,
        filename=row.filename,
        content_type="application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = "sandbox"
    return answer


def _read(jira: JiraClient, row: Attachment, there: JiraAttachment) -> IO[bytes]:
    with ExitStack() as stack:
        found = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        jira.attachments.content(row.remote_id, there.filename, found, LARGEST)
        if found.tell() != there.size:
            words = "Something else than the file came from Jira's address. Open it in Jira."
            raise Refused(words, code="not_the_file", status=409)
        stack.pop_all()  # whoever gets it closes it
        return found


def _is_same(row: Attachment, there: JiraAttachment) -> bool:
    name = there.filename[: Attachment._meta.get_field("filename").max_length]
    return (name, there.size, there.created) == (row.filename, row.size, row.created)
