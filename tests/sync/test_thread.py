"""The thread, both ways, on both flavours: create, edit, move, transition, link, delete."""

from __future__ import annotations

from planning.models import Change, Link, WorkItem
from tests.sync.world import PROJECT, World


def test_a_mapping_imports_every_issue_of_a_mapped_type(world: World):
    there = [i for i in world.handle.site.issues.values() if i.key.startswith(f"{PROJECT}-")]
    assert WorkItem.objects.filter(project=world.project).count() == len(there)
    item = world.first()
    assert item.summary == world.issue(item.remote_key)["summary"]
    assert (item.sync_state, item.team) == ("synced", world.team)


def test_a_board_edit_reaches_jira_and_settles(world: World):
    item = world.edit(world.first(), summary="From the board", story_points=13, labels=["x"])
    assert item.sync_state == "waiting"
    world.push()
    fields = world.issue(item.remote_key)
    assert (fields["summary"], fields["labels"]) == ("From the board", ["x"])
    item.refresh_from_db()
    assert (item.sync_state, item.story_points) == ("synced", 13)
    assert set(Change.objects.values_list("state", flat=True)) == {"settled"}


def test_a_jira_edit_reaches_the_board_without_an_echo(world: World):
    item = world.first()
    world.edit_issue(item.remote_key, summary="From Jira")
    world.poll()
    item.refresh_from_db()
    assert (item.summary, item.version) == ("From Jira", 2)
    assert not Change.objects.exists()


def test_a_status_goes_by_transition(world: World):
    item = world.edit(world.first(), status="Done")
    world.push()
    assert world.issue(item.remote_key)["status"]["name"] == "Done"
    item.refresh_from_db()
    assert (item.status_category, item.sync_state) == ("done", "synced")


def test_a_new_item_becomes_one_issue_with_what_a_create_cannot_carry(world: World):
    sprint = world.jira("GET", f"/rest/agile/1.0/board/{world.project.board_id}/sprint")
    iteration = world.iteration(1, sprint["values"][-1]["id"])
    item = world.create("Born here", status="In Progress", iteration=str(iteration.pk))
    world.settle()
    (key,) = world.issues("Born here")
    assert world.issue(key)["status"]["name"] == "In Progress"
    item.refresh_from_db()
    assert (item.remote_key, item.sync_state, item.iteration) == (key, "synced", iteration)
    assert item.priority == world.issue(key)["priority"]["name"]


def test_an_issue_born_in_jira_becomes_one_item(world: World):
    key = world.create_issue("Born there")
    world.poll()
    world.poll()
    assert WorkItem.objects.filter(summary="Born there", remote_key=key).count() == 1


def test_a_sprint_moves_both_ways(world: World):
    board = f"/rest/agile/1.0/board/{world.project.board_id}/sprint"
    sprints = [s["id"] for s in world.jira("GET", board)["values"] if s["state"] != "closed"]
    near, far = world.iteration(1, sprints[0]), world.iteration(2, sprints[1])
    item = world.edit(world.first(), iteration=str(far.pk))
    world.push()
    there = world.jira("GET", f"/rest/agile/1.0/sprint/{sprints[1]}/issue?maxResults=50")
    assert item.remote_key in {issue["key"] for issue in there["issues"]}
    world.jira("POST", f"/rest/agile/1.0/sprint/{sprints[0]}/issue", issues=[item.remote_key])
    world.poll()
    item.refresh_from_db()
    assert item.iteration == near


def test_a_link_goes_both_ways_and_away_again(world: World):
    a, b = WorkItem.objects.filter(project=world.project).order_by("rank")[:2]
    Link.objects.all().delete()
    link = world.link(a, b)
    world.push()
    link.refresh_from_db()
    assert (link.sync_state, bool(link.remote_id)) == ("synced", True)
    ends = [
        row.get("outwardIssue", {}).get("key") for row in world.issue(a.remote_key)["issuelinks"]
    ]
    assert b.remote_key in ends
    world.jira("DELETE", f"/rest/api/2/issueLink/{link.remote_id}")
    world.poll()
    link.refresh_from_db()
    assert link.deleted is not None


def test_a_deletion_on_the_board_keeps_the_issue_by_default(world: World):
    item = world.first()
    world.delete(item)
    world.settle()
    assert world.issue(item.remote_key)
    item.refresh_from_db()
    assert item.deleted
    assert not WorkItem.objects.live().filter(remote_key=item.remote_key).exists()


def test_a_deletion_on_the_board_deletes_where_the_policy_says_so(world_with):
    world = world_with(deletion_policy="delete")
    item = world.first()
    world.delete(item)
    world.settle()
    assert item.remote_key not in {i.key for i in world.handle.site.issues.values()}
