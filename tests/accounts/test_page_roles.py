"""Every page declares its roles, and keeps everyone else out: one test over all routes and roles."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from tests.accounts.routes import Page, pages

# Machines' addresses: they know no person, and guard themselves by other means.
MACHINES = {"livez", "readyz", "metrics"}
GUARDED = [page for page in pages() if getattr(page.view, "needs", None) is not None]


def served(browser: Client, page: Page) -> list[HttpResponse]:
    """What the page answers to GET and POST, without the method that it does not take at all."""
    answers = [browser.get(page.address), browser.post(page.address)]
    taken = [answer for answer in answers if answer.status_code != 405]
    assert taken, f"{page} takes neither GET nor POST"
    return taken


def test_every_route_says_who_may_open_it() -> None:
    silent = [
        page.route
        for page in pages()
        if page.name not in MACHINES and not hasattr(page.view, "needs")
    ]
    assert not silent, "declare these with accounts.access.needs or public"
    assert len(GUARDED) >= 15


@pytest.mark.django_db
@pytest.mark.parametrize("page", GUARDED, ids=str)
def test_an_anonymous_person_is_sent_to_sign_in(page: Page, client: Client) -> None:
    for answer in served(client, page):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse(settings.LOGIN_URL) + "?next=/")


@pytest.mark.parametrize("page", GUARDED, ids=str)
def test_a_page_opens_for_its_roles_alone(
    page: Page, person: Callable[..., User], client_of: Callable[..., Client]
) -> None:
    admitted: frozenset[str] = page.view.needs  # type: ignore[attr-defined]
    assert admitted <= set(Role.values)
    for role in Role.values:
        browser = client_of(person(role, role))
        for answer in served(browser, page):
            if role in admitted:
                assert answer.status_code != 403, f"{role} is kept out of {page}"
            else:
                assert answer.status_code == 403, f"{role} is let into {page}"
