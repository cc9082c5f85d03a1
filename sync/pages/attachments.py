"""Fetching a file of an item through the console, and adding one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from connections.access.gateway import NotReady
from connections.access.sealing import SealBroken
from connections.views.session import person_of
from jira_client.diagnosis.explain import explain
from jira_client.errors import JiraError
from planning.models import WorkItem
from sync.status import attached_files, new_attachments


@require_GET
@needs(READ)
def fetch(request: HttpRequest, attachment_id: uuid.UUID) -> HttpResponseBase:
    """The file, or the page of its item with the reason why not."""
    try:
        row = attached_files.find(attachment_id)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("planning:list")
    try:
        content = attached_files.fetch(row)
    except (Refused, NotReady, SealBroken) as refusal:
        messages.error(request, str(refusal))
    except JiraError as error:
        messages.error(request, explain(error).what)
    else:
        return attached_files.as_answer(row, content)
    return redirect("planning:item", row.item_id)


@require_POST
@needs(PLAN)
def add(request: HttpRequest, item_id: uuid.UUID) -> HttpResponseBase:
    """One file of the form, sent to Jira before the answer: a refusal is said at once."""
    item = get_object_or_404(
        WorkItem.objects.live().select_related("project__connection"), pk=item_id
    )
    given = request.FILES.get("file")
    back = redirect(reverse("planning:item", args=[item.pk]) + "#attachments")
    if given is None:
        messages.error(request, _("Choose a file."))
        return back
    try:
        if (given.size or 0) > new_attachments.LARGEST:
            raise new_attachments.too_large()
        made = new_attachments.add(item, given.name or "", given.read(), actor=person_of(request))
    except (Refused, NotReady, SealBroken) as refusal:
        messages.error(request, str(refusal))
    except JiraError as error:
        messages.error(request, explain(error).what)
    else:
        words = _("“%(name)s” is attached in Jira.") % {"name": made.filename}
        messages.success(request, words)
    return back
