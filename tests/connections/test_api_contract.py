"""The API's fixed words: shapes, refusals, roles, and what a changed address does."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from connections.models import Connection, SealedSecret
from jira_sandbox.server import Handle, running
from tests.callers import ApiCaller

pytestmark = pytest.mark.django_db
NEW = {"name": "Jira", "tool": "jira", "base_url": "https://jira.example.com"}


@pytest.fixture
def caller(admin: Any, token_of: Callable[..., str]) -> ApiCaller:
    return ApiCaller(token_of(admin))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"base_url": "ftp://jira.example.com"}, "base_url"),
        ({"base_url": "https://user:pw@jira.example.com"}, "base_url"),
        ({"base_url": "https://"}, "base_url"),
        ({"auth_method": "kerberos"}, "auth_method"),
        ({"tool": "azure"}, "tool"),
        ({"ca_bundle": "no certificate"}, "ca_bundle"),
        ({"fingerprint": "abc"}, "fingerprint"),
        ({"surprise": 1}, "surprise"),
        ({"auth_method": "basic", "secret": "x"}, "username"),
        ({"auth_method": "oauth1", "secret": "x"}, "secret"),
        ({"auth_method": "basic", "username": "u", "secret": ""}, "secret"),
    ],
)
def test_wrong_input_names_its_field(caller: ApiCaller, change: dict[str, Any], field: str) -> None:
    answer = caller.post("/connections", NEW | change)
    assert answer.status_code == 422, answer.content
    error = answer.json()["error"]
    assert error["message"]
    assert field in error["fields"]
    assert not Connection.objects.exists()


def test_a_name_is_taken_once(caller: ApiCaller) -> None:
    assert caller.post("/connections", NEW).status_code == 201
    again = caller.post("/connections", NEW)
    assert again.status_code == 422
    assert "name" in again.json()["error"]["fields"]


def test_a_foreign_or_malformed_id_is_404(caller: ApiCaller) -> None:
    for wrong in (str(uuid.uuid4()), "no-uuid"):
        for method, tail in (
            ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/test"),
            ("POST", "/oauth/start"), ("GET", "/jira-projects"), ("POST", "/permission-checks"),
        ):  # fmt: skip
            body = {} if method != "GET" else None
            answer = caller.call(method, f"/connections/{wrong}{tail}", body)
            assert answer.status_code == 404, (method, tail)
            assert answer.json()["error"]["code"] == "not_found"


def test_a_refused_role_is_403_before_the_body_is_looked_at(
    rte: Any, viewer: Any, token_of: Callable[..., str]
) -> None:
    for person in (rte, viewer):
        assert ApiCaller(token_of(person)).post("/connections", {"x": 1}).status_code == 403
    found = Connection.objects.create(name="x", base_url="https://x.example.com")
    assert ApiCaller(token_of(viewer)).post(f"/connections/{found.pk}/test").status_code == 403
    shown = ApiCaller(token_of(viewer)).get(f"/connections/{found.pk}").json()
    assert shown["webhook"]["url"] is None
    assert ApiCaller().get("/connections").status_code == 401


def test_a_changed_address_wipes_the_secret(
    caller: ApiCaller, connected: Callable[..., Connection], cloud: Handle
) -> None:
    connection = connected(cloud)
    moved = caller.patch(f"/connections/{connection.pk}", {"base_url": "https://other.example.com"})
    shown = moved.json()
    assert shown["secret"] == {"set": False, "updated": None}
    assert shown["state"] == "stopped"
    assert shown["diagnosis"]["code"] == "secret_missing"
    assert not SealedSecret.objects.exists()
    refused = caller.get(f"/connections/{connection.pk}/jira-projects")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "stopped")


def test_pausing(caller: ApiCaller, connected: Callable[..., Connection], cloud: Handle) -> None:
    path = f"/connections/{connected(cloud).pk}"
    assert caller.patch(path, {"paused": True}).json()["state"] == "paused"
    assert caller.get(f"{path}/jira-projects").json()["error"]["code"] == "paused"
    assert caller.patch(path, {"paused": False}).json()["state"] == "ok"


def test_a_refused_secret_changes_nothing(
    caller: ApiCaller, connected: Callable[..., Connection], cloud: Handle
) -> None:
    path = f"/connections/{connected(cloud).pk}"
    before = caller.get(path).json()
    refused = caller.patch(path, {"secret": "wrong", "name": "Renamed"})
    assert refused.status_code == 409
    after = caller.get(path).json()
    assert refused.json()["error"]["code"] == after["diagnosis"]["code"] == "authentication_refused"
    assert (after["name"], after["secret"], after["state"]) == (
        before["name"], before["secret"], "ok",
    )  # fmt: skip


def test_jira_that_does_not_answer_is_502(
    caller: ApiCaller, connected: Callable[..., Connection]
) -> None:
    with running() as jira:
        path = f"/connections/{connected(jira).pk}"
    answer = caller.get(f"{path}/jira-projects")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "connection_refused")
    assert caller.get(path).json()["state"] == "failing"


def test_lists_go_by_cursor(
    caller: ApiCaller, connected: Callable[..., Connection], jira: Handle
) -> None:
    path = f"/connections/{connected(jira).pk}/jira-projects"
    keys, cursor = [], ""
    while cursor is not None:
        answer = caller.get(f"{path}?limit=2&cursor={cursor}").json()
        keys += [row["key"] for row in answer["items"]]
        cursor = answer["next"]
    assert keys == sorted(project.key for project in jira.site.projects.values())
    assert caller.get(f"{path}?limit=0").status_code == 422
