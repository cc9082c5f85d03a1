""" "Why didn't this sync?": every step known of one item, oldest first, in plain words."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import READ, needs
from connections.health import truth
from connections.models import Connection
from planning.models import SyncState, WorkItem
from sync.models import Delivery
from sync.pages.presentation import delivery_badge, event_word, field_word, outcome_badge, step_word
from sync.pages.request_params import page_context
from sync.pairs.trace import chain, named

MOST = 20


@require_GET
@needs(READ)
def trace(request: HttpRequest) -> HttpResponse:
    """`?item=` (the board's id) or `?key=` (Jira's key)."""
    key = request.GET.get("key", "").strip().upper()[:60]
    item = _item(request.GET.get("item", ""), key)
    context = page_context(request, None) | {"key": key, "item": item, "asked": bool(request.GET)}
    if item is not None:
        context |= _told(item)
        context["others"] = [one for one in named(item.remote_key) if one != item][:MOST]
    elif key:
        context["deliveries"] = [
            (row, event_word(row.event), delivery_badge(row))
            for row in Delivery.objects.filter(issue_key=key).defer("body").order_by("-id")[:MOST]
        ]
    return render(request, "sync/trace.html", context)


def _item(item_id: str, key: str) -> WorkItem | None:
    rows = WorkItem.objects.select_related("project__connection", "shadow")
    try:
        return rows.filter(pk=uuid.UUID(item_id)).first()
    except ValueError:
        return next(iter(named(key)), None)


def _told(item: WorkItem) -> dict[str, Any]:
    return {
        "why": why(item),
        "steps": [
            {
                **step,
                "what": step_word(step["step"]),
                "badge": outcome_badge(step["step"], step["outcome"]),
                "message": _fields_in_words(step),
            }
            for step in chain(item)
        ],
    }


def why(item: WorkItem) -> list[str]:
    """What stands in the way now, most general first; empty where both sides are the same."""
    found: list[str] = []
    project = item.project
    if project is None:
        return [_("It belongs to no mapped project, so it stays on the board.")]
    found += _of_connection(project.connection)
    found += truth.of_direction(project)
    if item.deleted:
        found.append(_("It was deleted on the board."))
    if item.sync_state == SyncState.WAITING:
        stands = truth.of_project(project)  # what stands in its way is said above
        words = truth.on_its_way(project) if stands.writes else ""
        found += [told for told in (f"{words} {item.sync_detail}".strip(),) if told]
    elif item.sync_state in {SyncState.PARKED, SyncState.CONFLICT} and item.sync_detail:
        found.append(item.sync_detail)
    elif item.sync_state == SyncState.GONE:
        found.append(item.sync_detail or _("Its issue is gone from Jira."))
    return found


def _of_connection(connection: Connection) -> list[str]:
    stands = truth.of_connection(connection)
    if stands.words:
        return [stands.words]
    if not connection.diagnosis:
        return []
    what = str(connection.diagnosis.get("what") or connection.get_health_display())
    return [_("%(name)s: %(what)s") % {"name": connection.name, "what": what}]


def _fields_in_words(step: dict[str, Any]) -> str:
    """An edit's message is its fields' names where nothing went wrong."""
    message = str(step["message"])
    if step["step"] != "change.edit" or " " in message.replace(", ", ""):
        return message
    return ", ".join(str(field_word(name)) for name in message.split(", ") if name)
