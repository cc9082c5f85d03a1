""" "#2 Projects": what is mapped and how far it is, and Jira's projects to map."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import READ, needs
from connections.access.gateway import jira_for
from connections.health import truth
from connections.models import Connection, MappedProject
from jira_client.values import Project
from planning.models import SyncState
from sync.mapping.forms import owner_of
from sync.models import Run, RunKind, RunState
from sync.pages import headings
from sync.pages.request_params import ask, connection_for, page_context

HTMX_STOP = 286  # htmx: take this answer and poll no more
MOST_SHOWN = 50
LIVE = (RunState.WAITING, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class Mapped:
    """One mapped project as people see it; `run` is its newest import."""

    project: MappedProject
    owner: Any
    counts: dict[str, int]
    run: Run | None
    standing: truth.Standing

    @property
    def importing(self) -> bool:
        return self.run is not None and self.run.state in LIVE


@require_GET
@needs(READ)
def projects(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Mapped projects; below, for planners, Jira's projects by `?q=`."""
    connection = connection_for(connection_id)
    rows = mapped_of(connection)
    context = page_context(request, connection, "projects") | _summary(connection, rows)
    status = 200
    if context["may_plan"] and connection.account_id:
        query = request.GET.get("q", "").strip()[:100]
        asked = ask(connection, lambda: jira_for(connection).projects.list(query))
        context |= {"query": query, "diagnosis": asked.diagnosis}
        context |= _found(asked.answer or [], rows)
        status = 409 if asked.diagnosis else 200
    return render(request, "sync/projects.html", context, status=status)


@require_GET
@needs(READ)
def progress(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The poll's fragment: the mapped projects. Stops by itself when no import goes on."""
    connection = connection_for(connection_id)
    rows = mapped_of(connection)
    context = page_context(request, connection) | _summary(connection, rows) | {"polled": True}
    answer = render(request, "sync/_mapped.html", context)
    if not context["importing"]:
        answer.status_code = HTMX_STOP
    return answer


def mapped_of(connection: Connection) -> list[Mapped]:
    """The connection's mapped projects in a fixed number of queries."""
    alive = Q(items__deleted=None)
    counted = {
        state.value: Count("items", filter=alive & Q(items__sync_state=state))
        for state in SyncState
    }
    rows = list(
        connection.projects.annotate(total=Count("items", filter=alive), **counted)
        .prefetch_related("teams", "arts", "further_arts", "trains", "further_trains")
        .order_by("key")
    )
    for row in rows:
        row.connection = connection
    newest: dict[uuid.UUID, Run] = {}
    for run in Run.objects.filter(project__in=rows, kind=RunKind.IMPORT).order_by("created"):
        newest[run.project_id] = run
    names = ("total", *counted)
    return [
        Mapped(
            project=row,
            owner=owner_of(row),
            counts={name: int(getattr(row, name)) for name in names},
            run=newest.get(row.pk),
            standing=truth.of_project(row),
        )
        for row in rows
    ]


def _summary(connection: Connection, rows: Sequence[Mapped]) -> dict[str, Any]:
    return {
        "headline": headings.of_projects(connection, rows),
        "rows": rows,
        "importing": [row for row in rows if row.importing],
        "items": sum(row.counts["total"] for row in rows),
    }


def _found(found: Sequence[Project], rows: Sequence[Mapped]) -> dict[str, Any]:
    here = {row.project.remote_id: row.project for row in rows}
    shown = [(one, here.get(one.id)) for one in found[:MOST_SHOWN]]
    return {"found": shown, "more": max(0, len(found) - MOST_SHOWN)}
