"""A person sees where they are signed in, and signs out everywhere at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from accounts.models import AuditEntry, SignedIn, User

START = 1_790_000_000


def signed_in(address: str, agent: str) -> Client:
    browser = Client(REMOTE_ADDR=address, headers={"User-Agent": agent})
    browser.post("/account/login/", {"login": "viewer", "password": "viewer-password"})
    return browser


def profile(browser: Client) -> str:
    answer = browser.get("/profile/")
    return answer.content.decode() if answer.status_code == 200 else ""


def test_each_browser_is_listed_with_address_and_way(viewer: User) -> None:
    here = signed_in("203.0.113.9", "Firefox/140 <b>")
    signed_in("198.51.100.7", "x" * 5000)
    text = profile(here)
    for word in ("203.0.113.9", "198.51.100.7", "password", "Firefox/140 &lt;b&gt;"):
        assert word in text
    assert text.count("(this one)") == 1
    assert here.session.session_key not in text
    assert here.session.session_key not in str(list(SignedIn.objects.values()))


def test_signed_out_everywhere_is_everywhere_and_for_good(
    viewer: User, rte: User, client_of: Callable[..., Client]
) -> None:
    here, there, other = (signed_in(f"203.0.113.{n}", "a") for n in range(3))
    colleague = client_of(rte)
    assert here.post("/sessions/end/")["Location"] == "/account/login/"
    assert not any(profile(browser) for browser in (here, there, other))
    assert profile(colleague)
    assert AuditEntry.objects.filter(action="person.signed_out_everywhere", actor=viewer).exists()
    again = signed_in("203.0.113.9", "anew")
    assert profile(again).count("203.0.113.") == 1


def test_what_is_over_is_not_listed(viewer: User) -> None:
    with time_machine.travel(START, tick=False):
        here, gone = signed_in("203.0.113.9", "here"), signed_in("203.0.113.8", "gone")
        gone.post("/account/logout/")
        idle = signed_in("203.0.113.7", "idle")
    with time_machine.travel(START + 6000, tick=False):
        text = profile(here)
        assert "203.0.113.8" not in text
        assert "203.0.113.7" in text
    with time_machine.travel(START + 12_000, tick=False):
        text = profile(here)
        assert "203.0.113.9" in text, "its use is noted"
        assert "203.0.113.7" not in text
        assert not profile(idle)


def test_after_a_changed_password_this_one_is_listed_alone(viewer: User) -> None:
    here, _there = signed_in("203.0.113.9", "here"), signed_in("203.0.113.8", "there")
    new = "another-long-phrase"
    data = {"oldpassword": "viewer-password", "password1": new, "password2": new}
    here.post("/account/password/change/", data)
    text = profile(here)
    assert "203.0.113.9" in text
    assert "203.0.113.8" not in text


@pytest.mark.django_db
def test_a_stranger_signs_nobody_out(client: Client) -> None:
    assert client.post("/sessions/end/")["Location"].startswith("/account/login/?next=")


def test_a_session_that_was_not_used_since_sign_in_is_stale_and_idle_all_the_same(
    admin: User,
) -> None:
    """Its limits count from the sign-in: not from a first request, hours later, of somebody else."""
    with time_machine.travel(START, tick=False):
        browser = Client()
        browser.post("/account/login/", {"login": "admin", "password": "admin-password"})
    with time_machine.travel(START + 6000, tick=False):
        assert browser.get("/tokens/")["Location"].startswith("/account/reauthenticate/")
