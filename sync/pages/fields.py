""" "#4 Fields and statuses": board and Jira side by side, with a sample; changing what is what."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.health import truth
from connections.models import MappedProject
from connections.views.session import person_of
from jira_client.values import Project
from planning.custom_field_editing import add_field, remove_field
from planning.models import CustomField, Link, WorkItem
from sync.mapping import (
    custom_fields,
    drafts,
    mapping_check,
    project_mapping,
    sprints,
    team_fields,
    transition_fields,
)
from sync.mapping.team_fields import TeamField
from sync.mapping.transition_fields import Steps
from sync.models import MappingDraft
from sync.outbound import create_defaults
from sync.pages.choices import Choice, Choices, choices_of, offered
from sync.pages.link_forms import LinkRulesForm
from sync.pages.mapping_form import PairsForm, sections
from sync.pages.presentation import shown_value
from sync.pages.request_params import ask, connection_for, page_context, project_for
from sync.pages.rule_forms import CreatesForm, StepsForm, TeamForm
from sync.pairs import link_names, metadata
from sync.pairs.create_screens import CreateScreens
from sync.pairs.rules import values_of

RECENT = 50  # items in which a sample is looked for


@require_GET
@needs(READ)
def fields(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Of the project in `?project=`, else of the first."""
    connection = connection_for(connection_id)
    rows = connection.projects.select_related("connection")
    try:
        chosen = rows.filter(pk=uuid.UUID(request.GET.get("project", ""))).first()
    except ValueError:
        chosen = None
    project = chosen or rows.first()
    if project is None:
        return render(request, "sync/fields.html", page_context(request, connection, "fields"))
    return page(request, project)


