"""Boards and sprints. It must not know issues."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, eq=False)
class Board:
    id: int
    name: str
    kind: str
    project_ids: list[int]
    filter_id: int


@dataclass(slots=True, eq=False)
class Sprint:
    """`state` is future, active or closed; dates are aware."""

    id: int
    name: str
    board_id: int
    state: str = "future"
    start: datetime | None = None
    end: datetime | None = None
    complete: datetime | None = None
    goal: str = ""
    created: datetime | None = None
