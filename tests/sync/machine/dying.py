"""Where the shell's workers may die, or be met by a person's edit, in the middle of their work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from sync.worker import failpoints
from tests.soak.history import crash_points

# By the first word of a point: who may pass it.
PASSED_BY: Final = {
    **dict.fromkeys(
        (
            "create",
            "look",
            "people",
            "edit",
            "ownership",
            "removing",
            "link",
            "comment",
            "delete",
            "push",
        ),
        ("push",),
    ),
    "drain": ("drain",),
    "poll": ("poll",),
    "place": ("poll", "drain"),
    "run": ("reconcile",),
    "sprint": ("reconcile", "drain"),
    **dict.fromkeys(
        ("pull", "parent", "moved", "absence", "ensure"), ("push", "drain", "poll", "reconcile")
    ),
    # The beat, people's own calls, and registering: tests/sync/test_crash_*.py and the soak.
    **dict.fromkeys(("tick", "brake", "webhook", "version"), ()),
}
# Passed only where something is brought about that no rule of the machine does, or hardly ever.
RARE: Final = frozenset({
    "comment.found", "comment.missed", "comment.parked", "comment.refused",
    "create.in_doubt", "create.narrowed", "create.refused", "create.sent_without", "drain.put_off",
    "drain.stumbled", "edit.moved_away", "edit.put_off", "edit.restored", "link.kept_here",
    "link.refused", "link.renamed", "look.adopted", "moved.marked", "parent.found", "people.stored",
    "place.placed", "poll.kept", "push.put_back", "sprint.created", "sprint.linked", "sprint.linking",
})  # fmt: skip
DEATHS: Final = {
    who: [
        one for one in crash_points() if who in PASSED_BY[one.partition(".")[0]] and one not in RARE
    ]
    for who in ("push", "drain", "poll", "reconcile")
}


def needed(who: str, point: str) -> str:
    """What a person does, so that this worker has something to do there."""
    if who != "push":
        return "delete_jira" if point.startswith("absence.") else "edit_jira"
    verbs = {"create": "create_board", "look": "create_board", "link": "link_board",
             "removing": "link_board", "delete": "delete_board", "comment": "comment_board"}  # fmt: skip
    special = {
        "edit.planned": "plan_board",
        "edit.ranked": "rank_board",
        "link.removed": "unlink_board",
        "comment.edited": "recomment_board",
        "comment.deleted": "uncomment_board",
    }
    return special.get(point) or verbs.get(point.partition(".")[0], "edit_board")


class at_point:  # noqa: N801  # reads as a block
    """`with at_point(name, act):` act once, when a worker reaches that point."""

    def __init__(self, name: str, act: Callable[[], object]) -> None:
        self.name, self.act = name, act
        self._once = threading.Lock()

    def __enter__(self) -> None:
        self._kill = failpoints.os.kill
        settings.CRASH_AT = self.name
        # Until the block ends: threads that write side by side may reach the point together.
        failpoints.os.kill = self._reached  # type: ignore[assignment]

    def _reached(self, pid: int, number: int) -> None:
        settings.CRASH_AT = ""
        if not self._once.acquire(blocking=False):
            return
        try:
            self.act()
        finally:
            if threading.current_thread() is not threading.main_thread():
                connections.close_all()

    def __exit__(self, *problem: object) -> None:
        settings.CRASH_AT = ""
        failpoints.os.kill = self._kill


class emptied:  # noqa: N801  # reads as a block
    """Each history begins with an empty database, and commits for real: threads of the console that
    have a connection of their own (the rate budget's, the lease's) see what the history has written.
    """

    def __enter__(self) -> None:
        assert not connection.in_atomic_block

    def __exit__(self, *problem: object) -> None:
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
