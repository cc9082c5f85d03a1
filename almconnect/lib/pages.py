"""What pages of any app need: the way back, a page of a long list, a refusal beside its field.

Knows no domain word and reads no row by itself.
"""

from __future__ import annotations

from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from almconnect.lib.api import Refused

Row = TypeVar("Row", bound=Model)


def way_back(request: HttpRequest, default: str = "/", field: str = "next") -> str:
    """Where the form asks to return to, if that is on this site; else `default`."""
    wanted = request.POST.get(field) or request.GET.get(field) or ""
    here = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if here else default


def page_of(request: HttpRequest, rows: QuerySet[Row], size: int = 50) -> Page[Row]:
    """The page that `?page=` names; the nearest one where it names nonsense. For `_pager.html`."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def show_refusal(form: BaseForm, problem: Refused) -> None:
    """Put a verb's refusal on the form: its words beside the fields they speak of, or on top."""
    shown = False
    for name, sentences in problem.fields.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
            shown = True
    if not shown:
        form.add_error(None, problem.message)
