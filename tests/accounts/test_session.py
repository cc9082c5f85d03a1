"""Sessions end: idle ones, old ones; and their cookies are of no use to scripts or other sites."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.models import User

ROOT = Path(__file__).parents[2]
START = 1_790_000_000
HOUR = 3600


def open_at(browser: Client, second: float, **headers: str) -> bool:
    with time_machine.travel(START + second, tick=False):
        return browser.get("/profile/", headers=headers).status_code == 200


@pytest.fixture
def browser(viewer: User, client_of: Callable[..., Client]) -> Client:
    with time_machine.travel(START, tick=False):
        browser = client_of(viewer)
        assert browser.get("/profile/").status_code == 200
    return browser


def test_two_idle_hours_end_it(browser: Client) -> None:
    assert open_at(browser, 1.9 * HOUR)
    assert open_at(browser, 3.8 * HOUR), "activity keeps it alive"
    assert not open_at(browser, 5.9 * HOUR)


def test_twelve_hours_end_it_whatever_happens(browser: Client) -> None:
    for hour in range(1, 12):
        assert open_at(browser, hour * HOUR)
    assert not open_at(browser, 12.1 * HOUR)


def test_a_page_that_polls_by_itself_does_not_keep_it(browser: Client) -> None:
    polls = {"HX-Request": "true"}
    assert all(open_at(browser, quarter * HOUR / 4, **polls) for quarter in range(1, 9))
    assert not open_at(browser, 2.1 * HOUR, **polls)


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: Client, viewer: User) -> None:
    client.post("/account/login/", {"login": "viewer", "password": "viewer-password"})
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        cookie = client.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def test_over_https_cookies_are_bound_to_the_host(tmp_path: Path) -> None:
    wanted = "SESSION_COOKIE_NAME CSRF_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE"
    code = (
        "import json; from django.conf import settings; "
        f"print(json.dumps([getattr(settings, name) for name in '{wanted}'.split()]))"
    )
    environment = os.environ | {
        "ALMCONNECT_BASE_URL": "https://alm.example.com",
        "ALMCONNECT_DATA_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == ["__Host-session", "__Host-csrf", True, True]


def test_signing_in_changes_the_session_key(client: Client, viewer: User) -> None:
    session = client.session
    session["planted"] = "by someone"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    before = session.session_key
    client.post("/account/login/", {"login": "viewer", "password": "viewer-password"})
    assert client.session.session_key != before
