"""Browsers for the sync's pages, and forms as a person fills them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from connections.credentials import credentials
from connections.models import Connection
from connections.setup import settings_editing
from jira_sandbox.server import Handle
from tests.sync.world import credential


@pytest.fixture
def page(client_of: Callable[..., Client], rte: User) -> Client:
    """A browser of the RTE, who maps projects and decides conflicts."""
    return client_of(rte)


@pytest.fixture
def connection(handle: Handle, admin: User) -> Connection:
    """An active connection to the sandbox with nothing mapped."""
    made = settings_editing.create(
        actor=admin, name="Plant", base_url=handle.url, auth_method="basic"
    )
    assert credentials.offer(made, credential(handle), actor=admin)
    return Connection.objects.get(pk=made.pk)


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def filled(answer: HttpResponse, **values: Any) -> dict[str, Any]:
    """What a browser would send of the page's form, with `values` typed over it."""
    form = answer.context["form"]
    sent = {}
    for bound in form:
        value = bound.value()
        if value not in (None, False, ""):
            sent[bound.html_name] = "on" if value is True else value
    return {**sent, **values}
