"""The soak's checker sees each broken invariant; a checker that sees nothing would prove nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from planning.models import Change, WorkItem
from sync.models import Shadow
from tests.soak.checker import secrets_in, violations, writes
from tests.soak.hands import Written
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


def test_a_difference_and_a_lost_edit_are_seen(world: World):
    world.settle()
    item = world.first()
    WorkItem.objects.filter(pk=item.pk).update(summary="Changed behind everybody's back")
    assert f"I5: {item.remote_key} summary" in found(world)
    written = Written()
    written.board[str(item.pk), "description"].append("Written and lost")
    assert "I1" in found(world, written)
    lost = Written()
    lost.jira[str(item.remote_id), "description"].append("Written in Jira and lost")
    assert "I2" in found(world, lost)


def test_a_deletion_nobody_asked_for_and_one_undone_are_seen(world: World):
    world.settle()
    item = world.first()
    assert "came back" in found(world, Written(board_deleted={str(item.pk)}))
    stays = found(world, Written(jira_deleted={str(item.remote_id)}))
    assert "stays on the board" in stays
    WorkItem.objects.filter(pk=item.pk).update(deleted=timezone.now())
    assert "nobody deleted it" in found(world)


def test_a_deletion_in_jira_against_the_policy_is_seen(world_with: Callable[..., World]):
    world = world_with(deletion_policy="unlink")
    item = world.first()
    world.delete(item)
    world.settle()
    written = Written(board_deleted={str(item.pk)})
    assert violations(world, written) == []
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
    assert "against the policy" in found(world, written)


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
    world.poll()
    assert found(world) == ""
