"""Boards and teams of a mapped project: which board holds whose sprints, what each holds, changing it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import PLAN, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal
from connections.models import MappedProject
from connections.views.session import person_of
from planning.models import Team
from sync.mapping import boards, project_mapping, team_boards
from sync.mapping.boards import Offered
from sync.pages.request_params import ask, page_context, project_for

LOOKED_INTO = 12  # boards whose filter and sprints are asked for; each takes three calls to Jira


class BoardForm(forms.Form):
    board_id = forms.TypedChoiceField(
        label=_("Board for sprints"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Its open sprints are offered as iterations, and new sprints are made in it."),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["board_id"].choices = choices  # type: ignore[attr-defined]


class TeamBoardForm(BoardForm):
    """A team and its board. `confirmed`: the person has seen which iterations lose their sprint."""

    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.all(), empty_label=_("Choose a team")
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    field_order = ("team", "board_id", "confirmed")


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def board(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """The teams and boards of the project; POST chooses the board of the mapping."""
    row = project_for(project_id)
    asked = ask(row.connection, lambda: boards.offered(row))
    if asked.answer is None:
        return _page(request, row, diagnosis=asked.diagnosis)
    form = BoardForm(
        request.POST or None,
        choices=_choices(asked.answer, row.board_id),
        initial={"board_id": row.board_id},
    )
    if request.method != "POST" or not form.is_valid():
        return _page(request, row, asked.answer, form=form)
    actor, values = person_of(request), dict(form.cleaned_data)
    try:
        done = ask(row.connection, lambda: project_mapping.change(row, actor=actor, values=values))
    except Refused as refusal:
        show_refusal(form, refusal)
        return _page(request, row, asked.answer, form=form)
    if done.answer is None:
        return _page(request, row, asked.answer, form=form, diagnosis=done.diagnosis)
    messages.success(request, _now("Saved."))
    return redirect("sync:project", row.pk)


@require_POST
@needs(PLAN)
def choose(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """A team's board. Where iterations would lose their sprint, those are shown first."""
    row = project_for(project_id)
    asked = ask(row.connection, lambda: boards.offered(row))
    if asked.answer is None:
        return _page(request, row, diagnosis=asked.diagnosis)
    form = TeamBoardForm(request.POST, choices=_choices(asked.answer, None))
    if not form.is_valid():
        return _page(request, row, asked.answer, team_form=form)
    team, wanted = form.cleaned_data["team"], form.cleaned_data["board_id"]
    try:
        found = ask(row.connection, lambda: team_boards.plan(row, team, wanted))
    except Refused as refusal:
        show_refusal(form, refusal)
        return _page(request, row, asked.answer, team_form=form)
    if found.answer is None:
        return _page(request, row, asked.answer, team_form=form, diagnosis=found.diagnosis)
    change = found.answer
    if change.losses and not form.cleaned_data["confirmed"]:
        context = page_context(request, row.connection, "projects")
        return render(
            request, "sync/board_change.html", context | {"project": row, "change": change}
        )
    team_boards.apply(change, actor=person_of(request))
    words = _now("%(team)s plans %(key)s on %(board)s now.")
    name = change.board.name if change.board else _now("no board: it has no sprints there")
    messages.success(request, words % {"team": team.name, "key": row.key, "board": name})
    return redirect("sync:board", row.pk)


@require_POST
@needs(PLAN)
def withdraw(request: HttpRequest, project_id: uuid.UUID, team_id: uuid.UUID) -> HttpResponse:
    """Take a team's choice back."""
    row, team = project_for(project_id), get_object_or_404(Team, pk=team_id)
    actor = person_of(request)

    def take_back() -> bool:
        team_boards.withdraw(row, team, actor=actor)
        return True

    try:
        done = ask(row.connection, take_back)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("sync:board", row.pk)
    if done.answer is None:
        return _page(request, row, diagnosis=done.diagnosis)
    messages.success(request, _now("Saved."))
    return redirect("sync:board", row.pk)


def _choices(found: Sequence[Offered], now: int | None) -> list[tuple[str, str]]:
    choices = boards.choices(found)
    if now is not None and str(now) not in dict(choices):
        choices.append((str(now), _now("%(id)s (not seen now)") % {"id": now}))
    return choices


def _page(
    request: HttpRequest, row: MappedProject, found: Sequence[Offered] = (), **more: Any
) -> HttpResponse:
    places = team_boards.places(row)
    rows = [
        (
            place,
            TeamBoardForm(
                choices=_choices(found, place.board_id),
                initial={"board_id": place.board_id},
                auto_id=f"id_{place.team.pk}_%s",
            ),
        )
        for place in places
    ]
    others = Team.objects.exclude(pk__in=[place.team.pk for place in places])
    context = page_context(request, row.connection, "projects") | {
        "project": row,
        "rows": rows,
        "found": bool(found),
        "others": others,
        "boards": _looked_into(row, found),
        "more_boards": max(0, len(found) - LOOKED_INTO),
    }
    context |= more
    context.setdefault(
        "team_form",
        TeamBoardForm(choices=_choices(found, None), auto_id="id_new_%s"),
    )
    forms_of = [context[name] for name in ("form", "team_form") if context.get(name)]
    context["team_form"].fields["team"].queryset = others
    wrong = any(form.is_bound and form.errors for form in forms_of)
    status = 409 if more.get("diagnosis") else 422 if wrong else 200
    return render(request, "sync/board.html", context, status=status)


def _looked_into(row: MappedProject, found: Sequence[Offered]) -> list[dict[str, Any]]:
    """The boards with what each holds, as far as Jira answers; a failure leaves the rest of the page."""
    shown = []
    for one in found[:LOOKED_INTO]:
        asked = ask(row.connection, partial(team_boards.held, row, one.board))
        shown.append({"offered": one, "held": asked.answer})
        if asked.answer is None:
            break
    return shown
