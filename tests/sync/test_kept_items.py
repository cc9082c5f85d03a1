"""Items that a person kept when their issues went from Jira: what comes back is linked again."""

from __future__ import annotations

from typing import Any

import pytest

from connections.access.gateway import jira_for
from connections.models import MappedProject
from jira_sandbox.model.issues import Issue
from planning.models import WorkItem
from sync.inbound import kept_items, mass_deletion_guard
from sync.inbound.read_batch import BACK
from sync.models import Absence, Attempt, Brake, Conflict, Shadow
from sync.runs import project_runs
from tests.sync.test_drain import deliver
from tests.sync.world import World

GONE = 12


class Hidden:
    """Issues out of our account's sight, as under an issue security level, and kept by a person."""

    def __init__(self, world: World) -> None:
        self.world, site = world, world.handle.site
        rows = WorkItem.objects.live().filter(project=world.project).order_by("rank")
        self.items = list(rows[:GONE])
        self.issues: list[Issue] = [site.issue(item.remote_key) for item in self.items]
        for issue in self.issues:
            site.forget(issue)
            deliver(world, "jira:issue_deleted", str(issue.id))
        world.drain()
        mass_deletion_guard.decide(Brake.objects.get().pk, "keep", actor=world.person)
        world.settle()
        assert self.states() == {"local_only"}

    def come_back(self) -> None:
        """As they were: nothing in them says that anything has changed."""
        for issue in self.issues:
            self.world.handle.site.store(issue)

    def states(self) -> set[str]:
        rows = WorkItem.objects.filter(pk__in=[item.pk for item in self.items])
        return set(rows.values_list("sync_state", flat=True))


@pytest.fixture
def hidden(world: World) -> Hidden:
    return Hidden(world)


def test_the_daily_comparison_links_again_what_came_back(world: World, hidden: Hidden) -> None:
    hidden.come_back()
    world.edit_issue(hidden.items[0].remote_key, summary="Edited in Jira meanwhile")
    world.reconcile()
    assert hidden.states() == {"synced"}
    assert world.item(hidden.items[0].remote_key).summary == "Edited in Jira meanwhile"
    world.edit(hidden.items[1], summary="Edited on the board afterwards")
    world.settle()
    assert world.issue(hidden.items[1].remote_key)["summary"] == "Edited on the board afterwards"
    assert Attempt.objects.filter(message=BACK).count() == GONE


def test_a_hint_of_an_issue_that_came_back_is_followed_at_once(
    world: World, hidden: Hidden
) -> None:
    hidden.come_back()
    deliver(world, "jira:issue_updated", hidden.items[0].remote_id)
    world.drain()
    assert world.item(hidden.items[0].remote_key).sync_state == "synced"


def test_what_was_edited_on_both_sides_is_a_conflict(world: World, hidden: Hidden) -> None:
    world.edit(hidden.items[0], summary="On the board")
    world.edit(hidden.items[1], summary="On the board alone")
    world.settle()
    hidden.come_back()
    world.edit_issue(hidden.items[0].remote_key, summary="In Jira")
    world.reconcile()
    world.settle()
    found = Conflict.objects.get(field="summary")
    assert (found.board, found.jira, found.taken) == ("On the board", "In Jira", "jira")
    assert world.issue(hidden.items[1].remote_key)["summary"] == "On the board alone"


def test_outside_of_the_filter_they_are_asked_for_by_id(world: World, hidden: Hidden) -> None:
    MappedProject.objects.update(jql="labels = nowhere")
    hidden.come_back()
    world.reconcile()
    assert hidden.states() == {"synced"}


def test_what_stays_away_stays_kept_at_a_bounded_cost(
    world: World, hidden: Hidden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_items, "LOOKED_FOR", 5)
    seen: list[set[str]] = []
    for _ in range(3):
        before = _looked_at()
        world.control("POST", "reset")
        assert kept_items.look(jira_for(world.connection), world.project) == 0
        assert sum(world.calls().values()) <= 1 + 5
        after = _looked_at()
        seen.append({one for one, at in after.items() if at != before[one]})
    assert [len(some) for some in seen] == [5, 5, 5]
    assert len(set().union(*seen)) == GONE, "each comparison goes on where the last one ended"
    assert hidden.states() == {"local_only"}
    assert WorkItem.objects.live().filter(pk__in=[one.pk for one in hidden.items]).count() == GONE


def test_what_comes_back_and_is_deleted_then_is_judged_anew(world: World, hidden: Hidden) -> None:
    hidden.come_back()
    world.reconcile()
    one = hidden.items[0]
    world.jira("DELETE", f"/rest/api/2/issue/{one.remote_key}?deleteSubtasks=true")
    deliver(world, "jira:issue_deleted", one.remote_id, 1)
    world.drain()
    one.refresh_from_db()
    assert (one.deleted is not None, one.sync_state) == (True, "gone")


def test_what_is_deleted_for_good_stays_as_the_person_decided(world: World, hidden: Hidden) -> None:
    deliver(world, "jira:issue_deleted", hidden.items[0].remote_id, 1)
    world.drain()
    world.reconcile()
    assert hidden.states() == {"local_only"}


def test_what_was_deleted_on_the_board_meanwhile_does_not_come_back(
    world: World, hidden: Hidden
) -> None:
    world.delete(hidden.items[0])
    world.settle()
    hidden.come_back()
    world.reconcile()
    hidden.items[0].refresh_from_db()
    assert hidden.items[0].deleted is not None
    assert world.issues(hidden.items[0].summary)


def _looked_at() -> dict[str, Any]:
    rows = Shadow.objects.filter(absence=Absence.KEPT)
    return dict(rows.values_list("remote_id", "absent_since"))


def test_a_dry_run_tells_what_coming_back_would_change(world: World, hidden: Hidden) -> None:
    world.edit(hidden.items[1], summary="On the board")
    world.settle()
    hidden.come_back()
    world.edit_issue(hidden.items[0].remote_key, summary="In Jira")
    run = project_runs.request(world.project, "dry_run")
    while project_runs.work(run.pk):
        pass
    run.refresh_from_db()
    counts = run.findings["counts"]
    assert (counts.get("board_update"), counts.get("jira_update")) == (1, 1)
    assert hidden.states() == {"local_only"}


def test_an_edit_taken_back_while_its_issue_was_away_is_sent(world: World, killed_at: Any) -> None:
    """Jira had taken it, its worker died, and nobody in Jira has touched the field since."""
    item = WorkItem.objects.live().filter(project=world.project).order_by("rank")[0]
    before = item.summary
    world.edit(item, summary="Of the board")
    with killed_at("edit.fields_sent"):
        world.push(rounds=1)
    assert world.issue(item.remote_key)["summary"] == "Of the board"
    hidden = Hidden(world)
    assert item.pk in {one.pk for one in hidden.items}
    world.edit(item, summary=before)
    world.settle()
    hidden.come_back()
    world.reconcile()
    world.settle()
    item.refresh_from_db()
    assert item.summary == before == world.issue(item.remote_key)["summary"]
    assert not Conflict.objects.filter(shadow__item=item).exists()