@require_POST
@needs(PLAN)
def change(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """Stores what differs, and has every issue read again by the new pairs."""
    project = project_for(project_id)
    asked = ask(project.connection, lambda: fetch(project))
    if asked.answer is None:
        return page(request, project, diagnosis=asked.diagnosis)
    form = PairsForm(request.POST, project=project, choices=asked.answer.choices)
    if not form.is_valid():
        return page(request, project, form=form, offer=asked.answer)
    entries, ways, new = form.changed_maps(), form.directions(), form.new_field()
    if entries or ways or new:
        added = None
        try:
            if new is not None:
                name, remote = new
                kind = asked.answer.kinds[remote]
                added = add_field(actor=person_of(request), name=name, kind=kind)
                mine = {**entries.get("field_map", {}), added.word: remote}
                entries = {**entries, "field_map": mine}
            values: dict[str, Any] = {**entries, "field_directions": ways} if ways else {**entries}
            if into_draft(request):
                known = _categories(entries, asked.answer.choices)
                return add_to_draft(request, project, values, known)
            _store(request, project, values, asked.answer.choices)
        except Refused as refusal:
            if added is not None:
                remove_field(added, actor=person_of(request))
            form.add_error(None, refusal.message)
            return page(request, project, form=form, offer=asked.answer)
        words = _("Saved. The project's issues are read again by the new pairs.")
        messages.success(request, truth.will_be_read(project, words))
    else:
        messages.info(request, _("Nothing was changed."))
    return back_to(project)


def back_to(project: MappedProject) -> HttpResponse:
    address = reverse("sync:fields", args=[project.connection_id])
    return redirect(f"{address}?project={project.pk}")


@dataclass(frozen=True, slots=True)
class Offer:
    """What Jira offers for a project now: what fits what, and what its steps ask for."""

    choices: Choices
    steps: Steps
    screens: create_defaults.Screens
    team_fields: Sequence[TeamField]
    kinds: Mapping[str, str]  # id of each field of Jira that could be one of the board's → its kind


def fetch(project: MappedProject) -> Offer:
    """`project` is brought up to renamed link types, unsaved. Raises JiraError, NotReady, SealBroken."""
    there = Project(id=project.remote_id, key=project.key, name=project.name)
    jira = jira_for(project.connection)
    data = metadata.read_metadata(jira, there)
    link_names.learn(project, data.links)
    taken = set(project.field_map.values())
    free = [info for info in data.fields if info.id not in taken]
    types = [str(one) for one in project.type_map.values()]
    reader = CreateScreens(jira, project.key)
    found = team_fields.of_project(jira, reader, project.key, types, free)
    screens = create_defaults.screens_of(reader, project, project.type_map)
    of_kind = custom_fields.offered(data.fields)
    kinds = {info.id: kind for kind, some in of_kind.items() for info in some}
    own = {row.word: row.kind for row in CustomField.objects.all()}
    steps = transition_fields.of_project(jira, project.key)
    return Offer(choices_of(data, own, taken), steps, screens, found, kinds)


def _store(
    request: HttpRequest,
    project: MappedProject,
    values: Mapping[str, Any],
    choices: Choices,
) -> None:
    project_mapping.change(
        project,
        actor=person_of(request),
        values=values,
        categories=_categories(values, choices),
    )
    sprints.read_again(project)


def _categories(entries: Mapping[str, Any], choices: Choices) -> dict[str, str]:
    """Board status → its category in Jira, of the statuses that are paired by these entries."""
    known = {one.id: one.category for one in choices["status_map"]["*"]}
    statuses = entries.get("status_map", {})
    return {word: known[key] for word, key in statuses.items() if known.get(key)}


def into_draft(request: HttpRequest) -> bool:
    """Whether the person wants what was sent in the draft, not in the mapping at once."""
    return bool(request.POST.get("into_draft"))


def add_to_draft(
    request: HttpRequest,
    project: MappedProject,
    values: Mapping[str, Any],
    categories: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Put it there and show the draft. Raises Refused for what cannot be."""
    actor = person_of(request)
    asked = ask(
        project.connection,
        lambda: drafts.add(project, values, actor=actor, categories=categories),
    )
    if asked.answer is None:
        return page(request, project_for(project.pk), diagnosis=asked.diagnosis)
    messages.success(request, _("It stands in the draft; the mapping is as it was."))
    return redirect("sync:draft", project.pk)


def page(
    request: HttpRequest,
    project: MappedProject,
    *,
    form: PairsForm | None = None,
    offer: Offer | None = None,
    diagnosis: dict[str, Any] | None = None,
    sent: Mapping[str, Form] | None = None,
) -> HttpResponse:
    """`sent`: of the page's further parts, the one that has errors, by its name."""
    context = page_context(request, project.connection, "fields")
    if offer is None and diagnosis is None:
        asked = ask(project.connection, lambda: fetch(project))
        offer, diagnosis = asked.answer, asked.diagnosis
    choices = offer.choices if offer else {}
    forms: dict[str, Form] = {}
    if offer is not None and context["may_plan"]:
        form = form or PairsForm(project=project, choices=choices)
        forms = further_forms(project, offer) | dict(sent or {})
    checked = None
    if diagnosis is None:
        asked_check = ask(project.connection, lambda: mapping_check.check(project))
        checked = asked_check.answer
    context |= {
        "checked": checked,
        "project": project,
        "projects": project.connection.projects.all(),
        "draft": MappingDraft.objects.filter(project=project).first(),
        "sections": sections(project, choices, samples_of(project), form),
        "form": form,
        "diagnosis": diagnosis,
        "board_only": sum(
            not project.field_map.get(name) for name in ("story_points", "iteration")
        ),
    }
    context |= forms
    wrong = any(one.errors for one in (form, *forms.values()) if one is not None)
    status = 409 if diagnosis else 422 if wrong else 200
    return render(request, "sync/fields.html", context, status=status)


def further_forms(project: MappedProject, offer: Offer) -> dict[str, Form]:
    """The page's parts beyond pairs, each a form of its own."""
    return {
        "steps_form": StepsForm(project=project, steps=offer.steps),
        "creates_form": CreatesForm(project=project, screens=offer.screens),
        "team_form": TeamForm(project=project, fields=offer.team_fields),
        "links_form": LinkRulesForm(project=project, link_types=link_types(offer)),
    }


def link_types(offer: Offer) -> Sequence[Choice]:
    return offered(offer.choices, "link_map", "*")


def samples_of(project: MappedProject) -> dict[str, dict[str, str]]:
    """A value of a recent item for every board word that has one, in a fixed number of queries."""
    rows = WorkItem.objects.live().filter(project=project).select_related("parent", "iteration__pi")
    found: dict[str, dict[str, str]] = {"type_map": {}, "field_map": {}, "status_map": {}}
    for item in rows.order_by("-updated")[:RECENT]:
        found["type_map"].setdefault(item.type, str(item))
        found["status_map"].setdefault(item.status, str(item))
        for name, value in _words(item).items():
            if value:
                found["field_map"].setdefault(name, value)
    links: dict[str, str] = {}
    recent = Link.objects.filter(source__project=project, deleted=None)
    for link in recent.select_related("source", "target").order_by("-created")[:RECENT]:
        ends = (
            link.source.remote_key or link.source,
            link.type,
            link.target.remote_key or link.target,
        )
        links.setdefault(link.type, " ".join(str(end) for end in ends))
    return {**found, "link_map": links}


def _words(item: WorkItem) -> dict[str, str]:
    plain = {name: shown_value(value) for name, value in values_of(item).items()}
    return plain | {
        "assignee": item.assignee_name or item.assignee_id,
        "reporter": item.reporter_name or item.reporter_id,
        "parent": str(item.parent) if item.parent else "",
        "iteration": str(item.iteration) if item.iteration else "",
        "rank": item.rank,
    }
