"""The inbox of what Jira refused: the change or the field, Jira's reason, and sending it again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import page_of, way_back
from connections.models import MappedProject
from connections.views.session import person_of
from planning.models import Change, ChangeState
from sync import ways_out
from sync.models import Shadow, ShadowState
from sync.pages.asking import frame
from sync.pages.conflicts import narrowed
from sync.pages.looks import Word, change_word, field_word
from sync.ways_out import Way

PER_PAGE = 30
MOST_FIELDS = 100
WORDS: dict[Way, Word] = {
    Way.AGAIN: _("Send again"),
    Way.UNLINK: _("Unlink: it stays in Jira"),
    Way.KEEP: _("Keep it on the board"),
    Way.RESTORE: _("Create it in Jira again"),
    Way.DELETE: _("Delete it here too"),
}


@require_GET
@needs(READ)
def parked(request: HttpRequest) -> HttpResponse:
    """Parked changes by page; besides, items that sync without the fields that Jira refused."""
    about = narrowed(request)
    changes = Change.objects.filter(state=ChangeState.PARKED)
    # Where the change itself is parked it stands in the first list, with its button.
    shadows = (
        Shadow.objects.filter(state=ShadowState.LIVE)
        .exclude(parked={})
        .exclude(item__changes__state=ChangeState.PARKED)
    )
    if isinstance(about, MappedProject):
        changes, shadows = changes.filter(project=about), shadows.filter(project=about)
    elif about:
        changes = changes.filter(project__connection=about)
        shadows = shadows.filter(connection=about)
    page = page_of(request, changes.select_related("item", "project").order_by("-id"), PER_PAGE)
    refused = shadows.select_related("item", "project").order_by("remote_key")
    count = refused.count()
    context = frame(request, None) | {
        "page": page,
        "shown": [(row, change_word(row), ways_of(row)) for row in page.object_list],
        "fields": [
            (row, [(field_word(name), why) for name, why in sorted(row.parked.items())])
            for row in refused[:MOST_FIELDS]
        ],
        "total": page.paginator.count + count,
        "more": max(0, count - MOST_FIELDS),
        "about": about,
    }
    return render(request, "sync/parked.html", context)


def ways_of(change: Change) -> list[tuple[str, Word]]:
    """The ways out of a parked change, with what their buttons say."""
    return [(way.value, WORDS[way]) for way in ways_out.of(change)]


@require_POST
@needs(PLAN)
def decide(request: HttpRequest, change_id: int) -> HttpResponse:
    """`way`: one of the change's ways out, but for sending it again."""
    row = get_object_or_404(Change.objects.select_related("project", "item"), pk=change_id)
    try:
        ways_out.go(row, request.POST.get("way", ""), actor=person_of(request))
        messages.success(request, _now("Done."))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(way_back(request, reverse("sync:change", args=[row.pk])))
