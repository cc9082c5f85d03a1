"""A worker that dies anywhere in a move: another goes on, and the outcome is the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from accounts.models import AuditEntry, User
from connections.models import Connection, MappedProject
from jira_sandbox.server import Handle
from planning.models import Change, WorkItem
from sync.models import Conflict, MoveRow, Run, Shadow
from sync.site_move import decisions, execution, plan
from tests.sync.site_move.elsewhere import at_work, planned
from tests.sync.world import World

SOURCE = Path(execution.__file__).parents[1]
PLACES = [
    "move.stopped", "move.exchanging", "move.exchanged", "move.loosening", "move.loosened",
    "move.anchoring", "move.anchored", "move.naming", "move.named", "move.comparing", "move.ending",
    "move.ended",
]  # fmt: skip


def test_every_point_of_a_move_has_its_death() -> None:
    named: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        named |= set(re.findall(r"\bpoint\(\"(move\.[a-z_]+)\"\)", path.read_text("utf-8")))
    assert named == {*PLACES, "move.planned_part"}


@pytest.mark.parametrize("handle", ["datacenter"], indirect=True)
@pytest.mark.parametrize("place", PLACES)
def test_carrying_out_goes_on(
    world: World, there: Handle, to: Connection, rte: User, killed_at, monkeypatch, place: str
):
    monkeypatch.setattr(execution, "AT_ONCE", 5)
    items = list(WorkItem.objects.filter(project=world.project).order_by("rank"))
    there.site.forget(there.site.keys[items[3].remote_key])
    move = planned(world, to, rte)
    decisions.confirm(move, actor=rte)
    world.edit(items[0], summary="Waits")
    world.edit(items[3], summary="Waits in vain")
    with killed_at(place):
        at_work(move)
    if place not in ("move.ended",):
        world.push()
        assert not [i for i in there.site.issues.values() if i.values["summary"] == "Waits"]
    assert at_work(move).state == "done"
    world.push()
    site = there.site
    for pair in Shadow.objects.select_related("item"):
        assert site.issues[int(pair.remote_id)].key == pair.remote_key == pair.item.remote_key
        assert pair.item.remote_id == pair.remote_id
    people = {one.account_id for one in site.users.values()} | {""}
    for role in ("assignee", "reporter"):
        assert set(WorkItem.objects.values_list(f"{role}_id", flat=True)) <= people
        said = Shadow.objects.values_list(f"agreed__{role}", flat=True)
        assert {one or "" for one in said} <= people
    assert site.keys[items[0].remote_key].values["summary"] == "Waits"
    lone = WorkItem.objects.get(pk=items[3].pk)
    assert (lone.remote_id, lone.deleted) == ("", None)
    assert Change.objects.get(item=lone, state="parked").code == "not_moved"
    assert MappedProject.objects.get(pk=world.project.pk).remote_id == str(
        site.project("FALCON").id
    )
    assert not Conflict.objects.exists()
    assert AuditEntry.objects.filter(action="connection.moved").count() == 1
    assert Run.objects.filter(kind="reconcile", state="finished").count() == 2
    assert Shadow.objects.count() == 11


@pytest.mark.parametrize("handle", ["cloud"], indirect=True)
def test_a_plan_goes_on(
    world: World, there: Handle, to: Connection, rte: User, killed_at, monkeypatch
):
    monkeypatch.setattr(plan, "PAGE", 4)
    move = decisions.plan(world.connection, to, actor=rte)
    for _ in range(4):
        with killed_at("move.planned_part"):
            at_work(move)
    assert at_work(move).state == "planned"
    rows = MoveRow.objects.filter(move=move, kind="issue")
    assert rows.count() == Shadow.objects.count() == move.done
    assert rows.values("pair").distinct().count() == rows.count()
    people = MoveRow.objects.filter(move=move, kind="person")
    assert people.values("old_id").distinct().count() == people.count() > 0
