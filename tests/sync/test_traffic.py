"""The cockpit's figures: what waits, what is stuck, and a day's line."""

from __future__ import annotations

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
