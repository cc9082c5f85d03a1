"""Whatever goes wrong under /api/, the answer is JSON of one shape."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User


@pytest.fixture
def headers(admin: User, token_of: Callable[..., str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {token_of(admin)}"}


def expect(answer: HttpResponse, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    error: dict[str, object] = answer.json()["error"]
    assert set(error) == {"code", "message", "fields"}
    assert error["code"] == code
    assert error["message"]
    return error


def test_an_unknown_address(client: Client, headers: dict[str, str]) -> None:
    for path in ("/api/v1/nothing-here", "/api/v9/people", "/api/"):
        expect(client.get(path, headers=headers), 404, "not_found")


def test_a_wrong_method(client: Client, headers: dict[str, str]) -> None:
    answer = client.put("/api/v1/people", headers=headers)
    expect(answer, 405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def test_malformed_json(client: Client, headers: dict[str, str]) -> None:
    answer = client.post("/api/v1/trains", b'{"name"', "application/json", headers=headers)
    expect(answer, 400, "bad_request")


def test_a_body_that_is_too_large(
    client: Client, headers: dict[str, str], settings: object
) -> None:
    body = b'{"username": "' + b"n" * 3_000_000 + b'"}'
    for extra in ({}, {"Idempotency-Key": "k1"}):
        answer = client.post("/api/v1/trains", body, "application/json", headers=headers | extra)
        expect(answer, 413, "too_large")


def test_an_unknown_field(client: Client, headers: dict[str, str]) -> None:
    answer = client.post("/api/v1/pis", b'{"rank": 1}', "application/json", headers=headers)
    fields = expect(answer, 422, "invalid")["fields"]
    assert set(fields) == {"rank"}  # type: ignore[call-overload]


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "eyJhIjoxfQ", "WyJ4Il0", "-"])
def test_a_cursor_of_nobodys(client: Client, headers: dict[str, str], cursor: str) -> None:
    for path in ("people", "audit", "tokens"):
        answer = client.get(f"/api/v1/{path}?cursor={cursor}", headers=headers)
        expect(answer, 400, "cursor")


def test_a_host_that_is_not_ours(client: Client, headers: dict[str, str]) -> None:
    expect(
        client.get("/api/v1/people", headers=headers | {"Host": "evil.example"}), 400, "bad_request"
    )


def test_shaped_errors_keep_the_security_headers(client: Client) -> None:
    answer = client.get("/api/v1/nothing-here")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
