"""Real answers of every call, judged by the API's own document, against a sandbox of each flavour."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import ApiToken, User
from connections.health import site_identity
from connections.models import Connection, OAuthFlow, SiteDoubt
from connections.report import permission_report
from jira_sandbox.server import running
from planning.models import Change, WorkItem
from sync.mapping import mapping_plan
from sync.models import Brake, Conflict, SiteMove
from sync.runs import project_runs
from tests.api.document import JudgedCaller, operations
from tests.connections.conftest import basic_of
from tests.connections.jira_browser import JiraBrowser, make_link
from tests.connections.person_oauth import again, answered
from tests.consenting import app_at
from tests.sync.conftest import handle  # noqa: F401  (the sandbox of each flavour)
from tests.sync.site_move.elsewhere import at_work, copy_of, destination
from tests.sync.world import World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(handle: Any, admin: User) -> World:  # noqa: F811
    return build(handle, admin, conflict_policy="ask")


@pytest.fixture
def caller(admin: User, token_of: Callable[..., str]) -> JudgedCaller:
    return JudgedCaller(token_of(admin))


def test_every_call_answers_what_it_documents(world: World, caller: JudgedCaller) -> None:
    _people(caller)
    _frame(caller, world)
    _board(caller, world)
    _sync(caller, world)
    _files(caller, world)
    _moves(caller, world)
    _projects(caller, world)
    _connections(caller, world)
    missed = {operation["operationId"] for _m, _p, operation in operations()} - caller.seen
    assert missed == set()


def test_refusals_are_documented_too(world: World, caller: JudgedCaller) -> None:
    for method, path, operation in operations():
        address = path
        for row in operation["parameters"]:
            if row["in"] == "path":
                number = row["schema"].get("type") == "integer"
                sample = "7" if number else "00000000-0000-0000-0000-000000000007"
                address = address.replace("{" + row["name"] + "}", sample)
        assert JudgedCaller().call(method, address).status_code == 401
        assert caller.call(method, f"{address}?surprise=1").status_code in (404, 422)


def _people(caller: JudgedCaller) -> None:
    caller.get("/people")
    caller.get("/tokens")
    row, text = ApiToken.issue(User.objects.get(username="admin"), "viewer", "script")
    ending = JudgedCaller(text)  # a token ends itself and no other
    ending.delete(f"/tokens/{row.pk}")
    caller.seen |= ending.seen
    assert caller.get("/audit?limit=500").json()["items"]


def _frame(caller: JudgedCaller, world: World) -> None:
    train = caller.post("/trains", {"name": "Travel"}).json()["id"]
    art = caller.post("/arts", {"name": "Rail", "train": train}).json()["id"]
    pi = caller.post("/pis", {"name": "PI 7", "art": art, "start": "2026-01-05"}).json()["id"]
    team = caller.post("/teams", {"name": "Red", "art": art}).json()["id"]
    iteration = caller.post(
        "/iterations", {"pi": pi, "sprints": {str(world.team.pk): "4711"}}
    ).json()["id"]
    parts = {"trains": train, "arts": art, "pis": pi, "teams": team, "iterations": iteration}
    for kind, key in parts.items():
        assert caller.get(f"/{kind}").json()["items"]
        caller.get(f"/{kind}/{key}")
        caller.patch(f"/{kind}/{key}", {"name": f"Another of {kind}"})
    own = {"projects": [str(world.project.pk)]}
    for kind in ("arts", "trains"):
        assert caller.patch(f"/{kind}/{parts[kind]}", own).json()["project"] == own["projects"][0]
        caller.delete(f"/{kind}/{parts[kind]}/projects/{world.project.pk}?dry_run=true")
        caller.delete(f"/{kind}/{parts[kind]}/projects/{world.project.pk}")
    for kind in ("iterations", "pis", "teams", "arts", "trains"):
        assert caller.delete(f"/{kind}/{parts[kind]}").status_code == 204


def _board(caller: JudgedCaller, world: World) -> None:
    sent = {"project": str(world.project.pk), "type": "Story", "summary": "Brakes"}
    item = caller.post("/items", sent).json()["id"]
    wrong = {**sent, "summary": ""}
    rows = caller.post("/items/bulk", {"items": [sent, wrong, {"id": item, "summary": "X"}]}).json()
    assert ["error" in row for row in rows["items"]] == [False, True, False]
    caller.get("/items?limit=500")
    caller.get(f"/items/{item}")
    caller.patch(f"/items/{item}", {"story_points": 3, "assignee": {"id": "u", "name": "Uma"}})
    field = caller.post("/custom-fields", {"name": "Cost", "kind": "number"}).json()["id"]
    assert caller.get("/custom-fields").json()["items"]
    more = {"fix_versions": [], "due_date": "2027-01-31", "custom": {field: 3}}
    caller.patch(f"/items/{item}", more)
    caller.get(f"/items/{item}")
    caller.delete(f"/custom-fields/{field}")
    other = rows["items"][0]["id"]
    link = caller.post("/links", {"source": item, "target": other, "type": "blocks"}).json()["id"]
    caller.get("/links")
    caller.get(f"/links/{link}")
    caller.delete(f"/links/{link}")
    caller.get(f"/items/{item}/attachments")
    words = {"body": "Looks good"}
    comment = caller.post(f"/items/{item}/comments", words).json()["id"]
    assert caller.get(f"/items/{item}/comments").json()["items"]
    caller.get(f"/comments/{comment}")
    caller.patch(f"/comments/{comment}", {"body": "Looks better"})
    caller.delete(f"/comments/{comment}")
    caller.delete(f"/items/{other}")
    assert caller.get("/changes?limit=500").json()["items"]
    world.settle()


def _sync(caller: JudgedCaller, world: World) -> None:
    item = world.first()
    world.edit(item, summary="Ours")
    world.edit_issue(item.remote_key, summary="Theirs")
    world.settle()
    conflict = Conflict.objects.get(resolved=None)
    assert caller.get("/sync/conflicts?state=open").json()["items"]
    caller.post(f"/sync/conflicts/{conflict.pk}/resolve", {"take": "board"})
    world.settle()
    caller.get(f"/sync/trace?key={item.remote_key}")
    delivery = world.connection.deliveries.create(
        identity="1",
        event="jira:issue_updated",
        issue_id=item.remote_id,
        issue_key=item.remote_key,
        project_id=world.project.remote_id,
        body=b"{}",
        state="failed",
    )
    assert caller.get(f"/sync/deliveries?project={world.project.pk}").json()["items"]
    assert caller.post(f"/sync/deliveries/{delivery.public_id}/replay").status_code == 202
    change = Change.objects.filter(item=item).latest("pk")
    Change.objects.filter(pk=change.pk).update(state="parked", message="Jira said no.")
    assert caller.get("/sync/changes?state=parked").json()["items"]
    assert caller.post(f"/sync/changes/{change.operation}/replay").status_code == 202
    Change.objects.filter(pk=change.pk).update(state="parked", code="delete_refused")
    decided = caller.post(f"/sync/changes/{change.operation}/decide", {"way": "keep"})
    assert decided.json()["state"] == "dropped"
    for kind in ("deliveries", "changes"):
        assert caller.post(f"/sync/{kind}/replay", {"dry": True}).status_code == 200
    _held(caller, world)
    _put_back(caller, world)
    caller.get("/sync/status")


def _files(caller: JudgedCaller, world: World) -> None:
    item = world.first()
    sent = {"filename": "a.txt", "content": "aGVsbG8="}
    made = caller.post(f"/items/{item.pk}/attachments", sent).json()
    assert (made["filename"], made["size"]) == ("a.txt", 5)
    found = caller.get(f"/attachments/{made['id']}/content")
    assert b"".join(found.streaming_content) == b"hello"  # type: ignore[attr-defined]
    wrong = caller.post(f"/items/{item.pk}/attachments", {"filename": "a", "content": "%"})
    assert wrong.status_code == 422


def _held(caller: JudgedCaller, world: World) -> None:
    """Half a project vanishes at once, so the brake asks a person."""
    brake = Brake.objects.create(connection=world.connection, reason="12 of 12 issues went.")
    assert caller.get("/sync/brakes?state=open").json()["items"]
    assert caller.post(f"/sync/brakes/{brake.pk}/decide", {"decision": "keep"}).status_code == 200
    _gone(caller, world)
    _parked(caller, world)


def _parked(caller: JudgedCaller, world: World) -> None:
    """A field that Jira refused, while the rest of its item went on."""
    shadow = world.connection.shadows.filter(item__deleted=None, state="live").order_by("pk")[0]
    shadow.parked = {"priority": "Jira has no such priority."}
    shadow.save(update_fields=["parked"])
    (row,) = [
        one
        for one in caller.get(f"/sync/parked?connection={world.connection.pk}").json()["items"]
        if one["item"] == str(shadow.item_id)
    ]
    way = {"field": "priority", "way": row["parked"][0]["ways"][0]}
    assert caller.post(f"/sync/parked/{row['item']}/decide", way).status_code == 204


def _put_back(caller: JudgedCaller, world: World) -> None:
    """Jira seems to have been put back, so both sides are compared before one is called right."""
    site_identity.hold(world.connection, SiteDoubt.RESTORED)
    path = f"/connections/{world.connection.pk}"
    rows = caller.post(f"{path}/restored").json()["projects"]
    while project_runs.work(uuid.UUID(rows[0]["run"]["id"])):
        pass
    assert caller.get(f"{path}/restored").json()["compared"]
    done = caller.post(f"{path}/site", {"take": "accept", "right": "board"})
    assert done.json()["site"]["doubt"] == ""


def _gone(caller: JudgedCaller, world: World) -> None:
    """An issue that the account sees no more."""
    untouched = WorkItem.objects.live().filter(project=world.project, changes=None)
    item = untouched.order_by("rank")[0]
    world.hide(item)
    world.hook({"webhookEvent": "jira:issue_deleted", "issue": {"id": item.remote_id}})
    world.drain()
    assert caller.get(f"/sync/gone?connection={world.connection.pk}").json()["items"]
    assert caller.delete(f"/sync/gone/{item.pk}").status_code == 204


def _projects(caller: JudgedCaller, world: World) -> None:
    connection, project = world.connection.pk, world.project.pk
    caller.get(f"/connections/{connection}/jira-projects")
    made = caller.post(f"/connections/{connection}/projects", {"project_key": "OTTER"}).json()["id"]
    caller.get(f"/connections/{connection}/projects")
    caller.get(f"/projects/{made}")
    caller.patch(f"/projects/{made}", {"direction": "from_jira"})
    caller.get(f"/projects/{made}/mapping-check")
    board = caller.get(f"/projects/{made}/boards").json()["items"][0]["id"]
    caller.get(f"/projects/{made}/boards/{board}")
    mine = f"/projects/{made}/team-boards/{world.team.pk}"
    assert caller.put(mine, {"board_id": board}).json()["applied"]
    assert caller.get(f"/projects/{made}/team-boards").json()["items"]
    assert caller.delete(mine).status_code == 204
    caller.patch(f"/projects/{made}/draft", {"conflict_policy": "ask"})
    caller.get(f"/projects/{made}/draft")
    assert caller.post(f"/projects/{made}/draft/dry-run").status_code == 202
    caller.post(f"/projects/{made}/draft/apply", {"reason": "Asked for"})
    assert caller.get(f"/projects/{made}/versions").json()["items"]
    caller.get(f"/projects/{made}/versions/1")
    assert caller.post(f"/projects/{made}/versions/1/restore", {"reason": "Back"}).json()["applied"]
    caller.patch(f"/projects/{made}/draft", {"conflict_policy": "ask"})
    assert caller.delete(f"/projects/{made}/draft").status_code == 204
    _templates(caller, connection, made)
    assert caller.post(f"/projects/{project}/equality").status_code == 201
    assert caller.get(f"/projects/{project}/equality").json()["items"]
    assert caller.post(f"/projects/{project}/releases", {"name": "R1"}).status_code == 201
    assert caller.get(f"/projects/{project}/releases").json()["items"]
    pi = caller.post("/pis", {"name": "PI 9"}).json()["id"]
    iteration = caller.post("/iterations", {"pi": pi, "name": "9.1"}).json()["id"]
    team = {"team": str(world.team.pk)}
    assert caller.post(f"/iterations/{iteration}/sprints", team).status_code == 201
    item = world.create("Planned", iteration=iteration, team=str(world.team.pk))
    kept = caller.post(f"/pis/{pi}/baselines", {"name": "Commitment"}).json()["id"]
    assert caller.get(f"/pis/{pi}/baselines").json()["items"]
    world.edit(item, story_points=5.0)
    assert caller.get(f"/baselines/{kept}").json()["drift"]
    assert caller.delete(f"/baselines/{kept}").status_code == 204
    world.edit(item, iteration=None)
    assert caller.get(f"/pis/{pi}/readiness").json()["teams"]
    cells = caller.get(f"/pis/{pi}/sprints").json()["rows"][0]["cells"]
    caller.post(f"/pis/{pi}/sprints", {"cells": [cell["key"] for cell in cells]})
    for what in ("import", "reconcile", "dry-run"):
        run = caller.post(f"/projects/{project}/{what}").json()["id"]
        caller.get(f"/runs/{run}")
    caller.delete(f"/projects/{made}")


def _templates(caller: JudgedCaller, connection: object, project: str) -> None:
    saved = caller.post("/templates", {"name": "Stories", "project": project}).json()["id"]
    caller.get("/templates")
    caller.get(f"/templates/{saved}")
    file = caller.get(f"/templates/{saved}.yaml").content.decode()
    assert caller.post("/templates", {"content": file, "dry_run": True}).status_code == 204
    assert caller.post("/templates", {"content": file}).json()["id"] == saved
    assert caller.post("/templates", {"content": "a: ["}).status_code == 422
    caller.post(f"/templates/{saved}/apply", {"project": project})
    wanted = {"projects": ["LYNX"], "template": saved}
    plan = caller.post(f"/connections/{connection}/mapping-plans", wanted).json()["id"]
    while mapping_plan.work(plan):
        pass
    row = caller.get(f"/mapping-plans/{plan}").json()["rows"][0]["id"]
    caller.patch(f"/mapping-plans/{plan}/rows/{row}", {"team_name": "Lynxes"})
    assert caller.post(f"/mapping-plans/{plan}/confirm").status_code == 202
    assert caller.delete(f"/templates/{saved}").status_code == 204


def _moves(caller: JudgedCaller, world: World) -> None:
    """To another Jira and the plan of the way back; a person confirms in between."""
    admin = User.objects.get(username="admin")
    path = f"/connections/{world.connection.pk}/moves"
    with copy_of(world.handle) as there:
        to = destination(there, admin)
        asked = caller.post(path, {"destination": str(to.pk)}).json()["id"]
        move = at_work(SiteMove.objects.get(pk=asked))
        assert caller.get(f"/moves/{asked}").json()["found"]["issue"]
        assert caller.get(f"/moves/{asked}/rows").json()["items"]
        assert caller.get(path).json()["items"]
        caller.delete(f"/moves/{asked}")
        SiteMove.objects.filter(pk=asked).update(state="done", keep_until=move.created)
        Connection.objects.filter(pk=to.pk).update(move_part="kept", lifecycle="paused")
        caller.post(f"/moves/{asked}/back")
        SiteMove.objects.all().delete()
        Connection.objects.filter(pk=to.pk).delete()


def _connections(caller: JudgedCaller, world: World) -> None:
    path = f"/connections/{world.connection.pk}"
    caller.get("/connections")
    caller.get(path)
    assert caller.post("/connections/look", {"base_url": world.handle.url}).json()["deployment"]
    with running(tls=True) as secure:
        behind = {"name": "TLS", "base_url": secure.url, "verify_tls": False}
        tls = f"/connections/{caller.post('/connections', behind).json()['id']}"
        assert caller.get(f"{tls}/certificate").json()["self_signed"]
    caller.get(f"{path}/deletion")
    caller.get(f"{path}/ahead")
    caller.post(f"{path}/test")
    asked = caller.post(f"{path}/permission-checks", {"project_keys": ["FALCON"]}).json()["id"]
    permission_report.take(asked)
    caller.get(f"/permission-checks/{asked}")
    caller.get(f"{path}/permission-checks")
    window = {"starts": "2099-01-01T08:00:00Z", "ends": "2099-01-02T08:00:00Z", "reason": "x"}
    assert caller.put(f"{path}/quiet", window).json()["quiet"]
    assert caller.delete(f"{path}/quiet").status_code == 204
    _second_way(caller, world, path)
    caller.patch(path, {"paused": True})
    made = caller.post("/connections", {"name": "By OAuth", "base_url": world.handle.url}).json()
    other = f"/connections/{made['id']}"
    caller.post(f"{other}/admin-part")
    caller.patch(other, {"verify_tls": False})
    caller.post(f"{other}/tls-off/renew")
    keys = caller.post(f"{other}/oauth/start").json()
    make_link(world.handle, keys["consumer_key"], keys["public_key"])
    started = caller.post(f"{other}/oauth/start", {"callback": "oob"}).json()
    code = JiraBrowser(world.handle, "svc-alm").allow_out_of_band(started["authorize_url"])
    caller.post(f"{other}/oauth/finish", {"verifier": code})
    _another_account(caller, world, other)
    caller.delete(other)
    _of_a_person(caller)
    caller.patch(path, {"base_url": "http://127.0.0.1:1"})
    assert caller.post(f"{path}/site", {"take": "put_back"}).json()["base_url"] == world.handle.url


def _second_way(caller: JudgedCaller, world: World, path: str) -> None:
    """Of another account, taken away and let wait again, and the way back to the first."""
    own, other = (basic_of(world.handle, name) for name in ("svc-alm", "admin"))
    for one, way in ((other, "delete"), (other, "over"), (own, "over")):
        body = {"auth_method": "basic", "username": one.username, "secret": one.secret.reveal()}
        refused = caller.put(f"{path}/second-way", body)
        assert refused.json()["error"]["code"] == "another_account"
        name = "admin" if one is other else "svc-alm"
        user = world.handle.site.users[name]
        body["account"] = user.account_id if world.handle.site.cloud else user.name
        assert caller.put(f"{path}/second-way", body).json()["second_way"]
        if way == "delete":
            assert caller.delete(f"{path}/second-way").status_code == 204
        else:
            assert caller.post(f"{path}/second-way/change-over").json()["second_way"] is None


def _of_a_person(caller: JudgedCaller) -> None:
    """OAuth 2.0: what is made in Jira, where the person goes, and that they came back."""
    with running("datacenter") as jira:
        asked = {"name": "By a person", "base_url": jira.url, "auth_method": "oauth2"}
        path = f"/connections/{caller.post('/connections', asked).json()['id']}"
        shown = caller.get(f"{path}/oauth2").json()
        assert shown["permission"] == "WRITE"
        app = app_at(jira, shown["callback_url"])
        body = {"client_id": app.client_id, "client_secret": app.secret}
        begun = caller.post(f"{path}/oauth2/start", body).json()
        assert app.secret not in str(begun)
        assert caller.post(f"{path}/oauth2/finish").status_code == 409
        flow = OAuthFlow.objects.get(method="oauth2")
        assert str(flow.pk) in begun["authorize_url"]
        given = again(jira, flow.pk, flow.user)
        answered(flow.user, given)
        done = caller.post(f"{path}/oauth2/finish").json()
        assert done["account"]["name"] == "ALM Service"
        caller.delete(path)


def _another_account(caller: JudgedCaller, world: World, other: str) -> None:
    """The account changes, so that the new one waits until somebody says so."""
    started = caller.post(f"{other}/oauth/start", {"callback": "oob"}).json()
    code = JiraBrowser(world.handle, "admin").allow_out_of_band(started["authorize_url"])
    shown = caller.post(f"{other}/oauth/finish", {"verifier": code}).json()
    assert shown["pending"]["name"] == "Ada Admin"
    caller.get(f"{other}/accounts")
    caller.post(f"{other}/accounts")
    assert caller.post(f"{other}/credential", {"take": "old"}).json()["pending"] is None
    assert Connection.objects.filter(name="By OAuth").exists()


@pytest.mark.parametrize(
    "path", ["/sync/changes", "/sync/deliveries", "/sync/gone", "/sync/parked"]
)
def test_a_project_that_is_none_is_answered_alike(
    path: str, rte: Any, api: Any, token_of: Any
) -> None:
    caller = api(token_of(rte))
    assert caller.get(path).status_code == 200
    assert caller.get(f"{path}?project={uuid.uuid4()}").status_code == 404
