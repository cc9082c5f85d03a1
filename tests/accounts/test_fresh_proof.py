"""What hands out ways in or rights is done by whoever said a moment ago who they are, and by no stale
session: one test over every route that changes people, tokens or how somebody signs in.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.account import app_settings
from django.test import Client

from accounts.models import ApiToken, OneTimeLink, User
from tests.accounts.routes import Page, pages

# Everything under these is about people, tokens and signing in …
WATCHED = ("people/", "tokens/", "account/", "sessions/")
# … and these alone are open to a stale session, each for its reason.
OPEN = {
    "accounts:people": "shows who is here, changes nothing",
    "accounts:all_tokens": "shows whose tokens live, changes nothing",
    "accounts:sign_out_everywhere": "only takes access away",
    "account_login": "signs in",
    "account_logout": "signs out",
    "sign_on": "signs in",
    "sign_on_callback": "signs in",
    "sign_on_confirm": "is the confirmation",
    "account_inactive": "says that one is out",
    "account_reauthenticate": "is the confirmation",
    "mfa_reauthenticate": "is the confirmation",
    "mfa_reauthenticate_webauthn": "is the confirmation",
    "mfa_authenticate": "is the second step of signing in",
    "mfa_login_webauthn": "signs in",
    "mfa_index": "shows which steps are on",
}
GUARDED = [page for page in pages() if page.route.startswith(WATCHED) and page.name not in OPEN]


def stale(browser: Client, times: float = 2.1) -> Client:
    browser.get("/profile/")
    session = browser.session
    session["begun"] -= int(app_settings.REAUTHENTICATION_TIMEOUT * times)
    session.save()
    return browser


def test_every_route_that_touches_them_demands_it() -> None:
    loose = [page.route for page in GUARDED if not getattr(page.view, "reconfirmed", False)]
    assert not loose, "put accounts.reauthentication.reconfirmed below @needs, or say above why not"
    assert len(GUARDED) >= 16
    assert {page.name for page in pages()} >= OPEN.keys()


@pytest.mark.parametrize("page", GUARDED, ids=str)
def test_a_stale_session_is_asked_first(
    page: Page, admin: User, client_of: Callable[..., Client]
) -> None:
    browser = stale(client_of(admin))
    before = (User.objects.count(), ApiToken.objects.count(), OneTimeLink.objects.count())
    data = {"name": "x", "role": "admin", "username": "eve", "active": "no"}
    answer = browser.post(page.address, data)
    assert answer["Location"].startswith("/account/reauthenticate/?next="), page.route
    assert "eve" not in str(dict(browser.session)), "nothing that was typed is kept"
    after = (User.objects.count(), ApiToken.objects.count(), OneTimeLink.objects.count())
    assert after == before


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/people/{}/invite/", "/people/"),
        ("/people/{}/role/", "/people/"),
        ("/people/{}/second-step/drop/", "/people/"),
        ("/people/add/", "/people/add/"),
        ("/tokens/", "/tokens/"),
    ],
)
def test_after_the_password_the_page_opens_that_was_wanted(
    admin: User, viewer: User, client_of: Callable[..., Client], path: str, back: str
) -> None:
    browser = stale(client_of(admin))
    away = browser.post(path.format(viewer.pk), {"role": "admin"})["Location"]
    viewer.refresh_from_db()
    assert viewer.role == "viewer"
    answer = browser.post(away, {"password": "admin-password"})
    assert answer["Location"] == back
    assert browser.get(back).status_code == 200


def test_a_page_is_asked_for_sooner_than_a_form_that_lay_open(
    rte: User, client_of: Callable[..., Client]
) -> None:
    browser = stale(client_of(rte), 1.5)
    assert browser.get("/tokens/").status_code == 302
    assert browser.post("/tokens/", {"name": "x", "role": "rte"}).status_code == 200
    assert ApiToken.objects.count() == 1
