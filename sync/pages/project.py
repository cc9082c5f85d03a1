"""One mapped project: its options, its runs with what they found, importing again, comparing, unmapping."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal
from connections.health import truth
from connections.models import MappedProject
from connections.views.session import person_of
from planning import own_projects
from planning.models import Change, Pi, Team
from sync.mapping import boards, new_sprints, project_mapping, team_boards
from sync.mapping.forms import OptionsForm, OwnerForm, SprintsForm, owner_of, owner_value
from sync.models import Conflict, Run, RunKind
from sync.pages import project_owner
from sync.pages.mapping import take_sprints
from sync.pages.projects import HTMX_STOP, LIVE
from sync.pages.release_form import shown
from sync.pages.request_params import ask, page_context, project_for
from sync.pairs import equality
from sync.pairs.states import UNDER_WAY
from sync.runs import project_runs
from sync.worker.wake import WORK, wake

RUNS_SHOWN = 15
FORMS = ("form", "sprints_form", "release_form")
_STARTABLE = tuple(RunKind.values)


class ChangeForm(OwnerForm, OptionsForm):
    """The options of a mapping and what it belongs to."""


def page(request: HttpRequest, project: MappedProject, **more: Any) -> HttpResponse:
    """The project's page; `more`: forms that have errors, or a diagnosis of Jira's failure."""
    context = page_context(request, project.connection, "projects") | runs_of(project)
    owner = owner_of(project)
    context |= {
        "project": project,
        "owner": owner,
        "places": team_boards.places(project),
        "equality": equality.latest(project),
        "board_name": boards.shown(project),
        "items": project.items.filter(deleted=None).count(),
        "conflicts": Conflict.objects.filter(shadow__project=project, resolved=None).count(),
    }
    scrum = [place.team for place in context["places"] if place.board_id is not None]
    context |= {
        "scrum_teams": scrum,
        "lacking": [(team, rows) for team in scrum if (rows := new_sprints.lacking(team, project))],
        "sprints_form": SprintsForm(initial=_sprints_initial(scrum[0])) if scrum else None,
    }
    context |= shown(project)
    context |= more
    context.setdefault("form", ChangeForm(initial=_initial(project), project=project))
    wrong = any(more[name].errors for name in FORMS if name in more)
    status = 409 if more.get("diagnosis") else 422 if wrong else 200
    return render(request, "sync/project.html", context, status=status)


@require_GET
@needs(READ)
def project(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    return page(request, project_for(project_id))


@require_POST
@needs(PLAN)
def change(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """Options and owner. A filter is proven by Jira before it is stored."""
    row = project_for(project_id)
    form = ChangeForm(request.POST, initial=_initial(row), project=row)
    if not form.is_valid():
        return page(request, row, form=form)
    actor = person_of(request)
    values = {k: v for k, v in form.options().items() if v != getattr(row, k)}
    try:
        if values:
            asked = ask(
                row.connection, lambda: project_mapping.change(row, actor=actor, values=values)
            )
            if asked.diagnosis is not None:
                return page(request, project_for(project_id), form=form, diagnosis=asked.diagnosis)
        if "owner" in form.changed_data:
            given = project_owner.give(row, form.chosen_owner(), actor=actor)
            for one in given.leaving:
                words = _("%(owner)s has %(key)s no more. %(what)s")
                values = {"owner": one.owner.name, "key": row.key, "what": one.words}
                messages.info(request, words % values)
    except Refused as refusal:
        show_refusal(form, refusal)
        return page(request, project_for(project_id), form=form)
    messages.success(request, _("Saved."))
    return redirect("sync:project", row.pk)


@require_POST
@needs(PLAN)
def start(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """`kind`: import, reconcile or dry_run."""
    row = project_for(project_id)
    kind = request.POST.get("kind", "")
    if kind not in _STARTABLE:
        messages.error(request, _("Choose what to run: import, reconcile or dry_run."))
    else:
        wake(WORK, project_runs.request(row, RunKind(kind)).pk)
    return redirect("sync:project", row.pk)


@require_GET
@needs(READ)
def runs(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """The poll's fragment: the runs. Stops by itself when none goes on."""
    row = project_for(project_id)
    context = page_context(request, row.connection) | runs_of(row) | {"project": row}
    answer = render(request, "sync/_runs.html", context)
    if not context["live"]:
        answer.status_code = HTMX_STOP
    return answer


