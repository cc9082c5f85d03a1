"""A PI's baseline, and what drifted from it: by whom, on which side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from almconnect.lib.api import Refused
from planning import baselines
from planning.models import Iteration, Pi, PiBaseline, Team, WorkItem
from sync.inbound import sprint_placement
from tests.sync.world import World


@pytest.fixture
def planned(world: World) -> list[WorkItem]:
    """Five items in the first of two iterations; the first blocks the second."""
    first, _second = world.iteration(1, 2), world.iteration(2, 3)
    sprint_placement.place(world.project.pk)  # what is in these sprints already
    items = list(WorkItem.objects.filter(project=world.project).order_by("rank")[:5])
    for item in items:
        world.edit(item, team=str(world.team.pk), iteration=str(first.pk), story_points=3)
    world.settle()
    world.link(items[0], items[1])
    world.settle()
    return items


def pi() -> Pi:
    return Pi.objects.get(name="PI 1")


def drift(row: PiBaseline) -> set[tuple[str, str, str, str, str, str]]:
    return {
        (one.key, one.kind, one.field, one.before, one.after, one.side)
        for one in baselines.drift(PiBaseline.objects.get(pk=row.pk))
    }


def test_nothing_drifts_of_itself(world: World, planned: list[WorkItem]) -> None:
    row = baselines.take(pi(), " Commitment ", actor=world.person)
    count = WorkItem.objects.live().filter(iteration__pi=pi()).count()
    assert (row.name, len(row.items)) == ("Commitment", count)
    first, second = (str(item.pk) for item in planned[:2])
    assert [first, second, "blocks"] in row.links
    world.settle()
    assert drift(row) == set()


def test_what_drifts_is_told_with_its_side(world: World, planned: list[WorkItem]) -> None:
    row = baselines.take(pi(), "Commitment", actor=world.person)
    a, b, c, d, e = planned
    red = Team.objects.create(name="Red")
    world.edit(a, story_points=8)
    world.edit(b, team=str(red.pk))
    world.edit(c, iteration=str(Iteration.objects.get(index=2).pk))
    world.edit(d, iteration=None)
    world.settle()
    points = world.project.field_map["story_points"]
    world.edit_issue(e.remote_key, **{points: 13})
    world.settle()
    into = str(Iteration.objects.get(index=1).pk)
    new = world.create("Late", team=str(world.team.pk), iteration=into)
    world.settle()
    new.refresh_from_db()
    first, second = "Iteration 1", "Iteration 2"
    assert drift(row) == {
        (a.remote_key, "changed", "story_points", "3", "8", "board"),
        (b.remote_key, "changed", "team", "Falcon", "Red", "board"),
        (c.remote_key, "changed", "iteration", first, second, "board"),
        (d.remote_key, "left", "", f"Falcon · {first}", "Falcon · no iteration", "board"),
        (e.remote_key, "changed", "story_points", "3", "13", "jira"),
        (new.remote_key, "added", "", "", f"Falcon · PI 1 · {first}", "board"),
    }


def test_links_and_deletions_drift_too(world: World, planned: list[WorkItem]) -> None:
    row = baselines.take(pi(), "Commitment", actor=world.person)
    a, b, c, d, _e = planned
    for link in a.links_out.all():
        from planning import link_editing

        link_editing.remove_link(link.pk, actor=world.person)
    world.link(b, c)
    world.delete(d)
    found = {(one.key, one.kind): one for one in baselines.drift(row)}
    assert set(found) == {
        (a.remote_key, "link_removed"),
        (b.remote_key, "link_drawn"),
        (d.remote_key, "deleted"),
    }
    assert found[(a.remote_key, "link_removed")].before == f"blocks {b.remote_key}"
    assert {one.who for one in found.values()} == {str(world.person)}


def test_a_baseline_of_nothing_or_without_a_name_is_refused(world: World) -> None:
    empty = Pi.objects.create(name="Empty")
    with pytest.raises(Refused, match="Nothing is planned"):
        baselines.take(empty, "Commitment", actor=world.person)
    with pytest.raises(Refused, match="called"):
        baselines.take(empty, "  ", actor=world.person)


def test_drift_costs_the_same_for_many_items(world: World, planned: list[WorkItem]) -> None:
    row = baselines.take(pi(), "Commitment", actor=world.person)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            baselines.drift(PiBaseline.objects.get(pk=row.pk))
        return len(queries)

    world.edit(planned[0], story_points=8)
    before = cost()
    for item in planned[1:]:
        world.edit(item, story_points=8)
    assert cost() == before


def test_baselines_on_their_page(
    world: World,
    planned: list[WorkItem],
    rte: User,
    viewer: User,
    client_of: Callable[..., Any],
) -> None:
    client, page = client_of(rte), reverse("planning:baselines", args=[pi().pk])
    assert "has no baseline yet" in client.get(page).content.decode()
    take = reverse("planning:take_baseline", args=[pi().pk])
    assert client_of(viewer).post(take, {"name": "x"}).status_code == 403
    assert client.post(take, {"name": "Commitment"}).status_code == 302
    assert "is as in “Commitment”" in client.get(page).content.decode()
    world.edit(planned[0], story_points=8, summary="=cmd()")
    shown = client_of(viewer).get(page).content.decode()
    assert "1 item of PI 1 is not as in" in shown
    assert "Take it now" not in shown
    row = PiBaseline.objects.get()
    file = client.get(reverse("planning:baseline_csv", args=[row.pk]))
    lines = b"".join(file.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "'=cmd()" in lines[1]
    assert client.post(reverse("planning:remove_baseline", args=[row.pk])).status_code == 302
    assert not PiBaseline.objects.exists()
