"""Whatever state a change, a field, a conflict, a delivery or an item is in: a person can get it out of it,
by page and by API."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import sync
from almconnect.lib.api import Refused
from planning.models import Change, ChangeKind, ChangeState, Link, SyncState, WorkItem
from sync.models import Absence, Brake, Conflict, Delivery, DeliveryState, RunKind, Shadow
from sync.models.run import Run
from sync.outbox import deletion_guard, ways_out
from sync.outbox.ways_out import Way
from sync.pairs import conflicts
from sync.status import parked_fields, replay
from tests.sync.world import World

OVER = (ChangeState.SETTLED, ChangeState.DROPPED)
# Every code with which a change is parked, besides those that Jira's own errors bring.
CODES = (
    "", "refused", "invalid", "unconfirmed", "doubled", "outcome_unknown", "not_ours", "our_fault",
    "jira_restored", "moved", "type_not_mapped", "create_refused", "never_ready", "no_such_type",
    ways_out.DELETE_REFUSED, ways_out.GONE_IN_JIRA, deletion_guard.HELD,
)  # fmt: skip


def a_change(world: World, kind: str, state: str, code: str = "") -> Change:
    item, other = world.first(), WorkItem.objects.filter(project=world.project)[3]
    link = None
    if kind in (ChangeKind.LINK, ChangeKind.UNLINK):
        gone = timezone.now() if kind == ChangeKind.UNLINK else None
        link = Link.objects.create(source=item, target=other, type="Blocks", deleted=gone)
    return Change.objects.create(
        project=world.project, item=item, link=link, kind=kind, state=state, code=code,
        fields={"summary": "Ours"} if kind == ChangeKind.EDIT else {}, message="Why not.",
    )  # fmt: skip


def test_every_parked_change_has_a_way_that_is_not_only_again() -> None:
    for kind, code in product(ChangeKind.values, CODES):
        ways = ways_out.of(Change(kind=kind, state=ChangeState.PARKED, code=code))
        assert set(ways) - {Way.AGAIN}, (kind, code)


def test_the_codes_of_parking_are_all_known() -> None:
    """A code that is parked with somewhere in the source is one that this test knows."""
    root = Path(sync.__file__).parent
    said = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute | ast.Name)
                and (getattr(node.func, "attr", "") or getattr(node.func, "id", "")) == "park"
                and len(node.args) > 1
                and isinstance(node.args[1], ast.Constant)
            ):
                said.add(node.args[1].value)
    assert said <= set(CODES), said - set(CODES)
    assert len(said) >= 4


@pytest.mark.parametrize("kind", ChangeKind.values)
@pytest.mark.parametrize("state", [s for s in ChangeState.values if s not in OVER])
def test_page_and_api_offer_the_ways(
    state: str, kind: str, world: World, client_of: Any, rte: Any, api: Any, token_of: Any
) -> None:
    if state == ChangeState.CONFLICT and kind != ChangeKind.EDIT:
        return  # only fields are in conflict
    change = a_change(world, kind, state)
    ways = ways_out.of(change)
    assert ways
    page: Client = client_of(rte)
    shown = page.get(reverse("sync:change", args=[change.pk])).content.decode()
    assert all(f'name="way" value="{way}"' in shown for way in ways)
    listed = api(token_of(rte)).get("/sync/changes").json()["items"]
    assert next(one for one in listed if one["id"] == str(change.operation))["ways"] == list(ways)


def ways_by_kind() -> list[tuple[str, str, str]]:
    found = []
    for kind, code in product(ChangeKind.values, ("refused", "delete_refused", "gone_in_jira")):
        change = Change(kind=kind, state=ChangeState.PARKED, code=code)
        found += [(kind, code, way.value) for way in ways_out.of(change)]
    return found


@pytest.mark.parametrize(("kind", "code", "way"), ways_by_kind())
def test_each_way_leads_out(
    kind: str, code: str, way: str, world: World, api: Any, token_of: Any, rte: Any
) -> None:
    change = a_change(world, kind, ChangeState.PARKED, code)
    caller = api(token_of(rte))
    path = f"/sync/changes/{change.operation}"
    if way in ways_out.REPLAYED:
        answer = caller.post(f"{path}/replay")
    else:
        answer = caller.post(f"{path}/decide", {"way": way})
    assert answer.status_code in (200, 202), answer.content
    change.refresh_from_db()
    assert change.state != ChangeState.PARKED


def test_taking_jiras_value_of_a_parked_edit(world: World) -> None:
    item = world.first()
    before = item.summary
    world.edit(item, summary="Refused")
    Change.objects.update(state="parked", code="refused", message="No.")
    Shadow.objects.filter(item=item).update(parked={"summary": "No."})
    ways_out.go(Change.objects.get(), Way.JIRA, actor=world.person)
    item.refresh_from_db()
    assert (item.summary, item.sync_state) == (before, "synced")
    assert Shadow.objects.get(item=item).parked == {}
    assert Change.objects.get().state == "dropped"
    world.settle()
    assert world.issue(item.remote_key)["summary"] == before


def test_giving_a_parked_edit_up_keeps_what_was_edited_since(world: World) -> None:
    item = world.first()
    world.edit(item, summary="Refused")
    Change.objects.update(state="parked", code="refused")
    world.edit(item, summary="Newer")
    ways_out.go(Change.objects.order_by("id")[0], Way.JIRA, actor=world.person)
    item.refresh_from_db()
    assert item.summary == "Newer"
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "Newer"


def test_a_create_that_is_given_up_stays_on_the_board_alone(world: World) -> None:
    item = world.create("Never there")
    Change.objects.filter(item=item).update(state="parked", code="create_refused")
    ways_out.go(Change.objects.get(item=item), Way.KEEP, actor=world.person)
    world.settle()
    item.refresh_from_db()
    assert (item.deleted, item.sync_state, item.remote_key) == (None, "local_only", "")
    assert world.issues("Never there") == []


def test_a_link_that_jira_refused_is_taken_off_the_board(world: World) -> None:
    change = a_change(world, ChangeKind.LINK, ChangeState.PARKED, "no_such_type")
    ways_out.go(change, Way.GIVE_UP, actor=world.person)
    assert Link.objects.get(pk=change.link_id).deleted
    back = a_change(world, ChangeKind.UNLINK, ChangeState.PARKED, "refused")
    ways_out.go(back, Way.GIVE_UP, actor=world.person)
    assert Link.objects.get(pk=back.link_id).deleted is None


def test_one_under_way_is_tried_at_once(world: World) -> None:
    change = a_change(world, ChangeKind.EDIT, ChangeState.WAITING)
    later = timezone.now() + timezone.timedelta(hours=3)
    Change.objects.update(due=later)
    replay.replay_change(Change.objects.get(), actor=world.person)
    change.refresh_from_db()
    assert change.due < later


def test_a_change_in_conflict_without_a_conflict_is_no_dead_end(world: World) -> None:
    change = a_change(world, ChangeKind.EDIT, ChangeState.CONFLICT)
    assert ways_out.of(change) == (Way.AGAIN, Way.JIRA)
    replay.replay_change(change, actor=world.person)
    world.settle()
    change.refresh_from_db()
    assert change.state == ChangeState.SETTLED


@pytest.mark.parametrize("take", ["board", "jira"])
def test_a_change_in_conflict_is_decided_where_it_stands(take: str, world: World) -> None:
    item = world.first()
    base = item.summary
    WorkItem.objects.filter(pk=item.pk).update(summary="Ours")  # as an edit leaves it until decided
    shadow = Shadow.objects.get(item=item)
    Conflict.objects.create(shadow=shadow, field="summary", base=base, board="Ours", jira="Theirs")
    change = a_change(world, ChangeKind.EDIT, ChangeState.CONFLICT)
    assert ways_out.of(change) == (Way.BOARD, Way.JIRA)
    ways_out.go(change, take, actor=world.person)
    change.refresh_from_db()
    item.refresh_from_db()
    assert change.state == ChangeState.SETTLED
    assert item.summary == ("Ours" if take == "board" else "Theirs")
    assert not Conflict.objects.filter(resolved=None).exists()


def test_both_sides_agree_settles_what_waited_for_the_decision(world: World) -> None:
    item = world.first()
    shadow = Shadow.objects.get(item=item)
    Conflict.objects.create(shadow=shadow, field="summary", board=item.summary, jira=item.summary)
    change = a_change(world, ChangeKind.EDIT, ChangeState.CONFLICT)
    conflicts.close_agreed([shadow])
    change.refresh_from_db()
    assert change.state == ChangeState.SETTLED


def test_a_conflict_of_a_deleted_item_is_closed_by_deciding_it(world: World) -> None:
    item = world.first()
    row = Conflict.objects.create(shadow=Shadow.objects.get(item=item), field="summary")
    WorkItem.objects.filter(pk=item.pk).update(deleted=timezone.now())
    with pytest.raises(Refused, match="its conflict is over"):
        conflicts.resolve(row.pk, "board", actor=world.person)
    row.refresh_from_db()
    assert row.resolved


# ── Fields and issues that are parked without a change ───────────────────────────────────────────


def stuck_field(world: World, **parked: str) -> Shadow:
    shadow = Shadow.objects.get(item=world.first())
    shadow.parked = parked or {"summary": "It is not on the screen."}
    shadow.save()
    return shadow


def test_a_parked_field_is_sent_again_from_its_row(world: World, client_of: Any, rte: Any) -> None:
    shadow = stuck_field(world)
    WorkItem.objects.filter(pk=shadow.item_id).update(summary="Ours")
    page: Client = client_of(rte)
    shown = page.get(reverse("sync:parked")).content.decode()
    address = reverse("sync:decide_parked", args=[shadow.item_id])
    assert address in shown
    assert "Copy for your admin" in shown
    page.post(address, {"field": "summary", "way": "again"})
    world.settle()
    shadow.refresh_from_db()
    assert shadow.parked == {}
    assert world.issue(shadow.remote_key)["summary"] == "Ours"


def test_a_parked_field_is_given_up_by_api(world: World, api: Any, token_of: Any, rte: Any) -> None:
    shadow = stuck_field(world)
    WorkItem.objects.filter(pk=shadow.item_id).update(summary="Ours")
    caller = api(token_of(rte))
    (row,) = caller.get("/sync/parked").json()["items"]
    assert row["parked"][0]["ways"] == ["again", "jira"]
    path = f"/sync/parked/{shadow.item_id}/decide"
    assert caller.post(path, {"field": "summary", "way": "jira"}).status_code == 204
    item = WorkItem.objects.get(pk=shadow.item_id)
    assert (item.summary, item.sync_state) == (shadow.agreed["summary"], "synced")
    assert caller.get("/sync/parked").json()["items"] == []
    assert caller.post(path, {"field": "summary", "way": "jira"}).status_code == 409


def test_a_parked_field_is_shown_though_another_field_has_a_parked_change(
    world: World, client_of: Any, rte: Any
) -> None:
    shadow = stuck_field(world, summary="Refused.", story_points="No screen.")
    a_change(world, ChangeKind.EDIT, ChangeState.PARKED, "refused")
    shown = client_of(rte).get(reverse("sync:parked"))
    ((row, lines),) = shown.context["fields"]
    assert row == shadow
    assert [line.field for line in lines] == ["story_points"]


def test_a_second_issue_of_one_create_is_looked_at_again(world: World) -> None:
    shadow = stuck_field(world, **{"duplicate 99": "Delete one of them in Jira."})
    parked_fields.go(shadow.item_id, "duplicate 99", Way.AGAIN, actor=world.person)
    assert Run.objects.filter(kind=RunKind.RECONCILE).exists()
    world.reconcile()
    shadow.refresh_from_db()
    assert shadow.parked == {}


@pytest.mark.parametrize("absence", Absence.values)
def test_an_issue_that_is_not_shown_has_a_way(
    absence: str, world: World, client_of: Any, rte: Any
) -> None:
    item = world.first()
    shadow = Shadow.objects.get(item=item)
    Shadow.objects.filter(pk=shadow.pk).update(absence=absence)
    WorkItem.objects.filter(pk=item.pk).update(sync_state=SyncState.PARKED)
    page: Client = client_of(rte)
    shown = page.get(reverse("planning:item", args=[item.pk])).content.decode()
    if absence == Absence.HELD:
        assert f'href="{reverse("sync:brakes")}">Decide' in shown
        return
    assert f'href="{reverse("sync:parked")}">Decide' in shown
    inbox = page.get(reverse("sync:parked")).content.decode()
    address = reverse("sync:decide_parked", args=[item.pk])
    assert address in inbox
    page.post(address, {"field": "", "way": "again"})
    assert Run.objects.filter(kind=RunKind.RECONCILE).exists()


# ── Deliveries, brakes, items ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", DeliveryState.values)
def test_a_delivery_can_be_read_again(
    state: str, world: World, client_of: Any, rte: Any, api: Any, token_of: Any
) -> None:
    row = Delivery.objects.create(
        connection=world.connection, identity="d", event="jira:issue_updated", issue_id="1",
        body=b"", state=state,
    )  # fmt: skip
    shown = client_of(rte).get(reverse("sync:delivery", args=[row.pk])).content.decode()
    if state not in (DeliveryState.IGNORED, DeliveryState.UNSUPPORTED):  # those ask for nothing
        assert reverse("sync:replay_delivery", args=[row.pk]) in shown
    path = f"/sync/deliveries/{row.public_id}/replay"
    assert api(token_of(rte)).post(path).status_code == 202


@pytest.mark.parametrize("way", ["from_jira", "to_jira"])
def test_a_held_stop_is_decided_on_its_page(
    way: str, world: World, client_of: Any, rte: Any
) -> None:
    row = Brake.objects.create(connection=world.connection, way=way, reason="Many.")
    shown = client_of(rte).get(reverse("sync:brakes")).content.decode()
    assert reverse("sync:decide_brake", args=[row.pk]) in shown


@pytest.mark.parametrize("state", [SyncState.CONFLICT, SyncState.PARKED])
def test_an_item_that_needs_somebody_leads_there(
    state: str, world: World, client_of: Any, rte: Any
) -> None:
    item = world.first()
    WorkItem.objects.filter(pk=item.pk).update(sync_state=state)
    shown = client_of(rte).get(reverse("planning:item", args=[item.pk])).content.decode()
    assert "Decide" in shown
