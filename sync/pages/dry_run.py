"""What a dry run found, in words: how much would change on either side, and samples of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.access import READ, needs
from planning.history import names_of
from sync.models import Run, RunKind
from sync.pages.presentation import field_word, shown_value
from sync.pages.projects import HTMX_STOP, LIVE
from sync.pages.request_params import page_context, project_for
from sync.runs import dry_run as trying
from sync.runs.dry_links import BOARD_LINK, JIRA_LINK, NO_SUCH_TYPE

KEPT: Final = {"links": _("Links")}
_TITLES: Final[dict[str, Promise]] = {
    trying.OLDER: _("Older in Jira than it was"),
    trying.NOT_THERE: _("Not found in Jira: deleted there, hidden from the account, or lost"),
    trying.ANOTHER_ISSUE: _("Another issue has the number by now"),
    trying.CONFLICT: _("Both sides changed"),
    trying.JIRA_CREATE: _("New in Jira"),
    trying.JIRA_UPDATE: _("Changed in Jira"),
    trying.JIRA_DELETE: _("Deleted on the board"),
    trying.BOARD_CREATE: _("New on the board"),
    trying.BOARD_UPDATE: _("Changed on the board"),
    JIRA_LINK: _("Links drawn in Jira"),
    BOARD_LINK: _("Links drawn on the board"),
    NO_SUCH_TYPE: _("Links that Jira has no link type for: choose one on “#4 Fields and statuses”"),
    trying.NOT_MAPPED: _("Left out: the issue type is not mapped"),
}
TO_JIRA = (trying.JIRA_CREATE, trying.JIRA_UPDATE, trying.JIRA_DELETE, JIRA_LINK)
TO_BOARD = (trying.BOARD_CREATE, trying.BOARD_UPDATE, BOARD_LINK)


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of finding: how many, and the first few as lines of a table."""

    kind: str
    title: str | Promise
    count: int
    lines: list[dict[str, Any]]


@require_GET
@needs(READ)
def dry_run(request: HttpRequest, project_id: uuid.UUID, run_id: uuid.UUID) -> HttpResponse:
    project = project_for(project_id)
    run = get_object_or_404(Run, pk=run_id, project=project, kind=RunKind.DRY_RUN)
    counts = run.findings.get("counts", {})
    context = page_context(request, project.connection, "projects") | {
        "project": project,
        "run": run,
        "live": run.state in LIVE,
        "to_jira": sum(int(counts.get(kind, 0)) for kind in TO_JIRA),
        "to_board": sum(int(counts.get(kind, 0)) for kind in TO_BOARD),
        "clashes": int(counts.get(trying.CONFLICT, 0)),
        "same": int(counts.get(trying.SAME, 0)),
        "sections": sections_of(run.findings),
        "kept": {
            KEPT.get(k) or field_word(k): v
            for k, v in run.findings.get("kept_on_board", {}).items()
        },
    }
    part = request.headers.get("HX-Request") == "true"
    answer = render(request, "sync/_dry_run.html" if part else "sync/dry_run.html", context)
    if part and not context["live"]:
        answer.status_code = HTMX_STOP
    return answer


def sections_of(findings: dict[str, Any]) -> list[Section]:
    counts, samples = findings.get("counts", {}), findings.get("samples", {})
    shown = [one for kind in _TITLES for one in samples.get(kind, ())]
    names = names_of(
        (name, value)
        for one in shown
        for name, both in one.get("fields", {}).items()
        for value in both.values()
    )
    return [
        Section(
            kind, title, int(counts[kind]), [_line(one, names) for one in samples.get(kind, ())]
        )
        for kind, title in _TITLES.items()
        if counts.get(kind)
    ]


def _line(sample: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    fields = [
        (
            field_word(name),
            shown_value(both["board"], names),
            shown_value(both["jira"], names),
        )
        for name, both in sample.get("fields", {}).items()
    ]
    return {**sample, "fields": fields}
