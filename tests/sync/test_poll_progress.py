"""A poll that ends in an error goes on from where it was; a mapping that only reads makes no Changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connections.models import MappedProject
from planning.models import Change, WorkItem
from sync.inbound import polls
from sync.models import Attempt, Delivery
from sync.pairs import trace
from sync.webhook import inbox
from tests.sync.test_drain import deliver
from tests.sync.world import World


@pytest.fixture
def long(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[World, list[list[str]]]:
    """Thirty issues, all changed in one minute, to be polled by threes; and the pages that are read."""
    world.control("POST", "issues", project="FALCON", count=30)
    MappedProject.objects.update(watermark=timezone.now() - timedelta(minutes=1), poll_place={})
    monkeypatch.setattr(polls, "BATCH", 3)
    pages: list[list[str]] = []
    real = polls.bisect.receive

    def receive(jira, project, issues, **rest):
        pages.append([issue.id for issue in issues])
        return real(jira, project, issues, **rest)

    monkeypatch.setattr(polls.bisect, "receive", receive)
    return world, pages


def place(world: World) -> dict[str, Any]:
    return MappedProject.objects.get(pk=world.project.pk).poll_place


def both_sides_agree(world: World) -> bool:
    theirs = {
        one.key: one.values["summary"]
        for one in world.handle.site.issues.values()
        if one.project.key == "FALCON"
    }
    ours = WorkItem.objects.live().filter(project=world.project)
    return dict(ours.values_list("remote_key", "summary")) == theirs


def fail_at(world: World, pages: list[list[str]], number: int, monkeypatch) -> None:
    """Jira is down from the time that this page is asked for."""
    real = polls._page

    def page(*args):
        if len(pages) == number - 1:
            world.fault("error", 503, path="/search")
        return real(*args)

    monkeypatch.setattr(polls, "_page", page)


def test_a_poll_that_fails_on_page_seven_goes_on_from_there(long, monkeypatch):
    world, pages = long
    with monkeypatch.context() as patched:
        fail_at(world, pages, 7, patched)
        world.poll()
    assert len(pages) == 6
    assert place(world)["after"]
    passed = world.handle.site.issues[int(pages[0][0])].key
    world.edit_issue(passed, summary="Changed behind its back")
    world.mend()
    world.poll()
    ids = [one for page in pages for one in page]
    assert len(ids) == len(set(ids)) >= 30  # nothing was read twice
    assert place(world) == {}
    world.poll()
    assert both_sides_agree(world)


def test_slices_that_end_within_one_minute_come_through(long, monkeypatch):
    world, pages = long
    monkeypatch.setattr(polls, "SECONDS", 0.0)
    slices = 1
    while polls.poll(world.project.pk):
        slices += 1
    assert slices == len(pages) >= 10
    assert both_sides_agree(world)


def test_what_was_passed_and_changed_since_is_not_left_behind(long, monkeypatch):
    """Though a later page shows an issue that was changed much later still."""
    world, pages = long
    site, real = world.handle.site, polls._page

    def page(*args):
        if len(pages) == 1 and not world.issues("Passed"):
            first, last = (site.issues[number] for number in (int(pages[0][0]), max(site.issues)))
            world.edit_issue(first.key, summary="Passed")
            world.edit_issue(last.key, summary="Later")
            last.updated += timedelta(minutes=30)
        return real(*args)

    monkeypatch.setattr(polls, "_page", page)
    world.poll()
    assert not both_sides_agree(world)
    world.poll()
    assert both_sides_agree(world)


def test_a_place_that_jira_does_not_know_any_more_begins_anew(long, monkeypatch):
    world, _pages = long
    monkeypatch.setattr(polls, "SECONDS", 0.0)
    assert polls.poll(world.project.pk)
    kept = place(world)
    ids = [str(10**9 + n) for n in range(2)]
    lost = {**kept, "after": "gone" if world.handle.site.cloud else ids}
    MappedProject.objects.update(poll_place=lost)
    if not world.handle.site.cloud:  # some versions refuse to compare with an id that is gone
        world.fault("error", 400, times=len(ids), path="/search")
    assert polls.poll(world.project.pk)
    assert place(world) == {}
    while polls.poll(world.project.pk):
        pass
    assert both_sides_agree(world)


def test_a_page_beyond_ten_megabytes_is_read_in_halves(long, monkeypatch):
    """And the one issue that is too large by itself is told, while all others come in."""
    world, _pages = long
    monkeypatch.setattr(polls, "BATCH", 20)
    site = world.handle.site
    ids = sorted(site.issues)[-8:]
    for number in ids[:4]:
        site.issues[number].values["description"] = "x" * 3_000_000
    site.issues[ids[6]].values["description"] = "y" * 11_000_000
    for number in ids:
        site.issues[number].updated = site.now()
    MappedProject.objects.update(watermark=timezone.now() - timedelta(minutes=1))
    world.poll()
    ours = set(WorkItem.objects.live().values_list("remote_id", flat=True))
    assert {str(one) for one in ids} - ours == {str(ids[6])}
    (told,) = Delivery.objects.filter(event=inbox.READ_AGAIN)
    assert told.issue_id == str(ids[6])
    assert "10,000,000" in told.detail or "larger" in told.detail
    assert place(world) == {}


def test_a_mapping_that_only_reads_makes_no_changes(world_with):
    world = world_with(direction="from_jira", conflict_policy="board_wins")
    item = world.first()
    WorkItem.objects.filter(pk=item.pk).update(summary="The board's")
    world.edit_issue(item.remote_key, summary="Jira's")
    world.poll()
    item.refresh_from_db()
    assert item.summary == "Jira's"
    assert not Change.objects.exists()


def test_the_chain_shows_the_newest_steps_and_the_far_end_of_links(world: World, monkeypatch):
    monkeypatch.setattr(trace, "MOST", 5)
    item, other = WorkItem.objects.filter(project=world.project).order_by("rank")[:2]
    for number in range(9):
        Attempt.objects.create(
            connection=world.connection, item=item, step="send", outcome="done", message=f"{number}"
        )
    ends = {"sourceIssueId": int(other.remote_id), "destinationIssueId": int(item.remote_id)}
    deliver(world, "issuelink_created", "", issueLink=ends, issue=None)
    steps = trace.chain(item)
    assert [one["message"] for one in steps if one["step"] == "send"] == list("45678")
    assert "delivery issuelink_created" in {one["step"] for one in steps}
