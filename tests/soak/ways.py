"""By which ways a history's workers hear of Jira, and what each way can promise before a comparison.

Both ways: whatever stays in Jira is found. An issue that *leaves* (deleted, moved away, hidden) is told
by its webhook alone, for a search does not list what is not there: where that delivery was lost, only
the next edit of the item or the full comparison finds out. Nor does it list by time what was changed
under a clock that was put back.
Polling alone: the same, with no delivery at all, so neither is heard of.
Webhooks alone: what is not told is not found before the comparison. So the weather of these histories
drops no delivery, and what Jira does without a word (a security scheme) is left to the other two ways.
So is a clock that is put back: what looks older than it was is believed at a second look, a poll's.
Neither does anybody correct what a dead worker left an item saying: a poll does that when it ends.
"""

from __future__ import annotations

from enum import StrEnum


class Ways(StrEnum):
    ALL = "all"
    POLL = "poll"
    HOOKS = "hooks"

    @property
    def polls(self) -> bool:
        return self is not Ways.HOOKS

    @property
    def hears(self) -> bool:
        """Whether Jira's webhooks arrive."""
        return self is not Ways.POLL

    def meets(self, fault: str) -> bool:
        """Whether this fault of Jira's comes in such a history, and can strike there."""
        if self is Ways.POLL:
            return not fault.startswith("webhooks_")
        return self is Ways.ALL or fault != "webhooks_lost"

    def passes(self, point: str) -> bool:
        """Whether a worker can be brought to this crash point by these ways."""
        return self is Ways.ALL or not (
            point.startswith(_NEEDS_OTHER[self][0]) or point in _NEEDS_OTHER[self][1]
        )


def by_seed(seed: int) -> Ways:
    return (Ways.HOOKS, Ways.ALL, Ways.POLL)[seed % 3]


# Crash points that lie on the way that is missing, or are brought about by a delivery or a poll.
_NEEDS_OTHER = {
    Ways.POLL: (
        ("drain.", "webhook."),
        {"moved.marked", "absence.buried", "parent.found", "place.placed", "brake.decided"},
    ),
    Ways.HOOKS: (
        ("poll.",),
        {"tick.poll_claimed", "parent.found", "place.placed", "look.adopted"},
    ),
}
