""" "#6 Activity": what came from Jira and what went there, each with its attempts; sending again."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import way_back
from connections.health import truth
from connections.models import Connection, MappedProject
from connections.views.session import person_of
from planning.history import names_of, values_of
from planning.models import Change
from sync.inbound import gone_items, mass_deletion_guard
from sync.models import Attempt, Delivery
from sync.pages import named_issues, presentation, stream
from sync.pages.parked_changes import ways_of
from sync.pages.request_params import connection_for, page_context
from sync.pages.stream import Place, Wanted
from sync.status import replay

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_ANY = ("", _("Any"))


class ActivityFilter(forms.Form):
    """What of the list to see. On a connection's tab its own projects alone can be chosen."""

    direction = forms.ChoiceField(
        label=_("Direction"),
        required=False,
        choices=[_ANY, ("in", _("From Jira")), ("out", _("To Jira"))],
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            _ANY,
            ("create", _("Created")),
            ("edit", _("Edited")),
            ("delete", _("Deleted")),
            ("link", _("Links")),
            ("comment", _("Comments")),
            ("sprint", _("Sprints")),
        ],
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            _ANY,
            ("waiting", _("Waiting")),
            ("trouble", _("Failed or parked")),
            ("conflict", _("In conflict")),
            ("done", _("Done")),
            ("skipped", _("Not needed")),
        ],
    )
    project = forms.ModelChoiceField(
        label=_("Project"),
        required=False,
        queryset=MappedProject.objects.none(),
        empty_label=_("Any"),
    )
    since = forms.DateField(label=_("From day"), required=False, widget=_DAY)
    until = forms.DateField(label=_("To day"), required=False, widget=_DAY)

    def __init__(self, data: QueryDict, *, connection: Connection | None) -> None:
        super().__init__(data)
        rows = MappedProject.objects.all() if connection is None else connection.projects.all()
        field = self.fields["project"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows

    def wanted(self, connection: Connection | None) -> Wanted:
        """Once valid. A day counts in the person's time zone, whole."""
        values = self.cleaned_data
        return Wanted(
            connection=connection.pk if connection else None,
            project=values["project"],
            direction=values["direction"],
            kind=values["kind"],
            state=values["state"],
            since=_midnight(values["since"]),
            until=_midnight(values["until"], days=1),
        )


class SinceForm(forms.Form):
    since = forms.DateTimeField(
        label=_("Failed or parked since"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help_text=_("In your time zone."),
    )
    connection = forms.ModelChoiceField(
        label=_("Connection"),
        required=False,
        queryset=Connection.objects.all(),
        empty_label=_("All connections"),
    )


@require_GET
@needs(READ)
def activity(request: HttpRequest, connection_id: uuid.UUID | None = None) -> HttpResponse:
    """The list, of everything or of one connection. `?before=` is the place to go on from."""
    connection = connection_for(connection_id) if connection_id else None
    form = ActivityFilter(request.GET, connection=connection)
    place = Place.read(request.GET.get("before", ""))
    rows: list[stream.Row] = []
    after: Place | None = None
    if form.is_valid():  # what cannot be read shows nothing: everything would look like an answer
        rows, after = stream.read(form.wanted(connection), place)
    names = set(form.fields)
    context = page_context(request, connection, "activity") | {
        "rows": rows,
        "older": str(after) if after else "",
        "form": form,
        "first": place == Place(),
        "filtered": any(request.GET.get(name) for name in names),
        "gone": gone_items.rows(connection).count(),
        "held": mass_deletion_guard.held(connection.pk if connection else None),
        "trouble": sum(row.badge.state in {"failed", "parked"} for row in rows),
    }
    return render(request, "sync/activity.html", context, status=200 if form.is_valid() else 422)


@require_GET
@needs(READ)
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """One delivery with every attempt to work on it. Its body is never shown."""
    rows = Delivery.objects.defer("body").select_related("connection")
    row = get_object_or_404(rows, pk=delivery_id)
    context = page_context(request, row.connection, "activity") | {
        "row": row,
        "what": presentation.event_word(row.event),
        "badge": presentation.delivery_badge(row),
        "ends": named_issues.ends_of(row, named_issues.of([row])),
        "attempts": [(one, _step(one)) for one in row.trace.all()[:200]],
        "used": row.state in {"waiting", "done", "failed"},
    }
    return render(request, "sync/delivery.html", context)


@require_GET
@needs(READ)
def change(request: HttpRequest, change_id: int) -> HttpResponse:
    """One change with its values and every attempt to send it."""
    rows = Change.objects.select_related("project__connection", "item", "comment")
    row = get_object_or_404(rows, pk=change_id)
    fields, names = sorted({*row.fields, *row.before}), names_of(values_of([row]))
    context = page_context(request, row.project.connection, "activity") | {
        "row": row,
        "what": presentation.change_word(row),
        "badge": presentation.change_badge(row),
        "values": [
            (
                presentation.field_word(name),
                presentation.shown_value(row.before.get(name), names),
                presentation.shown_value(row.fields.get(name), names),
            )
            for name in fields
        ],
        "attempts": [(one, _step(one)) for one in row.trace.all()[:200]],
        "ways": ways_of(row),
    }
    return render(request, "sync/change.html", context)


@require_POST
@needs(PLAN)
def replay_delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    row = get_object_or_404(Delivery.objects.defer("body"), pk=delivery_id)
    replay.replay_delivery(row, actor=person_of(request))
    stands = truth.of_connection(row.connection)
    words = _now("The issue is read again from Jira.")
    messages.success(request, words if stands.reads else stands.words)
    return redirect(way_back(request, reverse("sync:delivery", args=[row.pk])))


@require_POST
@needs(PLAN)
def replay_change(request: HttpRequest, change_id: int) -> HttpResponse:
    row = get_object_or_404(
        Change.objects.select_related("project__connection", "item"), pk=change_id
    )
    try:
        replay.replay_change(row, actor=person_of(request))
        words = _now("It is sent again, with the item's present values.")
        messages.success(request, truth.sent_again([row.project], words))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(way_back(request, reverse("sync:change", args=[row.pk])))


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def replay_many(request: HttpRequest) -> HttpResponse:
    """All that failed or was parked since a time: first how many, then again."""
    since = timezone.localtime(timezone.now() - timedelta(days=1)).replace(second=0, microsecond=0)
    given = request.POST if request.method == "POST" else request.GET
    bound = "since" in given
    form = SinceForm(given if bound else None, initial={"since": since})
    context: dict[str, Any] = page_context(request, None) | {"form": form}
    if bound and form.is_valid():
        moment, connection = form.cleaned_data["since"], form.cleaned_data["connection"]
        if request.method == "POST":
            count = replay.replay_since(moment, connection=connection, actor=person_of(request))
            words = ngettext("%(n)d is tried again.", "%(n)d are tried again.", count)
            messages.success(request, words % {"n": count})
            return redirect("sync:activity")
        context["counts"] = replay.count_since(moment, connection=connection)
    status = 422 if bound and form.errors else 200
    return render(request, "sync/replay.html", context, status=status)


def _step(row: Attempt) -> tuple[str, presentation.Badge]:
    return presentation.step_word(row.step), presentation.outcome_badge(row.step, row.outcome)


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    """The beginning of the day, or of the one `days` later; None where the calendar ends."""
    if day is None or day == date.max:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
