""" "#3 Permissions": the report as a matrix, what changed, what to send the Jira admin."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.enqueue import enqueue
from connections.access import gateway
from connections.health import health
from connections.health.diagnosis import Explained
from connections.models import Connection, PermissionReport, ReportState
from connections.report import comparison, coverage, permission_report, report_rows
from connections.schedule import tasks
from connections.views.session import person_of
from connections.views.tabs import tabs_of
from jira_client.permission_evaluation import OperationRow, PermissionRow
from jira_client.requirements import ALSO, CATALOGUE, OPERATIONS
from jira_client.values import PermissionState, Project

HTMX_STOP = 286  # htmx: take this answer and poll no more
MOST_SHOWN = 50  # projects offered for a choice
MOST_CHANGES = 100  # differences told one by one
ROWS = 25  # projects on a page of the matrix


@needs(READ)
def permissions(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The newest report, or one of the earlier ones (`?report=`)."""
    connection = get_object_or_404(Connection, pk=connection_id)
    return _page(request, connection)


@needs(PLAN)
def choose(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Search Jira's projects and choose those to look at."""
    connection = get_object_or_404(Connection, pk=connection_id)
    query = request.GET.get("q", "")
    found: list[Project] = []
    diagnosis = None
    try:
        found = gateway.jira_for(connection).projects.list(query)
        health.note_success(connection)
    except Explained as error:
        diagnosis = health.note_failure(connection, error)
    context = {
        "connection": connection,
        "tabs": tabs_of(connection, "permissions"),
        "query": query,
        "projects": found[:MOST_SHOWN],
        "more": max(0, len(found) - MOST_SHOWN),
        "diagnosis": diagnosis,
        "mapped": set(connection.projects.values_list("key", flat=True)),
    }
    status = 409 if diagnosis else 200
    return render(request, "connections/choose_projects.html", context, status=status)


@needs(PLAN)
@require_POST
def run(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """A new report: of the chosen projects, of everything, of an earlier one's projects (`report`),
    or of an earlier one with a single row looked at again (`report` and `row`).
    """
    connection = get_object_or_404(Connection, pk=connection_id)
    actor = person_of(request)
    shown = _chosen(request.POST, connection)
    everything = "all" in request.POST
    keys = [] if everything else request.POST.getlist("project")
    if shown is not None and request.POST.get("row"):
        row = permission_report.request(connection, [request.POST["row"]], actor=actor, base=shown)
    elif shown is not None:
        row = permission_report.again(shown, actor=actor)
    elif not everything and not keys and not connection.projects.exists():
        messages.info(request, _("Choose the projects to look at."))
        return redirect("connections:choose_projects", connection.pk)
    else:
        row = permission_report.request(connection, keys, actor=actor, everything=everything)
    enqueue(tasks.take_report, row.pk)
    address = reverse("connections:permissions", args=[connection.pk])
    view = {"view": "operations"} if request.POST.get("view") == "operations" else {}
    return redirect(f"{address}?{urlencode({'report': str(row.pk), **view})}")


@needs(READ)
def progress(request: HttpRequest, report_id: uuid.UUID) -> HttpResponse:
    """The poll's fragment. It stops by itself once the report is final: then the page is told."""
    row = get_object_or_404(PermissionReport, pk=report_id)
    answer = render(request, "connections/_report_progress.html", {"report": row})
    if row.state in {ReportState.FINISHED, ReportState.FAILED}:
        answer.status_code = HTMX_STOP
        answer["HX-Refresh"] = "true"
    return answer


def _page(request: HttpRequest, connection: Connection) -> HttpResponse:
    reports = connection.reports.filter(offered=False)
    history = list(reports.defer("rows")[:20])
    shown = _chosen(request.GET, connection) or (history[0] if history else None)
    context: dict[str, Any] = {
        "connection": connection,
        "tabs": tabs_of(connection, "permissions"),
        "history": history,
        "report": shown,
        "may_plan": person_of(request).role in PLAN,
        "view": "operations" if request.GET.get("view") == "operations" else "permissions",
        "query": request.GET.get("q", "").strip(),
        "only": "problems" if request.GET.get("only") == "problems" else "",
    }
    if shown is not None and shown.state == ReportState.FINISHED:
        context |= _facts(shown) | _rows(request, shown, context)
    return render(request, "connections/permissions.html", context)


def _chosen(given: QueryDict, connection: Connection) -> PermissionReport | None:
    try:
        wanted = uuid.UUID(given.get("report", ""))
    except ValueError:
        return None
    return connection.reports.filter(pk=wanted, offered=False).first()


def _facts(shown: PermissionReport) -> dict[str, Any]:
    before = comparison.previous(shown)
    changes = comparison.changes_since(shown, before)
    covers = coverage.of(shown)
    return {
        "covers": covers,
        "left_out": ", ".join(covers.left_out[:5]) + (" …" if len(covers.left_out) > 5 else ""),
        "first_looks": len(shown.rows) - (before.compared if before else 0),
        "before": before,
        "changes": changes[:MOST_CHANGES],
        "more_changes": max(0, len(changes) - MOST_CHANGES),
        "headline": headline(shown, covers),
        "text": comparison.text_for_admin(shown),
        "columns": [*CATALOGUE, *ALSO],
        "operations": OPERATIONS,
    }


def _rows(request: HttpRequest, shown: PermissionReport, context: dict[str, Any]) -> dict[str, Any]:
    """One page of the matrix, problems first; a badge is drawn once and used in every cell."""
    wanted = context["query"].casefold()
    found = [
        row
        for row in shown.rows
        if wanted in row["key"].casefold() or wanted in row["name"].casefold()
    ]
    problems = [row for row in found if _troubled(row)]
    found = problems if context["only"] else found
    found = sorted(found, key=lambda row: (report_rows.weight(row), row["key"]))
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    badges = {
        state.value: render_to_string("_state.html", {"state": state.value})
        for state in PermissionState
    }
    rows = [_row(row, shown, context["view"], badges) for row in page]
    return {"page": page, "rows": rows, "problems": len(problems), "found": len(found)}


def _row(
    row: report_rows.Row, shown: PermissionReport, view: str, badges: Mapping[str, str]
) -> dict[str, Any]:
    judged = report_rows.judged(row, shown.account_name)
    cells: list[PermissionRow | OperationRow] = (
        [*judged.operations] if view == "operations" else [*judged.permissions, *judged.also]
    )
    return {
        "key": row["key"],
        "name": row["name"],
        "asked": report_rows.asked_at(row),
        "looked_at": parse_datetime((row.get("setup") or {}).get("at") or ""),
        "cells": [
            {"badge": badges[cell.state.value], "is": cell, "note": _note(cell)} for cell in cells
        ],
    }


def _note(cell: PermissionRow | OperationRow) -> str:
    """The words under a badge; what simply works needs none."""
    plain = cell.state is PermissionState.UNSUPPORTED or cell.message in {"Held.", "Works."}
    return "" if plain else cell.message


def _troubled(row: report_rows.Row) -> bool:
    return bool(
        report_rows.required_missing(row)
        or report_rows.blocked(row)
        or report_rows.is_archived(row)
    )


def headline(shown: PermissionReport, covers: coverage.Coverage) -> str:
    """`3 required permissions missing in 2 projects`, what else will not work, and what nobody knows.

    "Every required permission is held" is said of what was looked at and told, and of how many.
    """
    lacking, blocked = comparison.missing(shown), comparison.blocked(shown)
    words = []
    if keys := comparison.archived(shown):
        named = ", ".join(keys[:5]) + (" …" if len(keys) > 5 else "")
        words.append(_("Archived in Jira: %(keys)s") % {"keys": named})
    if number := sum(len(names) for names in lacking.values()):
        what = ngettext(
            "%(n)d required permission missing", "%(n)d required permissions missing", number
        ) % {"n": number}
        words.append(f"{what} {_in_projects(len(lacking))}")
    if unknown := comparison.unknown(shown):
        what = _("Jira did not tell every required permission")
        words.append(f"{what} {_in_projects(len(unknown))}")
    if not words:
        words.append(_held(covers))
    if number := sum(blocked.values()):
        what = ngettext(
            "%(n)d obstacle of screens, types or boards",
            "%(n)d obstacles of screens, types or boards",
            number,
        ) % {"n": number}
        words.append(f"{what} {_in_projects(len(blocked))}")
    if covers.left_out:
        n = len(covers.left_out)
        words.append(
            ngettext(
                "%(n)d mapped project was not looked at",
                "%(n)d mapped projects were not looked at",
                n,
            )
            % {"n": n}
        )
    return "; ".join(words)


def _held(covers: coverage.Coverage) -> str:
    if not covers.left_out:
        return _("Every required permission is held")
    words = _("Every required permission is held in %(n)d of %(of)d mapped projects")
    return words % {"n": covers.shown, "of": covers.mapped}


def _in_projects(number: int) -> str:
    return ngettext("in %(n)d project", "in %(n)d projects", number) % {"n": number}
