"""The cockpit's figures: what waits, what is stuck, and a day's line."""

from __future__ import annotations

from sync.models import EqualityStatement
from sync.pairs import equality
from sync.status.traffic import flows_of
from tests.sync.world import World


def test_what_waits_and_what_flowed(world: World, client_of):
    world.edit(world.first(), summary="One")
    waiting = flows_of([world.connection])[world.connection.pk]
    assert (waiting.waiting_out, len(waiting.per_hour), sum(waiting.per_hour)) == (1, 24, 0)
    world.push()
    settled = flows_of([world.connection])[world.connection.pk]
    assert (settled.waiting_out, settled.per_hour[-1]) == (0, 1)
    page = client_of(world.person).get("/").content.decode()
    assert "1 change" in page
    assert "<polyline" in page


def test_the_cockpit_says_what_is_equal_on_both_sides(world: World, client_of):
    EqualityStatement.objects.all().delete()
    assert flows_of([world.connection])[world.connection.pk].equality is None
    world.reconcile()
    flow = flows_of([world.connection])[world.connection.pk]
    assert flow.equality is not None
    assert (flow.equality.items, flow.equality.equal) == (12, 12)
    world.edit(world.first(), summary="Waits")
    equality.state(world.project)
    page = client_of(world.person).get("/").content.decode()
    assert "11 of 12 items" in page
    assert f"{world.project.pk}/#equality" in page
