"""The last active admin stays: neither demoted nor switched off, by page or API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts import people
from accounts.models import Role, User
from almconnect.lib.api import Refused
from tests.callers import ApiCaller


def test_the_page_refuses_and_says_what_to_do(
    admin: User, client_of: Callable[..., Client]
) -> None:
    browser = client_of(admin)
    for path, data in (("role", {"role": "viewer"}), ("active", {"active": "no"})):
        answer = browser.post(f"/people/{admin.pk}/{path}/", data, follow=True)
        assert "Make someone else an admin first" in answer.content.decode()
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == (Role.ADMIN, True)


def test_an_admin_who_is_switched_off_does_not_count(
    admin: User, person: Callable[..., User]
) -> None:
    person("gone", Role.ADMIN, is_active=False)
    with pytest.raises(Refused, match="last active admin"):
        people.switch(actor=admin, person=admin, active=False)


def test_with_another_admin_it_is_allowed(admin: User, person: Callable[..., User]) -> None:
    other = person("other", Role.ADMIN)
    people.change_role(actor=other, person=admin, role=Role.VIEWER)
    with pytest.raises(Refused, match="last active admin"):
        people.change_role(actor=other, person=other, role=Role.VIEWER)
    admin.refresh_from_db()
    assert admin.role == Role.VIEWER


def test_whoever_is_switched_off_is_out_at_once(
    admin: User,
    rte: User,
    client_of: Callable[..., Client],
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
) -> None:
    browser, caller = client_of(rte), api(token_of(rte))
    assert browser.get("/profile/").status_code == 200
    assert caller.get("/tokens").status_code == 200
    people.switch(actor=admin, person=rte, active=False)
    assert browser.get("/profile/").status_code == 302
    assert caller.get("/tokens").status_code == 401
    people.switch(actor=admin, person=rte, active=True)
    assert caller.get("/tokens").status_code == 401, "a revoked token does not come back to life"


def test_a_demotion_takes_the_tokens_that_hold_more(
    admin: User,
    person: Callable[..., User],
    token_of: Callable[..., str],
    api: Callable[..., ApiCaller],
) -> None:
    other = person("other", Role.ADMIN)
    strong, weak = token_of(other), token_of(other, "viewer")
    people.change_role(actor=admin, person=other, role=Role.RTE)
    assert api(strong).get("/people").status_code == 401
    assert api(weak).get("/tokens").status_code == 200
