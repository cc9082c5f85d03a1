"""What people wrote on either side, in the order of writing, with what they saw there before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Wrote:
    """One acknowledged write of one field. `turn` counts the writes of both sides; `saw` is what the
    writer's own side held until then. Both in the board's words."""

    turn: int
    value: Any
    saw: Any


Writes = dict[tuple[str, str], list[Wrote]]


@dataclass
class Written:
    """`board`: (item id, board field) → writes; `jira`: (issue id, board field) → writes."""

    board: Writes = field(default_factory=lambda: defaultdict(list))
    jira: Writes = field(default_factory=lambda: defaultdict(list))
    board_deleted: set[str] = field(default_factory=set)  # item ids
    jira_deleted: set[str] = field(default_factory=set)  # issue ids
    board_created: dict[str, str] = field(default_factory=dict)  # item id → summary
    jira_created: dict[str, str] = field(default_factory=dict)  # issue key → summary
    # Issue ids that were hidden or moved away for a while: nothing may be written to them meanwhile
    away: set[str] = field(default_factory=set)
    # Issue ids that left (deleted, moved, hidden) and no webhook arrived that told of it
    unheard: set[str] = field(default_factory=set)
    # Issue ids that a restored Jira has again although they had been deleted since
    brought_back: set[str] = field(default_factory=set)
    # Issue ids changed under a clock that was put back, where webhooks were lost or none is heard: a poll
    # asks for what was updated since, and they say that they were not
    misdated: set[str] = field(default_factory=set)
    # (issue id, board field) that Jira told nobody for a while: it touches no issue when the field comes
    # back, so that a comparison finds it
    came_back: set[tuple[str, str]] = field(default_factory=set)
    # Comment written on the board → its text, None where its author deleted it
    comments: dict[str, str | None] = field(default_factory=dict)
    # Those of them that somebody in Jira has changed or deleted
    comments_touched: set[str] = field(default_factory=set)
    restored: bool = False  # Jira was put back, and has lost what was written since
    # Sprints that people in Jira have closed, by id
    sprints_closed: set[int] = field(default_factory=set)
    turn: int = 0

    def on_board(self, item: str, name: str, value: Any, saw: Any) -> None:
        self.turn += 1
        self.board[item, name].append(Wrote(self.turn, value, saw))

    def in_jira(self, issue: str, name: str, value: Any, saw: Any) -> None:
        self.turn += 1
        self.jira[issue, name].append(Wrote(self.turn, value, saw))

    def forget_issue(self, issue: str) -> None:
        """Its writes went with it; another issue may get its number."""
        for key in [key for key in self.jira if key[0] == issue]:
            del self.jira[key]
