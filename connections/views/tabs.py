"""The tabs of a connection, "#1 Connection" to "#6 Activity": pages of several apps, by URL name."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connections.models import Connection

_TABS = (
    ("connection", _("#1 Connection"), "connections:detail"),
    ("projects", _("#2 Projects"), "sync:projects"),
    ("permissions", _("#3 Permissions"), "connections:permissions"),
    ("fields", _("#4 Fields and statuses"), "sync:fields"),
    ("webhook", _("#5 Webhook"), "sync:webhook"),
    ("activity", _("#6 Activity"), "sync:activity"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """`address` is None where the page does not exist, or makes no sense for a draft yet."""

    name: str
    title: str | Promise
    address: str | None
    here: bool


def tabs_of(connection: Connection | None, here: str) -> list[Tab]:
    """Every tab with its address. A draft has only its first; one that the wizard is yet to make stands
    on it, and has no address.
    """
    found = []
    for name, title, url_name in _TABS:
        address = None
        if connection is not None and (name == "connection" or connection.account_id):
            address = _address(url_name, connection)
        found.append(Tab(name, title, address, name == here))
    return found


def _address(url_name: str, connection: Connection) -> str | None:
    try:
        return reverse(url_name, args=[connection.pk])
    except NoReverseMatch:
        pass
    try:
        # One page for every connection, with a filter.
        return f"{reverse(url_name)}?connection={connection.pk}"
    except NoReverseMatch:
        return None
