""" "Move to another Jira": choosing where to, the plan as a table, its confirmation, how far it is, the way
back."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import CONNECT, PLAN, READ, needs
from accounts.reauthentication import reconfirmed
from almconnect.lib.api import Refused
from almconnect.lib.csv_export import csv_response
from almconnect.lib.pages import page_of
from connections.models import Connection
from connections.views.session import person_of
from sync.core.site_match import Verdict
from sync.models import MoveKind, MoveState, Run, SiteMove
from sync.pages.projects import HTMX_STOP
from sync.pages.request_params import connection_for, page_context
from sync.site_move import decisions, execution, gate, table

PER_PAGE = 50
VERDICTS: Final[dict[str, Promise]] = {
    Verdict.SAME: gettext_lazy("Same"),
    Verdict.CHANGED: gettext_lazy("Changed"),
    Verdict.MISSING: gettext_lazy("Missing there"),
    Verdict.UNCERTAIN: gettext_lazy("Not certain"),
    Verdict.FOREIGN: gettext_lazy("Not ours there"),
}
_PHASES: Final[dict[str, Promise]] = {
    "": gettext_lazy("Both Jiras are asked who they are."),
    "projects": gettext_lazy(
        "Projects, fields, statuses, types, links, boards and sprints are compared."
    ),
    "issues": gettext_lazy("Issues are compared by key, summary and the moment they were made."),
    "rest": gettext_lazy("Issues that were not listed are looked for by key."),
    "since": gettext_lazy("Issues that are new since the move are listed."),
    "people": gettext_lazy("People are looked for by e-mail address and name."),
    "stop": gettext_lazy("Work that is under way ends, and the two Jiras change places."),
    "loosen": gettext_lazy("The old Jira's ids are put aside, to be kept for the way back."),
    "anchor": gettext_lazy("Each item gets the id of its issue in the other Jira."),
    "names": gettext_lazy("People are named as they are called in the other Jira."),
    "compare": gettext_lazy("The comparison is asked for."),
}


@require_GET
@needs(READ)
def move(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Where the connection's move stands, and what can be done now."""
    connection = connection_for(connection_id)
    context = page_context(request, connection, "connection") | _standing(connection)
    part = request.headers.get("HX-Request") == "true"
    answer = render(request, "sync/_move.html" if part else "sync/move.html", context)
    if part and not context["live"]:
        answer.status_code = HTMX_STOP
    return answer


def _standing(connection: Connection) -> dict[str, Any]:
    moves = SiteMove.objects.filter(connection=connection).select_related(
        "connection", "destination", "returns"
    )
    rows = list(moves[:20])
    current = next((one for one in rows if one.is_open), None)
    done = next((one for one in rows if one.may_return), None)
    shown = current or done or next(iter(rows), None)
    runs = Run.objects.filter(pk__in=(shown.notes.get("runs") or ()) if shown else ())
    return {
        "move": shown,
        "current": current,
        "done": done if current is None else None,
        "earlier": [one for one in rows if one is not shown],
        "live": bool(current and current.is_at_work),
        "phase": _PHASES.get(current.phase, "") if current else "",
        "lines": table.lines(shown) if shown and shown.state != MoveState.CANCELLED else [],
        "verdicts": VERDICTS.values(),
        "unlinked": execution.unlinked_of(shown).count() if shown else 0,
        "runs": runs.select_related("project"),
        "why_not": _why_not(current),
        "destinations": _destinations(connection) if current is None else [],
        "refused": _refused_as_it_stands(connection),
        "kept_for": SiteMove.objects.filter(destination=connection, state=MoveState.DONE)
        .select_related("connection")
        .first(),
    }


def _why_not(current: SiteMove | None) -> str:
    """Why a plan that is there cannot be carried out; empty where it can. Asks no Jira."""
    if current is None or current.state != MoveState.PLANNED:
        return ""
    try:
        gate.may_carry_out(current)
    except Refused as refused:
        return refused.message
    return ""


def _refused_as_it_stands(connection: Connection) -> str:
    if words := gate.way_back_open(connection):
        return words
    try:
        gate.may_move(connection)
    except Refused as refused:
        return refused.message
    return ""


def _destinations(connection: Connection) -> list[tuple[Connection, str]]:
    """The other connections, each with why it is none; empty where it is one."""
    found = []
    for other in Connection.objects.exclude(pk=connection.pk).select_related("site"):
        why = ""
        try:
            gate.may_be_moved_to(connection, other, back=False)
        except Refused as refused:
            why = refused.message
        found.append((other, why))
    return sorted(found, key=lambda one: bool(one[1]))


@require_POST
@needs(CONNECT)
@reconfirmed(back="sync:move")
def plan(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    connection = connection_for(connection_id)
    wanted = request.POST.get("destination", "")
    try:
        destination = get_object_or_404(Connection, pk=uuid.UUID(wanted))
    except ValueError:
        messages.error(request, _("Choose the connection that leads to the new Jira."))
        return redirect("sync:move", connection.pk)
    try:
        decisions.plan(connection, destination, actor=person_of(request))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("sync:move", connection.pk)


@require_POST
@needs(CONNECT)
@reconfirmed(back="sync:move")
def decide(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """`take`: confirm, again, give_up, back or let_go; `move`: which one the person saw."""
    rows = SiteMove.objects.filter(connection=connection_for(connection_id))
    try:
        found = get_object_or_404(
            rows.select_related("connection", "destination", "returns"),
            pk=uuid.UUID(request.POST.get("move", "")),
        )
    except ValueError:
        return redirect("sync:move", connection_id)
    ways = {
        "confirm": decisions.confirm,
        "again": decisions.plan_again,
        "give_up": decisions.give_up,
        "back": decisions.plan_back,
        "let_go": decisions.let_go,
    }
    act = ways.get(request.POST.get("take", ""))
    try:
        if act is not None:
            act(found, actor=person_of(request))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("sync:move", connection_id)


@require_GET
@needs(PLAN)
def rows(request: HttpRequest, connection_id: uuid.UUID, move_id: uuid.UUID) -> HttpResponse:
    """The table of a move, by kind and finding."""
    connection = connection_for(connection_id)
    found = get_object_or_404(SiteMove, pk=move_id, connection=connection)
    kind, verdict = request.GET.get("kind", ""), request.GET.get("verdict", "")
    page = page_of(request, table.rows_of(found, kind, verdict), PER_PAGE)
    context = page_context(request, connection, "connection") | {
        "move": found,
        "page": page,
        "kind": kind,
        "verdict": verdict,
        "kinds": MoveKind.choices,
        "verdicts": VERDICTS.items(),
    }
    return render(request, "sync/move_rows.html", context)


@require_GET
@needs(PLAN)
def export(request: HttpRequest, connection_id: uuid.UUID, move_id: uuid.UUID) -> HttpResponseBase:
    """The same as CSV, with the same filter."""
    found = get_object_or_404(SiteMove, pk=move_id, connection=connection_for(connection_id))
    wanted = table.rows_of(found, request.GET.get("kind", ""), request.GET.get("verdict", ""))
    return csv_response("move", table.HEADER, table.as_file(wanted))
