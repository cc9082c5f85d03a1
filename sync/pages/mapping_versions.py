"""A mapping's draft and its versions: what would change, trying it, applying it, going back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal
from connections.health import truth
from connections.models import (
    CommentDirection,
    ConflictPolicy,
    DeletionPolicy,
    Direction,
    MappedProject,
)
from connections.views.session import person_of
from planning.models import Team
from sync.mapping import drafts, going_back
from sync.mapping.going_back import WayBack
from sync.models import MappingDraft, MappingVersion, Run
from sync.pages.presentation import field_word
from sync.pages.request_params import Asked, ask, page_context, project_for
from sync.pairs import mapping_versions
from sync.pairs.mapping_versions import Difference

SHOWN: Final = 100  # versions on one page, the newest first
_PARTS: Final[dict[str, str | Promise]] = {
    "direction": _("Direction"),
    "conflict_policy": _("When both sides changed"),
    "deletion_policy": _("When an item is deleted"),
    "comments": _("Comments"),
    "jql": _("JQL filter"),
    "type_map": _("Type"),
    "field_map": _("Field"),
    "status_map": _("Status"),
    "field_directions": _("Direction of"),
    "link_map": _("Link"),
    "link_rules": _("Links by type"),
    "transition_defaults": _("Given on the step to"),
    "create_defaults": _("Given to a new"),
    "team_source": _("What says the team"),
    "board_id": _("Board for sprints"),
}


_SOURCES: Final[dict[str, str | Promise]] = {
    "project": _("the project"),
    "field": _("a field"),
    "label": _("a label"),
    "component": _("a component"),
    "board": _("the board of its sprint"),
}
_CHOICES: Final[dict[str, dict[Any, Any]]] = {
    "direction": dict(Direction.choices),
    "field_directions": {None: _("Both ways"), **dict(Direction.choices)},
    "conflict_policy": dict(ConflictPolicy.choices),
    "deletion_policy": dict(DeletionPolicy.choices),
    "comments": dict(CommentDirection.choices),
}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        help_text=_("Stands in the list of versions, for whoever asks later."),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A difference in words."""

    part: str | Promise
    word: str | Promise
    before: str
    after: str


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def draft(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """What the draft changes; POST applies it."""
    row = project_for(project_id)
    if not MappingDraft.objects.filter(project=row).exists():
        messages.info(request, _now("%(key)s has no draft of its mapping.") % {"key": row.key})
        return redirect("sync:versions", row.pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor, reason = person_of(request), form.cleaned_data["reason"]
        try:
            done = ask(row.connection, lambda: drafts.apply(row, actor=actor, reason=reason))
        except Refused as refusal:
            show_refusal(form, refusal)
            return _draft(request, project_for(project_id), form)
        if done.answer is None:
            return _draft(request, project_for(project_id), form, done.diagnosis)
        words = _now("The draft is the mapping now. The project's issues are read again by it.")
        messages.success(request, truth.will_be_read(row, words))
        return redirect("sync:versions", row.pk)
    return _draft(request, row, form)


def _draft(
    request: HttpRequest,
    row: MappedProject,
    form: ReasonForm,
    diagnosis: dict[str, Any] | None = None,
) -> HttpResponse:
    context = page_context(request, row.connection, "fields") | {"project": row, "form": form}
    try:
        asked = ask(row.connection, lambda: drafts.compare(row))
    except Refused as refusal:
        form.add_error(None, refusal.message)
        asked = Asked()
    if asked.answer is not None:
        context |= {"draft": asked.answer.draft, "lines": lines(asked.answer.differences)}
    else:
        context |= {"draft": drafts.of_project(row)}
    runs = Run.objects.filter(project=row).exclude(mapping={})
    context |= {"diagnosis": diagnosis or asked.diagnosis, "tried": runs.first()}
    status = 409 if context["diagnosis"] else 422 if form.is_bound and form.errors else 200
    return render(request, "sync/draft.html", context, status=status)


@require_POST
@needs(PLAN)
def try_draft(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """A dry run by the draft."""
    row = project_for(project_id)

    def trying() -> Run:
        return drafts.dry_run(row)

    return _tell(request, row, trying, lambda run: redirect("sync:dry_run", row.pk, run.pk))


@require_POST
@needs(PLAN)
def discard_draft(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    row = project_for(project_id)
    try:
        drafts.discard(row)
        messages.success(request, _now("The draft is discarded; the mapping stays as it is."))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("sync:versions", row.pk)


@require_GET
@needs(READ)
def versions(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """Every version of the mapping, the newest first."""
    row = project_for(project_id)
    context = page_context(request, row.connection, "fields") | {
        "project": row,
        "versions": MappingVersion.objects.filter(project=row)[:SHOWN],
        "draft": MappingDraft.objects.filter(project=row).first(),
    }
    return render(request, "sync/versions.html", context)


@require_GET
@needs(READ)
def version(request: HttpRequest, project_id: uuid.UUID, number: int) -> HttpResponse:
    """One version: what it changed, and what differs now."""
    row = project_for(project_id)
    found = get_object_or_404(MappingVersion, project=row, number=number)
    return _version(request, row, found, ReasonForm())


@require_POST
@needs(PLAN)
def go_back(request: HttpRequest, project_id: uuid.UUID, number: int) -> HttpResponse:
    """Make the version the mapping again."""
    row = project_for(project_id)
    found = get_object_or_404(MappingVersion, project=row, number=number)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _version(request, row, found, form)
    actor, reason = person_of(request), form.cleaned_data["reason"]

    def go() -> WayBack:
        way = going_back.plan(row, found.number)
        going_back.go(way, row, actor=actor, reason=reason)
        return way

    try:
        done = ask(row.connection, go)
    except Refused as refusal:
        show_refusal(form, refusal)
        return _version(request, project_for(row.pk), found, form)
    if done.answer is None:
        return _version(request, project_for(row.pk), found, form, done.diagnosis)
    for sentence in done.answer.left_out:
        messages.warning(request, sentence)
    words = _now(
        "The mapping is that of version %(number)s again. Its issues are read again by it."
    )
    messages.success(request, truth.will_be_read(row, words % {"number": found.number}))
    return redirect("sync:versions", row.pk)


def _version(
    request: HttpRequest,
    row: MappedProject,
    found: MappingVersion,
    form: ReasonForm,
    diagnosis: dict[str, Any] | None = None,
) -> HttpResponse:
    before = MappingVersion.objects.filter(project=row, number=found.number - 1).first()
    changed = mapping_versions.difference(before.content, found.content) if before else []
    asked = ask(row.connection, lambda: going_back.plan(row, found.number))
    context = page_context(request, row.connection, "fields") | {
        "project": row,
        "version": found,
        "changed": lines(changed),
        "back": lines(asked.answer.differences) if asked.answer else [],
        "left_out": asked.answer.left_out if asked.answer else [],
        "diagnosis": diagnosis or asked.diagnosis,
        "form": form,
    }
    status = 409 if diagnosis else 422 if form.is_bound and form.errors else 200
    return render(request, "sync/version.html", context, status=status)


def _tell(
    request: HttpRequest,
    row: MappedProject,
    act: Callable[[], Run],
    then: Callable[[Run], HttpResponse],
) -> HttpResponse:
    try:
        asked = ask(row.connection, act)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("sync:draft", row.pk)
    if asked.answer is None:
        return _draft(request, row, ReasonForm(), asked.diagnosis)
    return then(asked.answer)


def lines(differences: Sequence[Difference]) -> list[Line]:
    """The differences in words, teams by their names."""
    teams = {str(key): name for key, name in Team.objects.values_list("pk", "name")}
    return [
        Line(
            _PARTS.get(one.part, one.part),
            field_word(one.word) if one.part in ("field_map", "field_directions") else one.word,
            _worded(one.part, one.before, teams),
            _worded(one.part, one.after, teams),
        )
        for one in differences
    ]


def _worded(part: str, value: Any, teams: dict[str, str]) -> str:
    if part == "team_source":
        kind = str((value or {}).get("kind", "project"))
        where = (value or {}).get("field") or ""
        names = _shown((value or {}).get("values"), teams)
        told = f"{_SOURCES.get(kind, kind)}{f' ({where})' if where else ''}"
        return told if names == "–" else f"{told}: {names}"
    if part in _CHOICES:
        return str(_CHOICES[part].get(value, value))
    return _shown(value, teams)


def _shown(value: Any, teams: dict[str, str]) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, dict):
        return ", ".join(
            f"{teams.get(str(name), name)}: {_shown(one, teams)}" for name, one in value.items()
        )
    if isinstance(value, list):
        return "; ".join(_shown(one, teams) for one in value)
    return teams.get(str(value), str(value))
