"""Crash points that random edits hardly ever pass: what brings a worker there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from planning.models import WorkItem
from tests.soak.hands import Hands

SLOW = 800  # milliseconds that a write of the worker's stands still, for a person to come between
PATIENCE = 20.0


@contextmanager
def provoked(point: str, hands: Hands) -> Iterator[None]:
    """While a worker works inside: what is needed for it to pass this point."""
    arrange: dict[str, Callable[[Hands], threading.Thread | None]] = {
        "create.sent_without": _a_create_with_a_refused_field,
        "edit.restored": _an_edit_in_the_very_moment_of_a_write,
    }
    thread = arrange[point](hands) if point in arrange else None
    yield
    if thread is not None:
        thread.join()


def _a_create_with_a_refused_field(hands: Hands) -> None:
    summary = f"Refused {hands.count}"
    item = hands.world.create(summary, priority="No such priority")
    hands.written.board_created[str(item.pk)] = summary


def _an_edit_in_the_very_moment_of_a_write(hands: Hands) -> threading.Thread | None:
    world, written = hands.world, hands.written
    rows = WorkItem.objects.filter(project=world.project, deleted=None, sync_state="synced")
    item = rows.exclude(remote_key="").order_by("pk").first()
    if item is None:
        return None
    ours, theirs = f"Ours {hands.count}", f"Theirs {hands.count}"
    world.edit(item, summary=ours)
    written.board[str(item.pk), "summary"].append(ours)
    written.jira[item.remote_id, "summary"].append(theirs)
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
    return thread
