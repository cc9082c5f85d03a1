""" "#1 Connection" is a tab from the wizard's first page on, as the guide says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.models import Connection
from jira_sandbox.server import Handle

pytestmark = pytest.mark.django_db
HERE = re.compile(r'<(?:a|span) class="nav-link active" aria-current="page"[^>]*>#1 Connection<')
TITLES = ("#2 Projects", "#3 Permissions", "#4 Fields and statuses", "#5 Webhook", "#6 Activity")


@pytest.fixture
def browser(admin: Any, client_of: Callable[..., Client]) -> Client:
    return client_of(admin)


def of_nothing_yet(words: str) -> None:
    assert HERE.search(words)
    for title in TITLES:
        assert f'<span class="nav-link disabled" aria-disabled="true">{title}</span>' in words


@pytest.mark.parametrize(
    "path", ["/connections/new/", "/connections/new/jira/", "/connections/new/jira/?method=basic"]
)
def test_before_there_is_a_connection(path: str, browser: Client) -> None:
    of_nothing_yet(browser.get(path).content.decode())


def test_where_the_form_is_refused(browser: Client) -> None:
    of_nothing_yet(browser.post("/connections/new/jira/", {"name": ""}).content.decode())


def test_on_every_page_of_the_setup(browser: Client, cloud: Handle) -> None:
    typed = {"name": "R", "base_url": cloud.url, "verify_tls": "on"}
    browser.post("/connections/new/jira/", typed)
    connection = Connection.objects.get()
    for page in ("", "edit/", "oauth/"):
        of_nothing_yet(browser.get(f"/connections/{connection.pk}/{page}").content.decode())
    # Jira knows no link of this console yet, so "Authenticate" says why it goes nowhere.
    of_nothing_yet(
        browser.get(f"/connections/{connection.pk}/oauth/authenticate/").content.decode()
    )
