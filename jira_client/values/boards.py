"""Boards and sprints, and what ranking leaves where it was."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Board:
    """An agile board; `type` is `scrum`, `kanban` or `simple`."""

    id: int
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A column of a board with the ids of the statuses it shows."""

    name: str
    status_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardConfiguration:
    """How a board estimates and ranks; field ids as the REST API names them."""

    id: int
    estimation_field: str | None
    rank_field: str | None
    filter_id: str | None
    columns: tuple[BoardColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class Sprint:
    """A sprint; `state` is `future`, `active` or `closed`."""

    id: int
    name: str
    state: str
    board_id: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    complete: datetime | None = None
    goal: str = ""


@dataclass(frozen=True, slots=True)
class RankFailure:
    """An issue that a partly successful ranking (HTTP 207) left where it was."""

    issue_id: str
    issue_key: str
    status: int
    messages: tuple[str, ...] = ()
