"""ARTs, teams and PIs: what exists, and creating, editing and removing it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning import own_projects
from planning.models import Art, Iteration, Pi, SolutionTrain, SprintLink, Team
from planning.own_projects import Leaving, Owner
from planning.pages.request_params import may_plan, person_of
from planning.pi_plan import plan_pi
from planning.structure_editing import (
    MODELS,
    Part,
    add_part,
    edit_part,
    find_part,
    remove_part,
)
from planning.structure_forms import PartForm, PiPlanForm, initial_of_part

WORDS = {
    "train": gettext_lazy("solution train"),
    "art": gettext_lazy("ART"),
    "team": gettext_lazy("team"),
    "pi": gettext_lazy("PI"),
    "iteration": gettext_lazy("iteration"),
}


@require_GET
@needs(READ)
def show(request: HttpRequest) -> HttpResponse:
    sprints = SprintLink.objects.select_related("team", "iteration").order_by("team__name")
    iterations = Iteration.objects.order_by("index").prefetch_related(
        Prefetch("sprint_links", queryset=sprints)
    )
    context = {
        "trains": _owning(SolutionTrain.objects.select_related("project")),
        "arts": _owning(
            Art.objects.select_related("train", "project").annotate(size=Count("teams"))
        ),
        "teams": Team.objects.select_related("art", "project"),
        "pis": Pi.objects.select_related("art").prefetch_related(
            Prefetch("iterations", queryset=iterations)
        ),
        "may_plan": may_plan(request),
    }
    return render(request, "planning/frame.html", context)


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def add(request: HttpRequest, kind: str) -> HttpResponse:
    _known(kind)
    given = request.GET.dict()
    form = PartForm(request.POST or None, initial=given, kind=kind, part=None)
    if request.method == "POST" and form.is_valid():
        try:
            part = add_part(kind, actor=person_of(request), values=form.values())
        except Refused as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(request, _("Created %(name)s.") % {"name": part.name})
            return redirect("planning:frame")
    return _page(request, form, kind, "planning/part.html")


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def plan(request: HttpRequest) -> HttpResponse:
    """A PI with all its iterations at once."""
    form = PiPlanForm(request.POST or None, initial={"art": request.GET.get("art", "")})
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "art": form.cleaned_data["art"] or None}
        try:
            pi = plan_pi(actor=person_of(request), **values)
        except Refused as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(request, _("Created %(name)s.") % {"name": pi.name})
            return redirect("planning:frame")
    return _page(request, form, "pi", "planning/pi_plan.html")


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def edit(request: HttpRequest, kind: str, part_id: uuid.UUID) -> HttpResponse:
    _known(kind)
    try:
        part = find_part(kind, part_id)
    except Refused as refusal:
        raise Http404(refusal.message) from refusal
    initial = initial_of_part(kind, part)
    form = PartForm(request.POST or None, initial=initial, kind=kind, part=part)
    if request.method == "POST" and form.is_valid():
        leaving = _leaving(part, form)
        if leaving and request.POST.get("sure") != _named(leaving):
            return _page(request, form, kind, "planning/part.html", part=part, leaving=leaving)
        try:
            edit_part(kind, part_id, actor=person_of(request), values=form.values())
        except Refused as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(request, _("Saved %(name)s.") % {"name": form.cleaned_data["name"]})
            return redirect("planning:frame")
    return _page(request, form, kind, "planning/part.html", part=part)


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def remove(request: HttpRequest, kind: str, part_id: uuid.UUID) -> HttpResponse:
    _known(kind)
    refusal = ""
    try:
        part = find_part(kind, part_id)
        if request.method == "POST":
            remove_part(kind, part_id, actor=person_of(request))
            messages.success(request, _("Removed %(name)s.") % {"name": part.name})
            return redirect("planning:frame")
    except Refused as problem:
        if problem.status == 404:
            raise Http404(problem.message) from problem
        refusal = problem.message
    context = {"part": part, "kind": kind, "word": WORDS[kind], "refusal": refusal}
    return render(request, "planning/part_delete.html", context, status=409 if refusal else 200)


def _owning(rows: QuerySet[Any]) -> list[tuple[Any, list[MappedProject]]]:
    """ARTs or trains, each with the projects of its own."""
    read = rows.prefetch_related("further_projects")
    return [(one, own_projects.projects_of(one)) for one in read]


def _leaving(part: Part, form: PartForm) -> list[Leaving]:
    """What follows for each project that the form takes from an ART or a train."""
    if not isinstance(part, Owner):
        return []
    return own_projects.leaving(part, [uuid.UUID(key) for key in form.own_projects()])


def _named(leaving: list[Leaving]) -> str:
    """The projects that a person has read of: another one, and it is asked anew."""
    return ",".join(sorted(str(one.project.pk) for one in leaving))


def _page(
    request: HttpRequest, form: PartForm | PiPlanForm, kind: str, template: str, **more: Any
) -> HttpResponse:
    context = {"form": form, "kind": kind, "word": WORDS[kind], **more}
    if leaving := more.get("leaving"):
        context["sure"] = _named(leaving)
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def _known(kind: str) -> None:
    if kind not in MODELS:
        raise Http404
