"""Choosing the Jira board on which a mapped project's sprints are planned and made."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import PLAN, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal
from connections.models import MappedProject
from connections.views.session import person_of
from sync.mapping import boards, project_mapping
from sync.pages.request_params import ask, page_context, project_for


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


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def board(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """The boards that show the project; POST chooses one."""
    row = project_for(project_id)
    asked = ask(row.connection, lambda: boards.offered(row))
    if asked.answer is None:
        return _page(request, row, diagnosis=asked.diagnosis)
    choices = boards.choices(asked.answer)
    if row.board_id is not None and str(row.board_id) not in dict(choices):
        choices.append((str(row.board_id), _now("%(id)s (not seen now)") % {"id": row.board_id}))
    form = BoardForm(request.POST or None, choices=choices, initial={"board_id": row.board_id})
    if request.method != "POST" or not form.is_valid():
        return _page(request, row, form=form)
    actor, values = person_of(request), dict(form.cleaned_data)
    try:
        done = ask(row.connection, lambda: project_mapping.change(row, actor=actor, values=values))
    except Refused as refusal:
        show_refusal(form, refusal)
        return _page(request, row, form=form)
    if done.answer is None:
        return _page(request, row, form=form, diagnosis=done.diagnosis)
    messages.success(request, _now("Saved."))
    return redirect("sync:project", row.pk)


def _page(request: HttpRequest, row: MappedProject, **more: Any) -> HttpResponse:
    context = page_context(request, row.connection, "projects") | {"project": row} | more
    form = more.get("form")
    status = 409 if more.get("diagnosis") else 422 if form is not None and form.errors else 200
    return render(request, "sync/board.html", context, status=status)
