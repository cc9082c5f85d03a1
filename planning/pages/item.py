"""The page of one work item: fields, links, sync state, history; and editing it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from connections.health import truth
from connections.models import MappedProject
from planning import custom_form_fields, levels, own_projects, predicted_refusals
from planning.forms import ItemForm, initial_of, project_choices
from planning.history import changed_since, history_of
from planning.item_editing import Stale, create_item, delete_item, edit_item
from planning.link_forms import LinkForm
from planning.models import Art, Change, ChangeState, Link, SyncState, Team, WorkItem
from planning.pages import comments
from planning.pages.request_params import back_to, chosen, item_or_404, may_plan, person_of

UNDER_WAY = (ChangeState.WAITING, ChangeState.SENDING, ChangeState.LOOKING)
STUCK = (ChangeState.PARKED, ChangeState.CONFLICT)


@require_GET
@needs(READ)
def show(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    item = item_or_404(item_id)
    form = None
    if may_plan(request):
        form = ItemForm(initial=initial_of(item), project=item.project, item=item)
    return render(request, "planning/item.html", _context(request, item, form))


@require_POST
@needs(PLAN)
def edit(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    item = item_or_404(item_id)
    form = ItemForm(request.POST, initial=initial_of(item), project=item.project, item=item)
    version = request.POST.get("version", "")
    expected = int(version) if version.isascii() and version.isdigit() else None
    stale: list[tuple[str, str, str]] = []
    if form.is_valid():
        try:
            done = edit_item(
                item.pk,
                actor=person_of(request),
                values=form.values(),
                expected_version=expected,
                typed=True,
            )
        except Stale as refusal:
            stale = changed_since(item, refusal.expected)
            form = _again(form, item)
        except Refused as refusal:
            form.take_refusal(refusal)
        else:
            waits = done.sync_state != SyncState.SYNCED
            messages.success(request, truth.saved(item.project, waits=waits))
            return redirect("planning:item", item.pk)
    context = {**_context(request, item, form), "stale": stale, "open": True}
    return render(request, "planning/item.html", context, status=422)


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def new(request: HttpRequest) -> HttpResponse:
    projects = list(MappedProject.objects.select_related("connection"))
    art = chosen(Art.objects.all(), request.GET.get("art", ""))
    choices = project_choices(projects, art)
    asked = request.POST.get("project") if request.method == "POST" else request.GET.get("project")
    usual = _own_project(request.GET.get("team", "")) or choices[0][1][0][0]
    project = chosen(projects, usual if asked is None else asked)
    back = back_to(request, "planning:board")
    start = {name: request.GET.get(name, "") for name in ("team", "iteration", "parent")}
    own = project is not None and art is not None and project.pk in own_projects.ids_of(art)
    level = levels.FEATURE if own and not start["team"] else levels.STORY
    start |= {
        "team": start["team"] or _own_team(project),
        "type": levels.usual_type(project, level),
    }
    sent = request.POST if request.method == "POST" and "save" in request.POST else None
    form = ItemForm(sent, initial=start, project=project, item=None)
    if sent is not None and form.is_valid():
        try:
            item = create_item(
                actor=person_of(request), project=project, typed=True, **form.values()
            )
        except Refused as refusal:
            form.take_refusal(refusal)
        else:
            words = _("Created “%(summary)s”.") % {"summary": item.summary}
            messages.success(request, truth.with_wait(project, words))
            return redirect(back)
    context = {"form": form, "choices": choices, "project": project, "back": back}
    context["standing"] = truth.of_project(project)
    return render(request, "planning/new.html", context, status=422 if sent is not None else 200)


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def delete(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    item = item_or_404(item_id)
    back = back_to(request, "planning:board")
    refusal = ""
    if request.method == "POST":
        try:
            delete_item(item.pk, actor=person_of(request))
        except Refused as problem:
            refusal = problem.message
        else:
            words = _("Deleted “%(summary)s”.") % {"summary": item.summary}
            messages.success(request, truth.with_wait(item.project, words))
            return redirect(back)
    context = {"item": item, "back": back, "refusal": refusal, "links": _links(item)}
    context["foretold"] = predicted_refusals.of_deleting(item)
    return render(request, "planning/delete.html", context, status=409 if refusal else 200)


def _own_team(project: MappedProject | None) -> str:
    """The team whose project it is, where it is one team's alone."""
    teams = list(Team.objects.filter(project=project)[:2]) if project else []
    return str(teams[0].pk) if len(teams) == 1 else ""


def _own_project(team: str) -> str:
    """The project of the team in whose row somebody pressed "+"."""
    try:
        found = Team.objects.filter(pk=uuid.UUID(team), project__isnull=False).first()
    except ValueError:
        return ""
    return str(found.project_id) if found else ""


def _again(form: ItemForm, item: WorkItem) -> ItemForm:
    """The form once more on today's values, with what the person had changed laid over them."""
    kept = {name: form[name].data or "" for name in form.changed_data}
    today = {name: "" if v is None else v for name, v in initial_of(item).items()}
    shown = {f"initial-{name}": value for name, value in today.items()}
    data = {**today, **shown, **kept}
    return ItemForm(data, initial=initial_of(item), project=item.project, item=item)


def _context(request: HttpRequest, item: WorkItem, form: ItemForm | None) -> dict[str, Any]:
    changes = Change.objects.filter(item=item, state__in=(*UNDER_WAY, *STUCK)).order_by("id")
    return {
        "item": item,
        "form": form,
        "links": _links(item),
        "link_form": LinkForm(project=item.project),
        "children": item.children.filter(deleted=None).order_by("remote_key", "created")[:100],
        "under_way": list(changes[:50]),
        "standing": truth.of_project(item.project),
        "on_its_way": truth.on_its_way(item.project),
        "attachments": item.attachments.all()[:200],
        "may_attach": may_plan(request) and _in_jira(item),
        "history": history_of(item),
        "custom": custom_form_fields.shown(item),
        "may_plan": may_plan(request),
        "foretold": predicted_refusals.of_deleting(item) if may_plan(request) else "",
        **comments.context_of(item, person_of(request), may_plan=may_plan(request)),
    }


def _in_jira(item: WorkItem) -> bool:
    """Whether the item has an issue that may be written to."""
    return bool(item.remote_id and item.project and item.project.writes_jira)


def _links(item: WorkItem) -> list[Link]:
    rows = Link.objects.filter(Q(source=item) | Q(target=item), deleted=None)
    return list(rows.select_related("source", "target").order_by("created")[:200])
