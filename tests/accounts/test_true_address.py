"""Guessing is counted by account and by the true address of whoever guesses, also behind proxies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from almconnect.lib.client_address import true_address
from almconnect.lib.env import EnvironmentInvalid, whole

ROOT = Path(__file__).parents[2]


def attempt(address: str, login: str, password: str, *, claimed: str = "") -> Client:
    """Through a proxy that saw `address`; the caller itself had written `claimed`."""
    browser = Client(REMOTE_ADDR="172.18.0.5")
    chain = f"{claimed}, {address}" if claimed else address
    data = {"login": login, "password": password}
    browser.post("/account/login/", data, headers={"X-Forwarded-For": chain})
    return browser


def inside(browser: Client) -> bool:
    return browser.get("/profile/").status_code == 200


@pytest.fixture
def _one_proxy(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1


@pytest.mark.usefixtures("_one_proxy")
def test_who_guesses_locks_nobody_else_out(viewer: User) -> None:
    for number in range(15):
        attempt("203.0.113.9", f"somebody{number}", "wrong")
    assert not inside(attempt("203.0.113.9", "viewer", "viewer-password"))
    assert inside(attempt("198.51.100.7", "viewer", "viewer-password"))


@pytest.mark.usefixtures("_one_proxy")
def test_no_made_up_address_leads_round_the_limit(viewer: User) -> None:
    for number in range(15):
        attempt("203.0.113.9", f"somebody{number}", "wrong", claimed=f"192.0.2.{number}")
    again = attempt("203.0.113.9", "viewer", "viewer-password", claimed="192.0.2.77")
    assert not inside(again)


@pytest.mark.usefixtures("_one_proxy")
def test_one_account_is_guarded_against_many_addresses(viewer: User) -> None:
    for number in range(5):
        attempt(f"203.0.113.{number}", "viewer", "wrong")
    assert not inside(attempt("198.51.100.7", "viewer", "viewer-password"))


def test_without_a_proxy_the_header_says_nothing(viewer: User) -> None:
    for number in range(15):
        attempt(f"203.0.113.{number}", f"somebody{number}", "wrong")
    assert not inside(attempt("198.51.100.7", "viewer", "viewer-password"))


@pytest.mark.usefixtures("_one_proxy")
def test_many_who_sign_in_rightly_from_one_office(person: Callable[..., User]) -> None:
    for number in range(40):
        person(f"p{number}")
        assert inside(attempt("198.51.100.7", f"p{number}", f"p{number}-password"))


@pytest.mark.parametrize(
    ("chain", "proxies", "found"),
    [
        ("", 1, "10.0.0.1"),
        ("203.0.113.9", 0, "10.0.0.1"),
        ("203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 10.1.1.1", 2, "203.0.113.9"),
        ("203.0.113.9", 2, "10.0.0.1"),
        ("203.0.113.9:4711", 1, "203.0.113.9"),
        ("[2001:db8::1]:4711", 1, "2001:db8::1"),
        ("2001:DB8::1", 1, "2001:db8::1"),
        ("::ffff:203.0.113.9", 1, "203.0.113.9"),
        ("fe80::1%eth0", 1, "fe80::1"),
        ("6.6.6.6, evil<script>", 1, "10.0.0.1"),
        (",", 1, "10.0.0.1"),
        ("6.6.6.6," * 9000 + "203.0.113.9", 1, "203.0.113.9"),
    ],
)
def test_the_chain_is_counted_from_the_right(chain: str, proxies: int, found: str) -> None:
    assert true_address("10.0.0.1", chain, proxies) == found


def test_a_caller_without_any_address_is_served(viewer: User) -> None:
    browser = Client(REMOTE_ADDR="")
    browser.post("/account/login/", {"login": "viewer", "password": "viewer-password"})
    assert inside(browser)


@pytest.mark.usefixtures("_one_proxy")
@pytest.mark.django_db
def test_the_log_names_the_true_address(caplog: pytest.LogCaptureFixture) -> None:
    """As the lines are written: what captures before the processors misses loggers that are kept from an
    earlier configuration in this process."""
    headers = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9", "X-Real-IP": "6.6.6.7"}
    with caplog.at_level("INFO"):
        Client(REMOTE_ADDR="172.18.0.5").get("/account/login/", headers=headers)
    lines = [one.msg for one in caplog.records if isinstance(one.msg, dict)]
    assert {line["ip"] for line in lines if "ip" in line} == {"203.0.113.9"}


@pytest.mark.parametrize(("base", "count"), [("http://127.0.0.1:1", 0), ("https://a.example", 1)])
def test_an_https_address_means_a_proxy(base: str, count: int, tmp_path: Path) -> None:
    code = "from django.conf import settings; print(settings.TRUSTED_PROXIES)"
    environment = os.environ | {"ALMCONNECT_BASE_URL": base, "ALMCONNECT_DATA_DIR": str(tmp_path)}
    environment.pop("ALMCONNECT_TRUSTED_PROXIES", None)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == count


@pytest.mark.parametrize("word", ["-1", "1.5", "many", "11", "\u0663"])
def test_a_number_that_is_none_stops_the_start(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALMCONNECT_TRUSTED_PROXIES", word)
    with pytest.raises(EnvironmentInvalid, match="ALMCONNECT_TRUSTED_PROXIES"):
        whole("ALMCONNECT_TRUSTED_PROXIES", 0, most=10)
