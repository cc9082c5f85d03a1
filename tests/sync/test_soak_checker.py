"""The soak's checker sees each broken invariant; a checker that sees nothing would prove nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from connections.models import Connection, Health
from planning.models import Change, WorkItem
from sync.models import Shadow
from tests.soak.checker import secrets_in, violations, writes
from tests.soak.ways import Ways
from tests.soak.written import Written
from tests.sync.world import World


def found(world: World, written: Written | None = None) -> str:
    return "\n".join(violations(world, written or Written()))


def test_a_world_at_rest_breaks_nothing(world: World):
    world.settle()
    assert violations(world, Written()) == []


def test_a_doubled_create_is_seen(world: World):
    item = world.create("Once")
    world.settle()
    site = world.handle.site
    twin = site.keys[world.create_issue("Once")]
    mark = next(one for one in site.issues.values() if one.properties.get("almconnect"))
    twin.properties.update(mark.properties)
    world.poll()
    assert f"I3: item {item.pk} has 2 issues" in found(world)


def test_what_one_side_lacks_is_seen(world: World):
    world.settle()
    world.create_issue("Unseen")
    assert "is not on the board" in found(world)
    item = world.create("Never sent")
    Change.objects.filter(item=item).update(state="settled")
    WorkItem.objects.filter(pk=item.pk).update(sync_state="synced")
    written = Written(board_created={str(item.pk): "Never sent"})
    assert "I1: “Never sent”" in found(world, written)
    WorkItem.objects.filter(pk=item.pk).update(sync_state="local_only")
    assert "I1: “Never sent”" in found(world, written), "and not why"


def test_a_difference_is_seen_also_of_type_and_place(world: World):
    world.settle()
    item = world.first()
    WorkItem.objects.filter(pk=item.pk).update(
        summary="Changed behind everybody's back", type="Bug", rank="0|zzzzzz:"
    )
    told = found(world)
    for name in ("summary", "type", "rank"):
        assert f"I5: {item.remote_key} {name}" in told


def test_a_deletion_nobody_asked_for_and_one_undone_are_seen(world: World):
    world.settle()
    item = world.first()
    assert "came back" in found(world, Written(board_deleted={str(item.pk)}))
    gone = Written(jira_deleted={str(item.remote_id)})
    assert "stays on the board" in found(world, gone)
    gone.unheard = {str(item.remote_id)}
    assert "stays on the board" not in found(world, gone), "nobody told of it"
    WorkItem.objects.filter(pk=item.pk).update(deleted=timezone.now())
    assert "nobody deleted it" in found(world)


def test_an_item_that_does_not_say_that_its_issue_left_is_seen(world: World):
    world.settle()
    hidden, moved, quiet = WorkItem.objects.filter(project=world.project).order_by("rank")[:3]
    world.hide(hidden)
    world.move_away(moved)
    world.hide(quiet)
    unheard = Written(away={quiet.remote_id}, unheard={quiet.remote_id})
    told = found(world, unheard)
    for item in (hidden, moved):
        assert f"I2: {item.remote_key} left Jira's project or sight" in told
    assert quiet.remote_key not in told


def test_an_item_that_is_gone_although_its_issue_is_back_is_seen(world: World):
    world.settle()
    item = world.first()
    WorkItem.objects.filter(pk=item.pk).update(deleted=timezone.now())
    away = Written(away={str(item.remote_id)})
    assert "nobody deleted it" in found(world, away)
    world.hide(item)
    assert "nobody deleted it" not in found(world, away)


def test_a_deletion_in_jira_against_the_policy_is_seen(world_with: Callable[..., World]):
    world = world_with(deletion_policy="unlink")
    item = world.first()
    world.delete(item)
    world.settle()
    written = Written(board_deleted={str(item.pk)})
    assert violations(world, written) == []
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
    assert "against the policy" in found(world, written)


def test_what_outlives_its_deletion_is_seen_unless_a_restore_brought_it_back(
    world_with: Callable[..., World],
):
    world = world_with(deletion_policy="delete")
    item = world.first()
    WorkItem.objects.filter(pk=item.pk).update(deleted=timezone.now())
    written = Written(board_deleted={str(item.pk)})
    assert "outlived its deletion" in found(world, written)
    written.brought_back = {str(item.remote_id)}
    assert "outlived its deletion" not in found(world, written)


def test_a_write_too_many_and_a_secret_are_counted(world: World, tmp_path):
    world.settle()
    before = writes(world)
    world.poll()
    assert writes(world) == before
    world.edit(world.first(), summary="One more")
    world.push()
    assert writes(world) > before
    leak = tmp_path / "leak.log"
    leak.write_text(f"token={world.handle.site.users['svc-alm'].api_token}")
    assert secrets_in(world, [leak]) == ["I7: a secret is in leak.log"]
    assert Shadow.objects.exists()


def test_an_item_that_says_for_nothing_that_it_waits_is_seen(world: World):
    world.settle()
    item = world.first()
    WorkItem.objects.filter(pk=item.pk).update(sync_state="waiting")
    assert f"I1: “{item.summary}” says it waits" in found(world)
    assert violations(world, Written(), Ways.HOOKS) == [], "a poll would correct it"
    world.poll()
    assert found(world) == ""


def test_a_connection_that_is_still_called_ill_is_seen(world: World):
    world.settle()
    Connection.objects.update(health=Health.FAILING)
    assert "the connection says failing" in found(world)
