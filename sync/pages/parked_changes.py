"""The inbox of what Jira refused: the change or the field, Jira's reason, and sending it again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import page_of, way_back
from connections.health import truth
from connections.models import MappedProject
from connections.views.session import person_of
from planning.models import Change, ChangeState
from sync.inbound import duplicates
from sync.models import Shadow
from sync.outbox import ways_out
from sync.outbox.ways_out import Way
from sync.pages.conflicts import narrowed
from sync.pages.presentation import Word, change_word, field_word
from sync.pages.request_params import page_context
from sync.status import parked_fields

PER_PAGE = 30
MOST_FIELDS = 100
WORDS: dict[Way, Word] = {
    Way.AGAIN: _("Send again"),
    Way.UNLINK: _("Unlink: it stays in Jira"),
    Way.KEEP: _("Keep it on the board"),
    Way.RESTORE: _("Create it in Jira again"),
    Way.DELETE: _("Delete it here too"),
    Way.JIRA: _("Take Jira's"),
    Way.BOARD: _("Take the board's"),
    Way.GIVE_UP: _("Give it up"),
    Way.NOW: _("Try it now"),
}


@require_GET
@needs(READ)
def parked(request: HttpRequest) -> HttpResponse:
    """Parked changes by page; besides, items that sync without the fields that Jira refused, and those
    whose issue Jira does not show."""
    about = narrowed(request)
    changes = Change.objects.filter(state=ChangeState.PARKED)
    shadows = parked_fields.rows()
    if isinstance(about, MappedProject):
        changes, shadows = changes.filter(project=about), shadows.filter(project=about)
    elif about:
        changes = changes.filter(project__connection=about)
        shadows = shadows.filter(connection=about)
    stuck = _stuck(shadows)
    page = page_of(
        request, changes.select_related("item", "project", "comment").order_by("-id"), PER_PAGE
    )
    count = len(stuck)
    context = page_context(request, None) | {
        "page": page,
        "shown": [(row, change_word(row), ways_of(row), ask_of(row)) for row in page.object_list],
        "fields": stuck[:MOST_FIELDS],
        "total": page.paginator.count + count,
        "headline": _headline(
            page.paginator.count, [line for _row, some in stuck for line in some]
        ),
        "more": max(0, count - MOST_FIELDS),
        "about": about,
    }
    return render(request, "sync/parked.html", context)


def _headline(changes: int, lines: Sequence[Line]) -> str:
    """Refused by Jira, or not shown by it, are two things."""
    absent = sum(not line.field for line in lines)
    told = []
    if refused := changes + len(lines) - absent:
        words = ngettext("Jira refused %(n)d change", "Jira refused %(n)d changes", refused)
        told.append(words % {"n": refused})
    if absent:
        words = ngettext(
            "%(n)d issue is not shown by Jira now",
            "%(n)d issues are not shown by Jira now",
            absent,
        )
        told.append(words % {"n": absent})
    return "; ".join(told) or _now("Nothing is parked")


@dataclass(frozen=True, slots=True)
class Line:
    """One stuck thing of an item, in words, and its buttons."""

    field: str
    name: Word
    reason: str
    ways: list[tuple[str, Word]]
    ask: str


def _stuck(shadows: QuerySet[Shadow]) -> list[tuple[Shadow, list[Line]]]:
    """What a parked change tells of stands in the list of changes, with its own buttons."""
    rows = list(shadows.select_related("item", "project").order_by("remote_key"))
    covered = parked_fields.covered_by_changes(rows)
    told = [
        (row, [_line(row, one) for one in parked_fields.of(row, covered.get(row.item_id))])
        for row in rows
    ]
    return [(row, lines) for row, lines in told if lines]


def _line(row: Shadow, one: parked_fields.Stuck) -> Line:
    name = field_word(one.field) if one.field else _("The issue as a whole")
    if one.field.startswith(duplicates.PREFIX):
        name = _("A second issue")
    words = WORDS if one.field and Way.JIRA in one.ways else {**WORDS, Way.AGAIN: _("Look again")}
    ask = _asking(row.remote_key, str(name), one.reason)
    return Line(one.field, name, one.reason, [(way.value, words[way]) for way in one.ways], ask)


def ask_of(change: Change) -> str:
    """What to send the Jira admin about a parked change; empty where there is no reason to show."""
    if not change.message:
        return ""
    return _asking(str(change.item), str(change_word(change)), change.message)


def _asking(item: str, what: str, reason: str) -> str:
    words = _now("%(item)s, %(what)s: Jira does not take it. %(reason)s Can you help?")
    return words % {"item": item, "what": what, "reason": reason}


@require_POST
@needs(PLAN)
def decide_item(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """`field` and `way`: one of the ways out of what is parked without a change of its own."""
    field, way = request.POST.get("field", ""), request.POST.get("way", "")
    try:
        parked_fields.go(item_id, field, way, actor=person_of(request))
        messages.success(request, _gone_way(item_id, way))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(way_back(request, reverse("sync:parked")))


def _gone_way(item_id: uuid.UUID, way: str) -> str:
    """What is done now, or what it waits for."""
    if way != Way.AGAIN:
        return _now("Jira's value was taken.")
    shadow = Shadow.objects.select_related("project__connection").get(item=item_id)
    words = _now("It is tried again.")
    return truth.sent_again([shadow.project] if shadow.project else [], words)


def ways_of(change: Change) -> list[tuple[str, Word]]:
    """The ways out of a change, with what their buttons say."""
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
