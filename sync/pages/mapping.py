"""Mapping one Jira project: what was found in it, what it belongs to, and one click."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import PLAN, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal
from connections.access.gateway import jira_for
from connections.health import truth
from connections.models import Connection, MappedProject
from connections.views.session import person_of
from jira_client.values import Board, Project, Sprint
from planning.levels import name_of
from planning.models import Art, Pi, Team
from sync.core.propose import Proposal, propose
from sync.mapping import project_mapping, sprints
from sync.mapping.forms import MappingForm, SprintsForm
from sync.pages import project_owner
from sync.pages.request_params import ask, connection_for, page_context
from sync.pairs import hierarchy, metadata, shared_projects
from sync.pairs.create_screens import CreateScreens


@dataclass(frozen=True, slots=True)
class Look:
    """What Jira says of a project before it is mapped."""

    project: Project
    proposal: Proposal
    levels: Sequence[
        tuple[str, Sequence[str]]
    ]  # what is planned on a level → its types, highest first
    field_names: dict[str, str]  # board field → Jira's name of it
    issues: int
    board: Board | None
    sprints: Sequence[Sprint]


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def map_project(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """`?key=ABC`: a look at the project, and the form; POST maps it and starts its import. With `&again=1`
    also where it is mapped: another part of it, by a filter.
    """
    connection = connection_for(connection_id)
    key = (request.POST.get("key") or request.GET.get("key") or "").strip()[:40]
    if not key:
        return redirect("sync:projects", connection.pk)
    try:
        asked = ask(connection, lambda: look_at(connection, key))
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("sync:projects", connection.pk)
    context = page_context(request, connection, "projects") | {"key": key}
    if asked.answer is None:
        context |= {"diagnosis": asked.diagnosis}
        return render(request, "sync/map.html", context, status=409)
    look = asked.answer
    beside = shared_projects.mappings_of(connection, look.project.id)
    again = bool(beside) and "again" in (request.POST or request.GET)
    if beside and not again:
        messages.info(request, _("%(key)s is mapped already.") % {"key": beside[0].key})
        return redirect("sync:project", beside[0].pk)
    form = MappingForm(
        request.POST or None,
        sprints=look.sprints,
        subtasks=list(look.proposal.subtasks),
        initial=_initial(look),
    )
    if request.method == "POST" and form.is_valid():
        try:
            done = ask(connection, lambda: _map(request, connection, look, form))
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            if done.answer is not None:
                _belong(request, done.answer, form)
                return redirect("sync:projects", connection.pk)
            context |= {"diagnosis": done.diagnosis}
    context |= {"look": look, "form": form, "beside": beside}
    status = 409 if "diagnosis" in context else 422 if form.errors else 200
    return render(request, "sync/map.html", context, status=status)


def look_at(connection: Connection, key: str) -> Look:
    """Raises Refused (404) for a project that the account does not see; JiraError, NotReady."""
    jira = jira_for(connection)
    project = metadata.find_project(jira, key)
    data = metadata.read_metadata(jira, project)
    proposal = propose(data)
    names = {info.id: info.name for info in data.fields}
    screens, known = CreateScreens(jira, project.key), hierarchy.known_in(connection)
    levels = hierarchy.levels_of(jira, screens, data.types, known)
    board = next((one for one in data.boards if one.id == proposal.board_id), None)
    not_saved = MappedProject(connection=connection, board_id=proposal.board_id)
    return Look(
        project=project,
        proposal=proposal,
        levels=_by_level(proposal, levels),
        field_names={word: names.get(found, found) for word, found in proposal.fields.items()},
        issues=jira.search.count(f"project = {project.id}"),
        board=board,
        sprints=sprints.open_sprints(not_saved),
    )


def _by_level(proposal: Proposal, levels: Mapping[str, int]) -> list[tuple[str, Sequence[str]]]:
    found: dict[int | None, list[str]] = {}
    for word, kind in proposal.types.items():
        found.setdefault(levels.get(kind), []).append(word)
    known = sorted((level for level in found if level is not None), reverse=True)
    rows: list[tuple[str, Sequence[str]]] = [(name_of(one), found[one]) for one in known]
    return [*rows, ("", found[None])] if None in found else rows


def _map(
    request: HttpRequest, connection: Connection, look: Look, form: MappingForm
) -> MappedProject:
    project, _run = project_mapping.map_project(
        connection,
        look.project.key,
        actor=person_of(request),
        maps={"type_map": look.proposal.subtasks} if form.wants_subtasks() else None,
        **form.options(),
    )
    words = _("%(key)s is mapped.") % {"key": project.key}
    stands = truth.of_project(project)
    after = (
        _("Its import has started, and live sync already works.") if stands.moves else stands.words
    )
    messages.success(request, f"{words} {after}")
    return project


def _belong(request: HttpRequest, project: MappedProject, form: MappingForm) -> None:
    """The mapping stands by now: what fails here is told, and can be done again on its page."""
    try:
        team = project_owner.give(project, form.chosen_owner(), actor=person_of(request)).team
        if team is not None and form.wants_sprints():
            take_sprints(request, project, team, form)
    except Refused as refusal:
        messages.warning(request, refusal.message)


def take_sprints(
    request: HttpRequest, project: MappedProject, team: Team, form: SprintsForm
) -> None:
    """Adopt the board's open sprints and say how many. Raises Refused."""
    actor = person_of(request)
    asked = ask(project.connection, lambda: sprints.left_to_adopt(project, team))
    if asked.answer is None:
        what = asked.diagnosis["what"] if asked.diagnosis else ""
        messages.warning(request, _("The sprints were not taken over: %(what)s") % {"what": what})
        return
    if not asked.answer:
        messages.info(request, _("Every open sprint is an iteration already."))
        return
    pi = project_owner.pi_for(form.pi_wanted(), team, actor=actor)
    count = sprints.adopt(project, team, pi, actor, found=asked.answer)
    words = ngettext(
        "%(count)d sprint is now an iteration of %(pi)s.",
        "%(count)d sprints are now iterations of %(pi)s.",
        count,
    )
    messages.info(request, words % {"count": count, "pi": pi.name})


def _initial(look: Look) -> dict[str, Any]:
    """Answers that fit a normal project: the team of the same name, its sprints in the newest PI."""
    name = look.project.name[:100]
    short = re.sub(r"^team\s+", "", name, flags=re.IGNORECASE)
    of_name = Team.objects.filter(name__in=(name, short), project=None).first()
    owner = f"team:{of_name.pk}" if of_name else "team:new"
    if not look.sprints and look.board is None and of_name is None:
        # Without a Scrum board it is rather a programme's project: its ART, if that waits for one.
        art = Art.objects.filter(project=None).first()
        owner = f"art:{art.pk}" if art else "art:new"
    suggested = sprints.suggested_pi(look.sprints)
    newest = Pi.objects.order_by("-created").first()
    return {
        "owner": owner,
        "owner_name": name,
        "take_sprints": owner.startswith("team"),
        "pi": str(newest.pk) if newest else "new",
        "pi_name": "" if Pi.objects.filter(name=suggested).exists() else suggested,
    }
