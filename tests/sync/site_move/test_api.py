"""A move by REST API: planned and followed by a token, confirmed by none."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from connections.models import Connection
from jira_sandbox.server import Handle
from sync.models import SiteMove
from sync.site_move import decisions
from tests.sync.site_move.elsewhere import at_work
from tests.sync.world import World

pytestmark = pytest.mark.parametrize("handle", ["cloud"], indirect=True)


def test_planned_and_followed(
    world: World, there: Handle, to: Connection, admin: User, api: Any, token_of: Any
):
    caller = api(token_of(admin))
    path = f"/connections/{world.connection.pk}/moves"
    asked = caller.post(path, {"destination": str(to.pk)})
    assert asked.status_code == 202
    move = asked.json()
    assert (move["state"], move["from"], move["to"]) == ("planning", world.handle.url, there.url)
    assert (
        caller.post(path, {"destination": str(to.pk)}).json()["error"]["code"] == "move_under_way"
    )
    at_work(SiteMove.objects.get(pk=move["id"]))
    told = caller.get(f"/moves/{move['id']}").json()
    assert told["state"] == "planned"
    assert told["found"]["issue"] == {"same": 12}
    assert told["old_jira_was_read"] is True
    rows = caller.get(f"/moves/{move['id']}/rows?kind=issue&limit=5").json()
    assert len(rows["items"]) == 5
    assert rows["next"]
    assert rows["items"][0]["verdict"] == "same"
    assert rows["items"][0]["id"] != rows["items"][0]["id_there"]
    assert caller.get(f"/moves/{move['id']}/rows?kind=nothing").status_code == 422
    confirm = caller.post(f"/moves/{move['id']}/confirm", {})
    assert (confirm.status_code, confirm.json()["error"]["code"]) == (403, "person_needed")
    assert caller.post(f"/moves/{move['id']}/let-go", {}).status_code == 403
    assert caller.get(path).json()["items"][0]["id"] == move["id"]
    decisions.confirm(SiteMove.objects.get(pk=move["id"]), actor=admin)
    shown = caller.get(f"/connections/{world.connection.pk}").json()
    assert shown["state"] == "moving"
    standing = caller.get("/sync/status").json()
    assert "moving" in {one["standing"]["code"] for one in standing}
    at_work(SiteMove.objects.get(pk=move["id"]))
    told = caller.get(f"/moves/{move['id']}").json()
    assert told["state"] == "done"
    assert told["way_back_until"]
    back = caller.post(f"/moves/{move['id']}/back", {})
    assert back.status_code == 202
    assert back.json()["returns"] == move["id"]
    assert caller.delete(f"/moves/{back.json()['id']}").status_code == 204
    assert caller.delete(f"/moves/{move['id']}").json()["error"]["code"] == "not_planned"


def test_whom_it_is_for(
    world: World, to: Connection, rte: User, viewer: User, api: Any, token_of: Any
):
    path = f"/connections/{world.connection.pk}/moves"
    body = {"destination": str(to.pk)}
    assert api(token_of(rte)).post(path, body).status_code == 403
    assert api(token_of(viewer)).get(path).status_code == 200
    move = at_work(decisions.plan(world.connection, to, actor=rte))
    assert api(token_of(viewer)).get(f"/moves/{move.pk}/rows").status_code == 403
    assert api(token_of(rte)).get(f"/moves/{move.pk}/rows").status_code == 200
    assert api(token_of(rte)).delete(f"/moves/{move.pk}").status_code == 403


def test_refusals(world: World, to: Connection, admin: User, api: Any, token_of: Any):
    caller = api(token_of(admin))
    path = f"/connections/{world.connection.pk}/moves"
    none = caller.post(path, {"destination": "00000000-0000-0000-0000-000000000000"})
    assert none.status_code == 422
    same = caller.post(path, {"destination": str(world.connection.pk)})
    assert (same.status_code, same.json()["error"]["code"]) == (409, "same_jira")