@require_POST
@needs(PLAN)
def sprints(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """Take the Scrum board's open sprints over into a PI."""
    row = project_for(project_id)
    team = _team_asked(request, row)
    if team is None:
        messages.error(request, _("Sprints are a team's: let the project belong to a team first."))
        return redirect("sync:project", row.pk)
    form = SprintsForm(request.POST)
    if not form.is_valid():
        return page(request, row, sprints_form=form)
    try:
        take_sprints(request, row, team, form)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("sync:project", row.pk)


@require_POST
@needs(PLAN)
def make_sprints(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """Create in Jira the sprints of the ticked iterations."""
    row = project_for(project_id)
    team = _team_asked(request, row)
    ticked = set(request.POST.getlist("iteration"))
    if team is None:
        messages.error(request, _("Sprints are a team's: let the project belong to a team first."))
        return redirect("sync:project", row.pk)
    wanted = [one for one in new_sprints.lacking(team, row) if str(one.pk) in ticked]
    if not wanted:
        messages.error(request, _("Tick the iterations that are to become sprints."))
        return redirect("sync:project", row.pk)
    actor = person_of(request)
    try:
        asked = ask(
            row.connection, lambda: new_sprints.make(team, wanted, actor=actor, project=row)
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("sync:project", row.pk)
    if asked.answer is None:
        return page(request, project_for(project_id), diagnosis=asked.diagnosis)
    names = ", ".join(link.sprint_name for link in asked.answer)
    messages.success(request, _("In Jira now: %(names)s.") % {"names": names})
    return redirect("sync:project", row.pk)


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def unmap(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """First what goes, with counts; then it goes."""
    row = project_for(project_id)
    if request.method == "POST":
        project_mapping.unmap(row, actor=person_of(request))
        words = _("%(key)s is no longer mapped. Its items stay on the board.")
        messages.success(request, words % {"key": row.key})
        return redirect("sync:projects", row.connection_id)
    changes = Change.objects.filter(project=row, state__in=UNDER_WAY).count()
    context = page_context(request, row.connection, "projects") | {
        "project": row,
        "items": row.items.filter(deleted=None).count(),
        "pairs": row.shadows.count(),
        "owners": [*row.teams.all(), *own_projects.owners_of(row)],
        "boards": row.team_boards.count(),
        "sprints": row.sprint_links.count(),
        "changes": changes,
        "conflicts": Conflict.objects.filter(shadow__project=row, resolved=None).count(),
    }
    return render(request, "sync/unmap.html", context)


def runs_of(row: MappedProject) -> dict[str, Any]:
    shown = list(Run.objects.filter(project=row)[:RUNS_SHOWN])
    live = any(run.state in LIVE for run in shown)
    return {"runs": shown, "live": live, "standing": truth.of_project(row)}


def _initial(row: MappedProject) -> dict[str, Any]:
    names = ("direction", "conflict_policy", "deletion_policy", "comments", "jql")
    return {**{name: getattr(row, name) for name in names}, "owner": owner_value(row)}


def _team_asked(request: HttpRequest, row: MappedProject) -> Team | None:
    """The team whose sprints are meant: the one that is named, else the first that works there."""
    teams = {str(place.team.pk): place.team for place in team_boards.places(row)}
    named = request.POST.get("team")
    return teams.get(named) if named else next(iter(teams.values()), None)


def _sprints_initial(owner: Any) -> dict[str, str]:
    newest = Pi.objects.filter(iterations__sprint_links__team=owner).order_by("-created").first()
    newest = newest or Pi.objects.order_by("-created").first()
    return {"pi": str(newest.pk) if newest else "new"}
