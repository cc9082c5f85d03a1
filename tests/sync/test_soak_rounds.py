"""The soak sees what a comparison had to mend, and a foreign Jira's text wherever it is on the board."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import Connection, MappedProject
from jira_sandbox.state.dump import dumped
from planning.models import WorkItem
from sync.core.echo import same
from sync.models import Lease
from sync.pairs.rules import values_of
from tests.soak.another import CANARY, on_board
from tests.soak.hands import Hands
from tests.soak.held import JUDGED, held
from tests.soak.mended import mended, picture
from tests.soak.restoring import _go_back
from tests.soak.waiting import time_passes
from tests.soak.ways import Ways, by_seed
from tests.soak.weather import FAULTS
from tests.soak.written import Written
from tests.sync.world import World


def test_what_a_comparison_mends_is_seen(world: World):
    world.settle()
    before = picture(world)
    world.reconcile()
    assert mended(before, picture(world), Written()) == []
    item = world.first()
    world.edit_issue(item.remote_key, summary="Found by the comparison alone")
    before = picture(world)
    world.reconcile()
    told = "\n".join(mended(before, picture(world), Written()))
    assert item.remote_key in told
    assert "'Found by the comparison alone'" in told


def test_a_departure_that_nobody_told_of_is_left_to_the_comparison(world: World):
    world.settle()
    item = world.first()
    before = picture(world)
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
    WorkItem.objects.filter(pk=item.pk).update(deleted=timezone.now())
    after = picture(world)
    mine = {name: after[name] for name in after if not name.startswith("issue ")}
    was = {name: before[name] for name in before if not name.startswith("issue ")}
    assert mended(was, mine, Written(unheard={str(item.remote_id)})) == []
    assert "gone False → True" in "\n".join(mended(was, mine, Written()))


@pytest.mark.parametrize("where", ["summary", "labels", "sync_detail"])
def test_a_foreign_text_on_the_board_is_seen(world: World, where: str):
    assert on_board(CANARY) == []
    value = [CANARY.replace(" ", "-")] if where == "labels" else f"… {CANARY} …"
    WorkItem.objects.filter(pk=world.first().pk).update(**{where: value})
    assert on_board(CANARY) == ["planning.WorkItem"]


def test_time_passes_and_heals_nothing(world: World):
    Connection.objects.update(health="failing", call_after=timezone.now())
    Lease.objects.create(name="of the dead", until=timezone.now() + timedelta(minutes=1))
    time_passes(Ways.ALL)
    row = Connection.objects.get(pk=world.connection.pk)
    assert (row.health, row.call_after) == ("failing", None)
    assert Lease.objects.get(name="of the dead").until <= timezone.now()


def test_by_webhooks_alone_no_poll_is_due(world: World):
    time_passes(Ways.HOOKS)
    assert not MappedProject.objects.filter(poll_due__lte=timezone.now()).exists()
    time_passes(Ways.ALL)
    assert MappedProject.objects.filter(poll_due__lte=timezone.now()).exists()


def test_each_kind_of_history_comes_by_seed_and_meets_what_it_can():
    assert {by_seed(seed) for seed in (101, 202, 303)} == set(Ways)
    met = {ways: {name for name, _, _ in FAULTS if ways.meets(name)} for ways in Ways}
    assert met[Ways.ALL] - met[Ways.HOOKS] == {"webhooks_lost"}
    assert not any(name.startswith("webhooks_") for name in met[Ways.POLL])


def test_the_hands_see_in_jira_what_the_board_shows(world: World):
    """So that what they note of Jira's side is said in the board's words."""
    hands = Hands(world, random.Random(1))  # noqa: S311
    world.settle()
    for item in WorkItem.objects.filter(project=world.project):
        issue = hands.site.issue(item.remote_id)
        for name in set(JUDGED) - {"team"}:
            assert same(name, held(world, issue, name), values_of(item)[name]), name


def test_a_restore_is_noted_as_the_writes_that_it_amounts_to(world: World):
    hands = Hands(world, random.Random(1))  # noqa: S311
    item = world.first()
    issue = hands.site.issue(item.remote_id)
    before = issue.values["summary"]
    yesterday = dumped(hands.site)
    hands.write_jira(issue, "summary", "Of today")
    made = hands.site.keys[world.create_issue("Made since")]
    deleted = WorkItem.objects.filter(project=world.project).exclude(pk=item.pk)[0]
    world.jira("DELETE", f"/rest/api/2/issue/{deleted.remote_key}")
    hands.written.jira_deleted.add(deleted.remote_id)
    _go_back(hands, yesterday)
    last = hands.written.jira[item.remote_id, "summary"][-1]
    assert (last.value, last.saw) == (before, "Of today")
    assert hands.written.jira_deleted == {str(made.id)}
    assert hands.written.brought_back == {deleted.remote_id}
