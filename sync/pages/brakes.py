"""Deletions that are held: which items, why, and what a person decides about all of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from connections.views.session import person_of
from planning.models import Change
from sync.inbound import mass_deletion_guard as verbs
from sync.models import Brake, Shadow, Way
from sync.outbox import deletion_guard
from sync.pages.request_params import page_context

SHOWN = 100
DECIDED = 20


@require_GET
@needs(READ)
def brakes(request: HttpRequest) -> HttpResponse:
    """The stops that wait for a person, each with its items; below, what was decided."""
    rows = Brake.objects.filter(decided=None).select_related("connection")
    waiting = [(row, *_items(row)) for row in rows]
    decided = Brake.objects.exclude(decided=None).select_related("connection")[:DECIDED]
    context = page_context(request, None) | {"waiting": waiting, "decided": decided}
    return render(request, "sync/brakes.html", context)


def _items(row: Brake) -> tuple[int, Sequence[Shadow | Change], int]:
    """How many are held, the first of them, and how many more there are."""
    if row.way == Way.TO_JIRA:
        changes = deletion_guard.held_of(row.connection_id).order_by("pk")
        return changes.count(), list(changes[:SHOWN]), max(0, changes.count() - SHOWN)
    held = verbs.held_of(row.connection_id).select_related("item").order_by("remote_key")
    count = held.count()
    first = list(held[:SHOWN])
    return count, first, count - len(first)


@require_POST
@needs(PLAN)
def decide(request: HttpRequest, brake_id: uuid.UUID) -> HttpResponse:
    """`decision`: delete, keep or restore; `count`: how many the person saw."""
    seen = request.POST.get("count", "")
    count = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
    decision = request.POST.get("decision", "")
    try:
        done = verbs.decide(brake_id, decision, actor=person_of(request), count=count)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        words = {
            "delete": ngettext(
                "%(n)d item is deleted, once Jira has been asked again.",
                "%(n)d items are deleted, once Jira has been asked again.",
                done.count,
            ),
            "keep": ngettext(
                "%(n)d item stays on the board only.",
                "%(n)d items stay on the board only.",
                done.count,
            ),
            "unlink": ngettext(
                "%(n)d item is off the board; its issue stays in Jira.",
                "%(n)d items are off the board; their issues stay in Jira.",
                done.count,
            ),
            "restore": ngettext(
                "%(n)d item is created in Jira again.",
                "%(n)d items are created in Jira again.",
                done.count,
            ),
        }
        messages.success(request, words[decision] % {"n": done.count})
    return redirect("sync:brakes")
