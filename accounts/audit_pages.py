"""The audit trail as a page and as a CSV file: who did what to which connection, before and after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
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


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Person and action match anywhere, without regard to case; the rest exactly."""

    person = django_filters.CharFilter(label=_("Person"), method="by_person")
    action = django_filters.CharFilter(label=_("Action"), lookup_expr="icontains")
    connection = django_filters.UUIDFilter(label=_("Connection id"), field_name="connection_id")
    since = django_filters.DateFilter(
        label=_("From day"), field_name="at", lookup_expr="date__gte", widget=DATE
    )
    until = django_filters.DateFilter(
        label=_("To day"), field_name="at", lookup_expr="date__lte", widget=DATE
    )

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def by_person(self, rows: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        return rows.filter(Q(actor_name__icontains=value) | Q(actor__username__icontains=value))


@needs(OPERATE)
@require_GET
def list_entries(request: HttpRequest) -> HttpResponse:
    found = AuditFilter(request.GET, queryset=AuditEntry.objects.select_related("actor"))
    # A filter that cannot be read shows nothing and says why: everything would look like an answer.
    page = page_of(request, found.qs if found.is_valid() else AuditEntry.objects.none())
    rows = [(entry, list(changes(entry))) for entry in page.object_list]
    context = {"filter": found, "page": page, "rows": rows, "filtered": bool(request.GET)}
    return render(request, "accounts/audit.html", context)


@needs(OPERATE)
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The same entries, with the same filter, as CSV; times in UTC."""
    found = AuditFilter(request.GET, queryset=AuditEntry.objects.all())
    if not found.is_valid():
        raise BadRequest("The filter cannot be read.")
    header = ["at", "person", "action", "type", "id", "name", "connection", "before", "after"]
    return csv_response("audit", header, _lines(found.qs.iterator(chunk_size=500)))


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
