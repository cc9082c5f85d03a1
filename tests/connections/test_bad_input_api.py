"""The wizard's wrong input by API: a coded 4xx that names the field, and nothing saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import AuditEntry
from connections.models import Connection, SealedSecret
from tests.callers import ApiCaller
from tests.connections.test_bad_input import ADDRESSES, FIELDS

GOOD = {"name": "Jira", "base_url": "https://jira.example.com"}
NAMES = {"password": "secret", "token": "secret"}
# A name that leads nowhere is a draft with its diagnosis: only the wizard asks before it saves.
WRONG = [one for one in ADDRESSES if one[0] != "https://nowhere.invalid"]


@pytest.fixture
def caller(admin: Any, token_of: Callable[..., str]) -> ApiCaller:
    return ApiCaller(token_of(admin))


def judge(answer: Any, field: str) -> None:
    assert 400 <= answer.status_code < 500, answer.content
    error = answer.json()["error"]
    assert error["code"]
    assert error["message"]
    assert field in str(error["fields"])
    assert "pass-9f3" not in answer.content.decode()


def nothing_saved() -> bool:
    audited = AuditEntry.objects.filter(action__startswith="connection.").exists()
    return not (Connection.objects.exists() or SealedSecret.objects.exists() or audited)


@pytest.mark.parametrize("address", [one for one, _words in WRONG])
def test_an_address(caller: ApiCaller, address: str) -> None:
    judge(caller.post("/connections", GOOD | {"base_url": address}), "base_url")
    assert nothing_saved()


@pytest.mark.parametrize(("method", "field", "value"), [one[:3] for one in FIELDS])
def test_a_field(caller: ApiCaller, method: str, field: str, value: str) -> None:
    signed = {"username": "svc-alm", "secret": "pass-9f3"} if method == "basic" else {}
    signed = {"secret": "pass-9f3"} if method == "pat" else signed
    body: dict[str, Any] = GOOD | {"auth_method": method} | signed
    judge(
        caller.post("/connections", body | {NAMES.get(field, field): value}),
        NAMES.get(field, field),
    )
    assert nothing_saved()


@pytest.mark.parametrize("address", [one for one, _words in WRONG])
def test_a_changed_address(caller: ApiCaller, address: str) -> None:
    made = caller.post("/connections", GOOD).json()
    judge(caller.patch(f"/connections/{made['id']}", {"base_url": address}), "base_url")
    assert Connection.objects.get().base_url == GOOD["base_url"]


def test_a_name_in_use(caller: ApiCaller) -> None:
    assert caller.post("/connections", GOOD).status_code == 201
    judge(caller.post("/connections", GOOD), "name")
    assert Connection.objects.count() == 1
