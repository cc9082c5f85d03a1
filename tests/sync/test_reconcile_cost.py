"""A comparison in which nothing changed reads little: no body, no merge, calls by the page."""

from __future__ import annotations

import pytest

from jira_client.resources.search import Search
from planning.models import BoardEvent, WorkItem
from sync.inbound import pull
from sync.runs import issue_pages
from tests.sync.importing import add_issues, run_to_end
from tests.sync.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def settled(world: World) -> World:
    """700 issues imported, links and parents known."""
    add_issues(world, 700)
    run_to_end(world)
    world.settle()
    return world


def test_nothing_is_read_whole_when_nothing_changed(
    settled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(pull, "apply", lambda *_, **__: asked.append(1))
    told = BoardEvent.objects.count()
    settled.control("POST", "reset")
    run = settled.reconcile()
    assert run.state == "finished", run.message
    assert not asked
    assert BoardEvent.objects.count() == told
    issues = len(settled.handle.site.issues)
    # A hundred issues a call at least, one list of ids, and what a run begins and ends with.
    assert sum(settled.calls().values()) <= issues / 100 + issues / 200 + 8, settled.calls()


def test_no_bound_is_looked_for_behind_the_last_issue(
    settled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut into ranges a block at a time, the last block is as short as what is left."""
    if settled.handle.site.cloud:
        pytest.skip("Cloud's projects are listed, not cut into ranges")
    monkeypatch.setattr(issue_pages, "PART", 25)
    monkeypatch.setattr(issue_pages, "BLOCK", 500)
    asked: list[int] = []
    really = Search.id_at

    def id_at(self: Search, query: str, offset: int) -> str | None:
        asked.append(offset)
        return really(self, query, offset)

    monkeypatch.setattr(Search, "id_at", id_at)
    run = settled.reconcile()
    issues = run.total or 0
    assert (run.state, run.done) == ("finished", issues)
    assert issues >= 700
    assert issues // 25 <= len(asked) <= issues // 25 + 2
    assert max(asked) <= 500


def test_what_leaves_updated_alone_is_found(settled: World) -> None:
    """Jira's `updated` need not change with a sprint, a rank or a link."""
    site = settled.handle.site
    item = settled.first()
    issue = site.issue(item.remote_key)
    before = issue.updated
    settled.jira(
        "POST",
        "/rest/api/2/issueLink",
        type={"name": "Blocks"},
        inwardIssue={"key": item.remote_key},
        outwardIssue={"key": WorkItem.objects.order_by("-rank")[0].remote_key},
    )
    issue.updated = before
    link = settled.issue(item.remote_key)["issuelinks"][-1]["id"]
    settled.reconcile()
    assert item.links_out.filter(deleted=None, remote_id=link).count() == 1


def test_a_lost_change_is_found(settled: World) -> None:
    """The board is ahead, and nothing waits to be sent: the comparison sends it."""
    item = settled.first()
    WorkItem.objects.filter(pk=item.pk).update(summary="Only on the board")
    settled.reconcile()
    settled.push()
    assert settled.issue(item.remote_key)["summary"] == "Only on the board"
