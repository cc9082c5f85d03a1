"""Levels of types: what Jira told, what a screen suggests, and what follows from who stands below whom."""

from __future__ import annotations

import pytest

from sync.core.levels import followed


@pytest.mark.parametrize(
    ("certain", "likely", "below", "found"),
    [
        ({"epic": 1}, {"story": 0}, [("story", "epic")], {"epic": 1, "story": 0}),
        # As many levels above as the site has, learnt one from the other
        (
            {"epic": 1},
            {},
            [("goal", "vision"), ("epic", "initiative"), ("initiative", "goal")],
            {"epic": 1, "initiative": 2, "goal": 3, "vision": 4},
        ),
        # Downwards too: who stands below something that is known
        ({"top": 3}, {}, [("middle", "top")], {"top": 3, "middle": 2}),
        # A screen suggests a story, and Jira had epics stand below it
        ({"epic": 1}, {"initiative": 0}, [("epic", "initiative")], {"epic": 1, "initiative": 2}),
        # Two answers are none
        (
            {"epic": 1, "goal": 3},
            {},
            [("epic", "odd"), ("goal", "odd")],
            {"epic": 1, "goal": 3},
        ),
        # Sub-tasks stand below epics as well, and prove nothing
        ({"sub": -1}, {}, [("sub", "any")], {"sub": -1}),
        # What Jira told is not doubted
        ({"epic": 1, "story": 0}, {}, [("story", "story")], {"epic": 1, "story": 0}),
        ({}, {}, [("a", "b"), ("b", "a")], {}),
    ],
)
def test_levels_follow(
    certain: dict[str, int],
    likely: dict[str, int],
    below: list[tuple[str, str]],
    found: dict[str, int],
) -> None:
    assert followed(certain, likely, below) == found
