"""What a step of the workflow demands: proposed from the project, changed by hand, judged by Jira."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.models import Change
from sync.mapping import project_mapping
from sync.status import replay
from tests.sync.world import World


def give(world: World, defaults: dict) -> MappedProject:
    return project_mapping.change(
        MappedProject.objects.get(pk=world.project.pk),
        actor=world.person,
        values={"transition_defaults": defaults},
    )


def test_a_resolution_is_proposed_where_a_done_status_demands_one(world: World):
    assert world.project.transition_defaults == {"Rejected": {"resolution": "Done"}}


def test_the_step_is_taken_with_what_was_proposed(world: World):
    item = world.edit(world.first(), status="Rejected")
    world.settle()
    item.refresh_from_db()
    issue = world.issue(item.remote_key)
    assert (issue["status"]["name"], issue["resolution"]["name"]) == ("Rejected", "Done")
    assert item.sync_state == "synced"


def test_without_a_value_the_step_waits_and_with_one_it_is_replayed(world: World):
    assert give(world, {"Rejected": None}).transition_defaults == {}
    item = world.edit(world.first(), status="Rejected")
    world.settle()
    item.refresh_from_db()
    assert "asks for Resolution" in item.sync_detail
    give(world, {"Rejected": {"resolution": "Won't Do"}})
    replay.replay_change(Change.objects.get(item=item, state="parked"), actor=world.person)
    world.settle()
    issue = world.issue(item.remote_key)
    assert (issue["status"]["name"], issue["resolution"]["name"]) == ("Rejected", "Won't Do")


@pytest.mark.parametrize(
    ("defaults", "words"),
    [
        ({"Rejected": {"resolution": "Nonsense"}}, "Jira does not take “Nonsense” as Resolution"),
        (
            {"Rejected": {"customfield_1": "x"}},
            "does not take “customfield_1”. It takes: resolution",
        ),
        ({"Unheard of": {"resolution": "Done"}}, "is no mapped status"),
    ],
)
def test_what_jira_would_not_take_is_refused_and_nothing_stored(world: World, defaults, words):
    with pytest.raises(Refused) as caught:
        give(world, defaults)
    assert words in caught.value.message
    assert caught.value.fields["transition_defaults"] == [caught.value.message]
    stored = MappedProject.objects.get(pk=world.project.pk)
    assert stored.transition_defaults == world.project.transition_defaults


def test_the_api_shows_and_changes_them(world: World, api: Callable, token_of: Callable):
    caller, address = api(token_of(world.person)), f"/projects/{world.project.pk}"
    assert caller.get(address).json()["transition_defaults"] == {"Rejected": {"resolution": "Done"}}
    wanted = {"transition_defaults": {"Rejected": {"resolution": "Duplicate"}}}
    answer = caller.patch(address, wanted)
    assert answer.json()["transition_defaults"] == wanted["transition_defaults"]
    wrong = caller.patch(address, {"transition_defaults": {"Rejected": {"resolution": "X"}}})
    assert wrong.status_code == 422
    assert "transition_defaults" in wrong.json()["error"]["fields"]
    assert (
        caller.patch(address, {"transition_defaults": {"Rejected": None}}).json()[
            "transition_defaults"
        ]
        == {}
    )
