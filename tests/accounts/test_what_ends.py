"""A password that changes and a person who is switched off end what was begun before, for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts import people
from accounts.models import ApiToken, AuditEntry, User
from tests.callers import ApiCaller

NEW = "another-long-phrase"


def inside(browser: Client) -> bool:
    return browser.get("/profile/").status_code == 200


def test_switched_on_again_old_sessions_and_tokens_stay_dead(
    admin: User,
    viewer: User,
    client_of: Callable[..., Client],
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
) -> None:
    browser, caller = client_of(viewer), api(token_of(viewer))
    assert inside(browser)
    boss = client_of(admin)
    for active in ("no", "yes"):
        boss.post(f"/people/{viewer.pk}/active/", {"active": active})
        assert not inside(browser)
        assert caller.get("/tokens").status_code == 401
    viewer.refresh_from_db()
    assert viewer.is_active
    again = Client()
    again.post("/account/login/", {"login": "viewer", "password": "viewer-password"})
    assert inside(again), "with the password, anew, the person is in"


def test_every_round_is_another(viewer: User, client_of: Callable[..., Client]) -> None:
    browsers = []
    for active in (False, True, False, True):
        if viewer.is_active:
            browsers.append(client_of(viewer))
        viewer = people.switch(actor=None, person=viewer, active=active)  # type: ignore[arg-type]
    assert len(browsers) == 2
    assert not any(inside(browser) for browser in browsers)


def test_a_changed_password_ends_other_sessions_and_tokens_but_not_this_one(
    viewer: User,
    client_of: Callable[..., Client],
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
) -> None:
    here, elsewhere, caller = client_of(viewer), client_of(viewer), api(token_of(viewer))
    assert inside(here)
    assert inside(elsewhere)
    data = {"oldpassword": "viewer-password", "password1": NEW, "password2": NEW}
    assert here.post("/account/password/change/", data).status_code == 302
    assert (inside(here), inside(elsewhere)) == (True, False)
    assert caller.get("/tokens").status_code == 401
    entry = AuditEntry.objects.get(action="person.password_changed")
    assert entry.after == {"revoked": 1}


def test_a_first_password_does_so_too(
    viewer: User, client_of: Callable[..., Client], token_of: Callable[..., str]
) -> None:
    viewer.set_unusable_password()
    viewer.save()
    here, elsewhere = client_of(viewer), client_of(viewer)
    token_of(viewer)
    here.post("/account/password/set/", {"password1": NEW, "password2": NEW})
    assert (inside(here), inside(elsewhere)) == (True, False)
    assert not ApiToken.objects.filter(revoked=None).exists()


def test_a_session_outlives_a_rotated_secret_key(
    viewer: User, client_of: Callable[..., Client], settings: pytest.FixtureRequest
) -> None:
    people.switch(actor=None, person=viewer, active=False)  # type: ignore[arg-type]
    viewer = people.switch(actor=None, person=viewer, active=True)  # type: ignore[arg-type]
    browser = client_of(viewer)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another-key-of-quite-some-length-for-tests"  # type: ignore[attr-defined]
    assert inside(browser)
