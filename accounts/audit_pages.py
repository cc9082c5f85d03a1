"""The audit trail as a page and as a CSV file: who did what to which connection, before and after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from django import forms
from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.access import OPERATE, needs
from accounts.models import AuditEntry
from almconnect.lib.csv_export import csv_response
from almconnect.lib.pages import page_of

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AuditFilter(forms.Form):
    """Person and action match anywhere, without regard to case; the rest exactly. Days are the reader's."""

    person = forms.CharField(label=_("Person"), required=False)
    action = forms.CharField(label=_("Action"), required=False)
    connection = forms.UUIDField(label=_("Connection id"), required=False)
    since = forms.DateField(label=_("From day"), required=False, widget=DATE)
    until = forms.DateField(label=_("To day"), required=False, widget=DATE)

    def found(self) -> QuerySet[AuditEntry]:
        """The newest first; none where the filter cannot be read: all would look like an answer."""
        rows = AuditEntry.objects.select_related("actor")
        if not self.is_valid():
            return rows.none()
        asked = self.cleaned_data
        if asked["person"]:
            named = Q(actor_name__icontains=asked["person"])
            rows = rows.filter(named | Q(actor__username__icontains=asked["person"]))
        lookups = {
            "action": "action__icontains",
            "connection": "connection_id",
            "since": "at__date__gte",
            "until": "at__date__lte",
        }
        return rows.filter(**{to: asked[name] for name, to in lookups.items() if asked[name]})


@needs(OPERATE)
@require_GET
def list_entries(request: HttpRequest) -> HttpResponse:
    asked = AuditFilter(request.GET)
    page = page_of(request, asked.found())
    rows = [(entry, list(changes(entry))) for entry in page.object_list]
    context = {"form": asked, "page": page, "rows": rows, "filtered": bool(request.GET)}
    return render(request, "accounts/audit.html", context)


@needs(OPERATE)
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The same entries, with the same filter, as CSV; times in UTC."""
    asked = AuditFilter(request.GET)
    if not asked.is_valid():
        raise BadRequest("The filter cannot be read.")
    header = [
        "at",
        "person",
        "action",
        "type",
        "id",
        "name",
        "connection",
        "address",
        "way",
        "before",
        "after",
    ]
    return csv_response("audit", header, _lines(asked.found().iterator(chunk_size=500)))


def _lines(entries: Iterable[AuditEntry]) -> Iterable[list[Any]]:
    for entry in entries:
        yield [
            entry.at.isoformat(timespec="seconds"),
            entry.actor_name,
            entry.action,
            entry.object_type,
            entry.object_id,
            entry.object_name,
            entry.connection_id,
            entry.address,
            entry.way,
            orjson.dumps(entry.before).decode() if entry.before else "",
            orjson.dumps(entry.after).decode() if entry.after else "",
        ]


def changes(entry: AuditEntry) -> Iterable[tuple[str, str, str]]:
    """`(field, before, after)` as text, in the order in which the verb named them."""
    for name in dict.fromkeys([*entry.before, *entry.after]):
        yield name, _text(entry.before.get(name)), _text(entry.after.get(name))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
