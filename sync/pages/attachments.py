"""Fetching a file of an item through the console."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from accounts.access import READ, needs
from almconnect.lib.api import Refused
from connections.access.gateway import NotReady
from jira_client.diagnosis.explain import explain
from jira_client.errors import JiraError
from sync.status import attached_files


@require_GET
@needs(READ)
def fetch(request: HttpRequest, attachment_id: uuid.UUID) -> HttpResponseBase:
    """The file, to be saved and never shown by the browser: what is in it is nobody's here."""
    try:
        row = attached_files.find(attachment_id)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("planning:list")
    try:
        content = attached_files.fetch(row)
    except (Refused, NotReady) as refusal:
        messages.error(request, str(refusal))
    except JiraError as error:
        messages.error(request, explain(error).what)
    else:
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
    return redirect("planning:item", row.item_id)
