"""No call passes over what it does not know: parameters, fields, limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from accounts.bearer_tokens import InPerson
from accounts.models import User
from almconnect.urls import api
from tests.accounts.routes import Call, calls
from tests.callers import ApiCaller

DOCUMENT = api.get_openapi_schema()


def documented(call: Call) -> dict[str, Any]:
    plain = re.sub(r"{[^}:]+:", "{", call.path)
    found: dict[str, Any] = DOCUMENT["paths"][plain][call.method.lower()]
    return found


def parameters(call: Call) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in documented(call)["parameters"] if row["in"] == "query"}


# Those that no token may make are refused before anything is looked at (test_tokens).
OPEN = [call for call in calls() if not isinstance(call.auth[0], InPerson)]
BARE = [call for call in OPEN if "requestBody" not in documented(call)]
SENDING = [call for call in BARE if call.method != "GET"]
LISTS = [call for call in OPEN if "limit" in parameters(call)]


@pytest.fixture
def caller(api: Callable[..., ApiCaller], token_of: Callable[..., str], admin: User) -> ApiCaller:
    return api(token_of(admin))


@pytest.mark.parametrize("call", BARE, ids=str)
def test_an_unknown_parameter_is_named(caller: ApiCaller, call: Call) -> None:
    answer = caller.call(call.method, f"{call.address}?surprise=1")
    assert answer.status_code == 422, answer.content
    assert answer.json()["error"]["fields"] == {"surprise": ["There is no such parameter."]}


def test_it_is_named_for_a_call_with_a_body_too(caller: ApiCaller) -> None:
    answer = caller.post("/items/bulk?surprise=1", {"items": []})
    assert list(answer.json()["error"]["fields"]) == ["surprise"]


@pytest.mark.parametrize("call", SENDING, ids=str)
def test_a_field_is_refused_where_none_is_taken(caller: ApiCaller, call: Call) -> None:
    answer = caller.call(call.method, call.address, {"surprise": 1})
    assert answer.status_code == 422, answer.content
    assert answer.json()["error"]["fields"] == {"surprise": ["There is no such field."]}
    assert caller.call(call.method, call.address, ["x"]).status_code == 422
    for nothing in (None, {}):
        assert caller.call(call.method, call.address, nothing).status_code != 422


@pytest.mark.parametrize("call", LISTS, ids=str)
def test_a_limit_is_a_number_up_to_500(caller: ApiCaller, call: Call) -> None:
    for wrong in ("501", "0", "-1", "many"):
        answer = caller.get(f"{call.address}?limit={wrong}")
        assert answer.status_code == 422, (wrong, answer.content)
        assert list(answer.json()["error"]["fields"]) == ["limit"]
    assert caller.get(f"{call.address}?limit=500").status_code in (200, 404)


def test_enough_calls_are_looked_at() -> None:
    assert len(BARE) > 30
    assert {str(call) for call in SENDING} >= {
        "POST /api/v1/projects/{uuidstr:project_id}/import",
        "POST /api/v1/projects/{uuidstr:project_id}/reconcile",
    }
    assert len(LISTS) > 12
