"""Many Jira projects mapped together: choosing them, deciding on each, and watching them being mapped."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import PLAN, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal
from connections.access.gateway import jira_for
from connections.models import Connection
from connections.views.session import person_of
from planning.models import Art, Pi, Team
from planning.structure_editing import add_part
from sync.core.template import MAPS, TO_DECIDE
from sync.mapping import mapping_plan
from sync.models import MappingPlan, MappingTemplate, PlannedProject, PlannedState
from sync.pages.projects import HTMX_STOP
from sync.pages.request_params import ask, connection_for, page_context

NEW = "new"


class ChooseForm(forms.Form):
    """By which template, into which ART and PI. The projects are ticked beside it."""

    template = forms.ModelChoiceField(
        label=_("Template"),
        queryset=MappingTemplate.objects.all(),
        required=False,
        empty_label=_("None: each project's own proposal"),
    )
    art = forms.ChoiceField(label=_("ART of the teams"), required=False)
    art_name = forms.CharField(label=_("Name of the new ART"), max_length=100, required=False)
    pi = forms.ModelChoiceField(
        label=_("PI whose iterations the open sprints become"),
        queryset=Pi.objects.order_by("-created"),
        required=False,
        empty_label=_("None: sprints are taken over later"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(str(one.pk), one.name) for one in Art.objects.all()]
        choices = [("", _("None")), *rows, (NEW, _("A new ART"))]
        self.fields["art"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("art") == NEW and not cleaned.get("art_name", "").strip():
            self.add_error("art_name", _("Say the name of the new ART."))
        return cleaned


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def choose(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Jira's projects to tick, by `?q=`; POST begins a plan for the ticked ones."""
    connection = connection_for(connection_id)
    form = ChooseForm(request.POST or None)
    ticked = request.POST.getlist("project")
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask(connection, lambda: _begin(request, connection, form, ticked))
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            if asked.answer is not None:
                return redirect("sync:mapping_plan", asked.answer.pk)
            return _choose(request, connection, form, ticked, asked.diagnosis)
    return _choose(request, connection, form, ticked)


def _choose(
    request: HttpRequest,
    connection: Connection,
    form: ChooseForm,
    ticked: list[str],
    diagnosis: dict[str, Any] | None = None,
) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    asked = ask(connection, lambda: jira_for(connection).projects.list(query))
    mapped = set(connection.projects.values_list("remote_id", flat=True))
    context = page_context(request, connection, "projects") | {
        "form": form,
        "query": query,
        "ticked": ticked,
        "found": [(one, one.id in mapped) for one in asked.answer or [] if not one.archived],
        "diagnosis": diagnosis or asked.diagnosis,
        "plans": MappingPlan.objects.filter(connection=connection)[:5],
    }
    status = 409 if context["diagnosis"] else 422 if form.is_bound and form.errors else 200
    return render(request, "sync/map_many.html", context, status=status)


def _begin(
    request: HttpRequest, connection: Connection, form: ChooseForm, ticked: list[str]
) -> MappingPlan:
    actor, given = person_of(request), form.cleaned_data
    art: Any = None
    if given["art"] == NEW:
        art = Art.objects.filter(name=given["art_name"].strip()).first() or add_part(
            "art", actor=actor, values={"name": given["art_name"]}
        )
    elif given["art"]:
        art = Art.objects.filter(pk=given["art"]).first()
    template = given["template"]
    return mapping_plan.plan(
        connection,
        ticked,
        actor=actor,
        template_id=template.pk if template else None,
        art=art,
        pi=given["pi"],
    )


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def plan(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """The projects of a plan. POST keeps what was decided, and with `confirm` has them mapped."""
    rows = MappingPlan.objects.select_related("connection", "art", "pi")
    row = get_object_or_404(rows, pk=plan_id)
    wrong: dict[int, str] = {}
    if request.method == "POST":
        wrong = _decide(row, request.POST)
        if not wrong and not request.POST.get("confirm"):
            messages.success(request, _now("Saved."))
            return redirect("sync:mapping_plan", row.pk)
        if not wrong:
            try:
                count = mapping_plan.confirm(row, actor=person_of(request))
            except Refused as refusal:
                messages.error(request, refusal.message)
            else:
                words = ngettext(
                    "%(count)d project is being mapped.",
                    "%(count)d projects are being mapped.",
                    count,
                )
                messages.success(request, words % {"count": count})
            return redirect("sync:mapping_plan", row.pk)
    return _plan(request, row, wrong)


def _plan(request: HttpRequest, row: MappingPlan, wrong: Mapping[int, str]) -> HttpResponse:
    rows = list(row.rows.select_related("team", "project", "plan"))
    states = [one.state for one in rows]
    live = any(state in mapping_plan.OPEN for state in states)
    context = page_context(request, row.connection, "projects") | {
        "plan": row,
        "rows": [_line(one, wrong.get(one.pk, "")) for one in rows],
        "teams": list(Team.objects.all()),
        "live": live,
        "done": states.count(PlannedState.MAPPED),
        "left": sum(state in (PlannedState.PROPOSED, PlannedState.FAILED) for state in states),
        "failed": states.count(PlannedState.FAILED),
        "looked_at": len(rows) - states.count(PlannedState.READING),
    }
    part = request.headers.get("HX-Request") == "true"
    template = "sync/_mapping_plan.html" if part else "sync/mapping_plan.html"
    answer = render(request, template, context, status=422 if wrong else 200)
    if part and not live:
        answer.status_code = HTMX_STOP
    return answer


def _line(row: PlannedProject, wrong: str) -> dict[str, Any]:
    return {
        "row": row,
        "wrong": wrong,
        "open": row.state in (PlannedState.PROPOSED, PlannedState.FAILED, PlannedState.LEFT_OUT),
        "owner": row.belongs if row.belongs != "team" else str(row.team_id or NEW),
        "several": [
            {**one, "now": (row.chosen.get(one["part"]) or {}).get(one["word"])}
            for one in row.misfits
            if one["kind"] in TO_DECIDE and one["part"] in MAPS
        ],
    }


def _decide(row: MappingPlan, sent: QueryDict) -> dict[int, str]:
    """Row → why what was said of it cannot be. What is said of the others is kept."""
    wrong: dict[int, str] = {}
    for one in row.rows.exclude(state__in=(*mapping_plan.OPEN, PlannedState.MAPPED)):
        if f"owner-{one.pk}" not in sent:
            continue
        try:
            mapping_plan.decide(one, _decision(one, sent))
        except Refused as refusal:
            wrong[one.pk] = refusal.message
    return wrong


def _decision(one: PlannedProject, sent: QueryDict) -> dict[str, Any]:
    owner, board = sent.get(f"owner-{one.pk}", ""), sent.get(f"board-{one.pk}", "")
    chosen: dict[str, dict[str, str]] = {}
    for number, misfit in enumerate(one.misfits):
        value = sent.get(f"choice-{one.pk}-{number}")
        if value is not None and value != "?":
            chosen.setdefault(misfit["part"], {})[misfit["word"]] = value
    values: dict[str, Any] = {
        "left_out": f"take-{one.pk}" not in sent,
        "belongs": owner if owner in ("art", "none") else "team",
        "board_id": int(board) if board.isdecimal() else None,
        "chosen": chosen,
    }
    if owner == NEW:
        values |= {"team": None, "team_name": sent.get(f"name-{one.pk}", "")}
    elif values["belongs"] == "team":
        values["team"] = _uuid(owner)
    return values


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
