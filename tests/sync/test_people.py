"""People named by hand: found by display name, e-mail or user name, and never blocking the item."""

from __future__ import annotations

from django.utils import timezone

from planning.models import BoardEvent, Change, WorkItem
from sync.models import Shadow
from tests.sync.world import World


def rita(world: World) -> str:
    user = world.handle.site.users["rita"]
    return user.account_id if world.handle.site.cloud else user.name


def other(world: World) -> WorkItem:
    """An item that has not got rita, and the id that Jira names her by."""
    item = WorkItem.objects.filter(project=world.project, deleted=None).exclude(
        assignee_id=rita(world)
    )[0]
    return world.edit(item, assignee=None)


def assignee(world: World, item: WorkItem) -> str:
    value = world.issue(item.remote_key)["assignee"]
    return value["displayName"] if value else ""


def searches(world: World) -> int:
    return sum(count for call, count in world.calls().items() if "/user/" in call)


def test_a_display_name_becomes_the_person_of_that_name(world: World):
    name = world.handle.site.users["rita"].display_name
    item = world.edit(other(world), assignee=f"  {name.upper()} ", summary="By name")
    version = item.version
    world.settle()
    item.refresh_from_db()
    assert (item.assignee_id, item.assignee_name) == (rita(world), name)
    assert assignee(world, item) == name
    assert item.sync_state == "synced"
    assert item.version == version  # the same person is meant: whoever holds the version may go on


def test_the_board_is_told_and_nothing_is_written_twice(world: World):
    item = world.edit(other(world), assignee="rita@example.com")
    world.settle()
    before, since = Change.objects.count(), timezone.now()
    told = BoardEvent.objects.filter(object_id=item.pk).latest("pk")
    assert told.fields == ["assignee"]
    world.settle()
    assert Change.objects.count() == before
    assert not BoardEvent.objects.filter(object_id=item.pk, at__gt=since).exists()


def test_a_create_carries_the_person_found(world: World):
    item = world.create("Made with a name", assignee={"id": "", "name": "rita@example.com"})
    world.settle()
    item.refresh_from_db()
    assert item.assignee_id == rita(world)
    assert assignee(world, item) == world.handle.site.users["rita"].display_name
    assert Shadow.objects.get(item=item).agreed["assignee"] == rita(world)


def test_nobody_of_that_name_parks_the_field_and_the_rest_goes(world: World):
    item = world.edit(other(world), assignee="Nobody Atall", summary="Goes all the same")
    world.settle()
    item.refresh_from_db()
    assert world.issue(item.remote_key)["summary"] == "Goes all the same"
    assert item.sync_state == "parked"
    assert "Jira shows nobody called “Nobody Atall”" in item.sync_detail
    assert item.assignee_id == "Nobody Atall"


def test_a_create_goes_without_a_person_whom_jira_does_not_know(world: World):
    item = world.create("Made without", assignee="Nobody Atall")
    world.settle()
    item.refresh_from_db()
    assert item.remote_key
    assert assignee(world, item) == ""
    assert "nobody called “Nobody Atall”" in item.sync_detail


def test_of_several_of_one_name_none_is_guessed(world: World):
    users = world.handle.site.users
    users["tom"].display_name = users["rita"].display_name
    item = world.edit(other(world), assignee=users["rita"].display_name)
    world.settle()
    item.refresh_from_db()
    assert "Jira has 2 people called" in item.sync_detail
    assert "rita@example.com" in item.sync_detail
    world.edit(item, assignee="rita@example.com")
    world.settle()
    item.refresh_from_db()
    assert (item.assignee_id, item.sync_state) == (rita(world), "synced")


def test_an_id_is_not_looked_up(world: World):
    world.control("POST", "reset")
    item = world.edit(other(world), assignee=rita(world))
    world.settle()
    assert assignee(world, item) == world.handle.site.users["rita"].display_name
    assert searches(world) == 0


def test_one_name_on_many_items_is_looked_up_once(world: World):
    world.control("POST", "reset")
    for item in WorkItem.objects.filter(project=world.project, deleted=None)[:5]:
        world.edit(item, assignee="rita@example.com")
    world.push(rounds=1)
    assert searches(world) == 1


def test_where_jira_cannot_answer_the_rest_goes_and_the_person_follows(world: World):
    item = world.edit(other(world), assignee="rita@example.com", summary="Before the person")
    world.fault("error", 500, path="/user/")
    world.push(rounds=1)
    assert world.issue(item.remote_key)["summary"] == "Before the person"
    assert Change.objects.filter(item=item).latest("pk").state == "waiting"
    world.mend()
    world.settle()
    item.refresh_from_db()
    assert (item.assignee_id, item.sync_state) == (rita(world), "synced")
