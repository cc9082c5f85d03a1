"""The thread that scripts follow: create, test, list projects, check permissions, by REST alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connections.report import permission_report
from jira_sandbox.server import Handle
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of
from tests.connections.jira_browser import JiraBrowser, make_link


@pytest.fixture
def caller(admin: Any, token_of: Callable[..., str]) -> ApiCaller:
    return ApiCaller(token_of(admin))


def basic_body(jira: Handle, **more: Any) -> dict[str, Any]:
    credential = basic_of(jira)
    return {
        "name": "Jira",
        "tool": "jira",
        "base_url": jira.url + "/",
        "auth_method": "basic",
        "username": credential.username,
        "secret": credential.secret.reveal(),
    } | more


def test_basic_is_active_at_once(caller: ApiCaller, jira: Handle) -> None:
    answer = caller.post("/connections", basic_body(jira))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["state"] == "ok"
    assert made["account"]["name"] == "ALM Service"
    assert made["secret"]["set"] is True
    assert made["deployment"] == jira.site.flavour
    tested = caller.post(f"/connections/{made['id']}/test").json()
    assert tested["account"]["name"] == "ALM Service"
    assert tested["state"] == "pass", tested
    states = {row["name"]: row["state"] for row in tested["checks"]}
    assert states["authentication"] == states["projects"] == "pass"
    assert states["permissions"] == states["webhook"] == "not_checked"
    found = caller.get(f"/connections/{made['id']}/jira-projects?query=falcon").json()
    assert [row["key"] for row in found["items"]] == ["FALCON"]


def test_a_refused_secret_leaves_a_draft_with_its_diagnosis(
    caller: ApiCaller, jira: Handle
) -> None:
    answer = caller.post("/connections", basic_body(jira, secret="wrong"))
    assert answer.status_code == 201
    made = answer.json()
    assert made["state"] == "draft"
    assert made["account"] is None
    assert made["diagnosis"]["code"]
    fixed = caller.patch(f"/connections/{made['id']}", {"secret": basic_body(jira)["secret"]})
    assert fixed.status_code == 200, fixed.content
    assert fixed.json()["state"] == "ok"
    assert fixed.json()["diagnosis"] is None


def test_oauth_by_rest_with_a_typed_code(caller: ApiCaller, jira: Handle) -> None:
    made = caller.post(
        "/connections", {"name": "Jira", "tool": "jira", "base_url": jira.url}
    ).json()
    path = f"/connections/{made['id']}"
    keys = caller.post(f"{path}/oauth/start").json()
    assert keys["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    assert "/connections/oauth/authorize/" in keys["authorize_url"]
    early = caller.post(f"{path}/oauth/start", {"callback": "oob"})
    assert early.status_code == 409
    assert early.json()["error"]["code"] == "consumer_key_unknown"
    make_link(jira, keys["consumer_key"], keys["public_key"])
    started = caller.post(f"{path}/oauth/start", {"callback": "oob"}).json()
    assert started["consumer_key"] == keys["consumer_key"]
    code = JiraBrowser(jira, "svc-alm").allow_out_of_band(started["authorize_url"])
    done = caller.post(f"{path}/oauth/finish", {"verifier": code})
    assert done.status_code == 200, done.content
    assert done.json()["account"]["name"] == "ALM Service"
    assert done.json()["token_expires"]


def test_a_permission_check(caller: ApiCaller, jira: Handle) -> None:
    made = caller.post("/connections", basic_body(jira)).json()
    asked = caller.post(
        f"/connections/{made['id']}/permission-checks", {"project_keys": ["FALCON"]}
    )
    assert asked.status_code == 202
    assert asked.json()["state"] == "waiting"
    permission_report.take(asked.json()["id"])
    found = caller.get(f"/permission-checks/{asked.json()['id']}").json()
    assert found["state"] == "finished"
    assert found["account"]["name"] == "ALM Service"
    project = found["projects"][0]
    assert project["key"] == "FALCON"
    assert {row["key"]: row["state"] for row in project["permissions"]}["EDIT_ISSUES"] == "held"
    assert {"name", "state", "message"} <= set(project["operations"][0])
