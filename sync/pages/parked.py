"""The inbox of what Jira refused: the change or the field, Jira's reason, and sending it again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import READ, needs
from almconnect.lib.pages import page_of
from connections.models import MappedProject
from planning.models import Change, ChangeState
from sync.models import Shadow, ShadowState
from sync.pages.asking import frame
from sync.pages.conflicts import narrowed
from sync.pages.looks import change_word, field_word

PER_PAGE = 30
MOST_FIELDS = 100


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
        "shown": [(row, change_word(row)) for row in page.object_list],
        "fields": [
            (row, [(field_word(name), why) for name, why in sorted(row.parked.items())])
            for row in refused[:MOST_FIELDS]
        ],
        "total": page.paginator.count + count,
        "more": max(0, count - MOST_FIELDS),
        "about": about,
    }
    return render(request, "sync/parked.html", context)
