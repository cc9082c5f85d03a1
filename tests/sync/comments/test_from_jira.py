"""Comments that people write in Jira stand on the board, whoever told of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jira_sandbox.rest.issue_renderer import INLINE
from planning.models import BoardEvent, Change, Comment
from sync.mapping import project_mapping
from sync.models import Shadow
from sync.runs import project_runs
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_written_changed_and_deleted_there(world: World) -> None:
    item = world.first()
    where = f"/rest/api/2/issue/{item.remote_key}/comment/"
    key = world.comment_there(item.remote_key, "one")
    world.poll()
    assert world.comments(item) == [("Ada Admin", "one")]
    world.jira("PUT", where + key, body="two")
    world.poll()
    (row,) = Comment.objects.filter(item=item)
    assert (row.body, row.from_jira, row.edited is not None) == ("two", True, True)
    world.jira("DELETE", where + key)
    world.poll()
    assert world.comments(item) == []
    assert not Change.objects.filter(kind="comment").exists(), "nothing echoes"
    told = BoardEvent.objects.filter(object_id=row.pk).order_by("id")
    assert [one.kind for one in told] == ["comment.created", "comment.updated", "comment.deleted"]


def test_a_webhook_that_names_the_issue_or_not(world: World) -> None:
    item = world.first()
    key = world.comment_there(item.remote_key, "told")
    where = f"{world.handle.url}/rest/api/2/issue/{item.remote_id}/comment/{key}"
    world.hook({"webhookEvent": "comment_created", "comment": {"self": where, "id": key}})
    world.drain()
    assert world.comments(item) == [("Ada Admin", "told")]


def test_all_of_many_come_with_an_import(world: World) -> None:
    key = world.create_issue("Much said")
    texts = [f"line {number}" for number in range(INLINE + 3)]
    for text in texts:
        world.comment_there(key, text)
    run = project_runs.request(world.project, "import")
    while project_runs.work(run.pk):
        pass
    assert [body for _who, body in world.comments(world.item(key))] == texts


def test_what_is_for_some_alone_stays_there_and_is_counted(world: World) -> None:
    item = world.first()
    site = world.handle.site
    role = {"type": "role", "value": "Administrators"}
    issue = site.issue(item.remote_key)
    issue.project.members.setdefault("10002", []).append("svc-alm")  # the account sees it
    world.comment_there(item.remote_key, "secret", visibility=role)
    world.comment_there(item.remote_key, "open")
    world.poll()
    assert world.comments(item) == [("Ada Admin", "open")]
    assert Shadow.objects.get(item=item).withheld == 1
    issue.comments[1].visibility = role
    issue.updated = site.now()
    world.poll()
    assert world.comments(item) == []
    assert Shadow.objects.get(item=item).withheld == 2


def test_an_older_mapping_reads_them_once_a_person_says_so(world: World) -> None:
    type(world.project).objects.update(comments="off")
    item = world.first()
    world.comment_there(item.remote_key, "before")
    world.poll()
    assert world.comments(item) == []
    world.project.refresh_from_db()
    project_mapping.change(world.project, actor=world.person, values={"comments": "from_jira"})
    run = project_runs.Run.objects.filter(project=world.project).latest("created")
    while project_runs.work(run.pk):
        pass
    assert world.comments(item) == [("Ada Admin", "before")]


def test_a_read_that_says_what_is_known_asks_nothing(
    world: World, django_assert_num_queries
) -> None:
    from sync.inbound import issue_comments

    item = world.first()
    world.comment_there(item.remote_key, "one")
    world.poll()
    pair = Shadow.objects.get(item=item)
    pair.read_at = timezone.now() - timedelta(hours=1)
    with django_assert_num_queries(0):
        assert issue_comments.reconcile(world.project, (), timezone.now()) == []
    known = pair.comments
    world.edit_issue(item.remote_key, summary="Another")
    world.poll()
    assert Shadow.objects.get(item=item).comments == known
