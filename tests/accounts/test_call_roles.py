"""Every API call declares its roles; a refused role learns nothing from validation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.bearer_tokens import InPerson, TokenFor
from accounts.models import ApiToken, Role, User
from tests.accounts.routes import Call, calls

BROKEN = b'{"name": '


def send(call: Call, token: str | None) -> HttpResponse:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {} if call.method == "GET" else {"data": BROKEN, "content_type": "application/json"}
    return Client().generic(call.method, call.address, headers=headers, **body)  # type: ignore[arg-type]


def roles_of(call: Call) -> frozenset[str]:
    return call.auth[0].roles


def test_every_call_declares_its_roles() -> None:
    loose = [
        str(call)
        for call in calls()
        if len(call.auth) != 1
        or not isinstance(call.auth[0], TokenFor)
        or bool(roles_of(call)) is isinstance(call.auth[0], InPerson)
    ]
    assert not loose, "give these auth=reader, planner, connector or operator"
    assert len(calls()) >= 7


@pytest.mark.django_db
@pytest.mark.parametrize("call", calls(), ids=str)
def test_a_call_without_a_live_token_is_401(call: Call) -> None:
    for token in (None, "alm_unknown"):
        answer = send(call, token)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "unauthenticated"
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("call", calls(), ids=str)
def test_a_call_answers_its_roles_alone_and_before_reading_the_body(
    call: Call, person: Callable[..., User]
) -> None:
    for role in Role.values:
        _token, text = ApiToken.issue(person(role, role), role)
        status = send(call, text).status_code
        if role in roles_of(call):
            assert status not in (401, 403), f"{role} is refused by {call}"
        else:
            assert status == 403, f"{role} gets {status} from {call}"
