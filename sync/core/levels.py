"""Levels of Jira's hierarchy: -1 sub-tasks, 0 stories and their like, 1 epics, 2 and more what is above.

Which type is of which level, as far as it follows from what Jira told and from which issues stand below
which. Types go by their ids, never by names: those are every site's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

SUBTASK: Final = -1
STORY: Final = 0
EPIC: Final = 1

Pairs = Iterable[tuple[str, str]]  # type of a child, type of its parent


def followed(
    certain: Mapping[str, int], likely: Mapping[str, int], below: Pairs = ()
) -> dict[str, int]:
    """Type id → level. `certain`: what Jira told; `likely`: what a screen suggests, believed where nothing
    speaks against it; `below`: which types were seen below which.

    A parent is of the next level. Where that says two things of one type, it says nothing of it. Sub-tasks
    say nothing of their parents, since Jira has them below epics too.
    """
    known, pairs = dict(certain), set(below)
    _spread(known, pairs)
    for one, level in likely.items():
        known.setdefault(one, level)
    _spread(known, pairs)
    return known


def _spread(known: dict[str, int], pairs: set[tuple[str, str]]) -> None:
    while True:
        found: dict[str, set[int]] = {}
        for child, parent in pairs:
            if child in known and parent not in known and known[child] != SUBTASK:
                found.setdefault(parent, set()).add(known[child] + 1)
            elif parent in known and child not in known and known[parent] >= EPIC:
                found.setdefault(child, set()).add(known[parent] - 1)
        new = {one: levels.pop() for one, levels in found.items() if len(levels) == 1}
        if not new:
            return
        known.update(new)
