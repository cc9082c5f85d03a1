"""The composed API: described by one document that names every app's calls, each with its operation id."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.callers import ApiCaller

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> dict[str, Any]:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        operation
        for methods in document["paths"].values()
        for operation in methods.values()
        if isinstance(operation, dict)
    ]


@pytest.mark.parametrize("part", ["/people", "/connections", "/items", "/links", "/iterations"])
def test_every_app_is_there(document: dict[str, Any], part: str) -> None:
    assert any(path.startswith(f"/api/v1{part}") for path in document["paths"])


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for operation in operations(document)]
    assert len(ids) == len(set(ids)) > 20


def test_every_operation_asks_for_a_token(document: dict[str, Any]) -> None:
    open_ones = [row["operationId"] for row in operations(document) if not row.get("security")]
    assert open_ones == []


def test_an_unknown_address_answers_in_the_api_s_own_shape() -> None:
    answer = ApiCaller().get("/no-such-thing")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_the_docs_page_loads_nothing_from_elsewhere() -> None:
    page = Client().get("/api/v1/docs").content.decode()
    assert "swagger" in page
    assert "http://" not in page
    assert "https://" not in page
