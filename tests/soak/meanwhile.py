"""Somebody who edits in Jira in the very moment of a worker's write."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.soak.hands import Hands
from tests.soak.passing import PATIENCE, synced

SLOW = 800  # milliseconds that a write of the worker's stands still, for a person to come between


@contextmanager
def an_edit_in_the_very_moment_of_a_write(hands: Hands) -> Iterator[None]:
    world, written = hands.world, hands.written
    item = synced(hands).order_by("pk").first()
    if item is None:
        yield
        return
    ours, theirs = f"Ours {hands.count}", f"Theirs {hands.count}"
    before_both = item.summary
    hands.write_board(item, "summary", ours)
    faults = world.handle.site.parts["faults"]
    before = faults.taken["slow"]
    where = {"method": "PUT", "path": rf"/issue/({item.remote_id}|{item.remote_key})$"}
    world.fault("slow", SLOW, times=1, **where)

    def come_between() -> None:
        until = time.monotonic() + PATIENCE
        while faults.taken["slow"] == before and time.monotonic() < until:
            time.sleep(0.005)
        world.edit_issue(item.remote_key, summary=theirs)

    thread = threading.Thread(target=come_between)
    thread.start()
    yield
    thread.join()
    # What stood there a moment before, ours or the one before it, nobody saw.
    written.in_jira(item.remote_id, "summary", theirs, before_both)
