""" "#3 Permissions": the report as a matrix, what changed, what to send the Jira admin."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.hint import hint
from connections import comparison, gateway, health, report, tasks
from connections.diagnosing import Explained
from connections.models import Connection, PermissionReport, ReportState
from connections.views.session import person_of
from connections.views.tabs import tabs_of
from jira_client.values import Project

HTMX_STOP = 286  # htmx: take this answer and poll no more
MOST_SHOWN = 50  # projects offered for a choice


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
    connection = get_object_or_404(Connection, pk=connection_id)
    everything = "all" in request.POST
    keys = [] if everything else request.POST.getlist("project")
    if not everything and not keys and not connection.projects.exists():
        messages.info(request, _("Choose the projects to look at."))
        return redirect("connections:choose_projects", connection.pk)
    row = report.request(connection, keys, actor=person_of(request), everything=everything)
    hint(tasks.take_report, row.pk)
    address = reverse("connections:permissions", args=[connection.pk])
    return redirect(f"{address}?report={row.pk}")


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
    history = list(connection.reports.defer("rows")[:20])
    shown = _chosen(request, connection) or (history[0] if history else None)
    context: dict[str, Any] = {
        "connection": connection,
        "tabs": tabs_of(connection, "permissions"),
        "history": history,
        "report": shown,
        "may_plan": person_of(request).role in PLAN,
        "view": "operations" if request.GET.get("view") == "operations" else "permissions",
    }
    if shown is not None and shown.state == ReportState.FINISHED:
        context |= _facts(shown)
    return render(request, "connections/permissions.html", context)


def _chosen(request: HttpRequest, connection: Connection) -> PermissionReport | None:
    try:
        wanted = uuid.UUID(request.GET.get("report", ""))
    except ValueError:
        return None
    return connection.reports.filter(pk=wanted).first()


def _facts(shown: PermissionReport) -> dict[str, Any]:
    before = comparison.previous(shown)
    lacking = comparison.missing(shown)
    return {
        "before": before,
        "changes": comparison.changes_since(shown, before),
        "lacking": lacking,
        "headline": _headline(lacking),
        "text": comparison.text_for_admin(shown),
        "columns": shown.rows[0]["permissions"] if shown.rows else [],
        "operations": shown.rows[0]["operations"] if shown.rows else [],
    }


def _headline(lacking: dict[str, list[str]]) -> str:
    """`3 required permissions missing in 2 projects`, or the empty text."""
    number = sum(len(names) for names in lacking.values())
    if not number:
        return ""
    what = ngettext(
        "%(n)d required permission missing", "%(n)d required permissions missing", number
    ) % {"n": number}
    where = ngettext("in %(n)d project", "in %(n)d projects", len(lacking)) % {"n": len(lacking)}
    return f"{what} {where}"
