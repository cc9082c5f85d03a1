"""Boards, their configuration, sprints, and issues that a ranking left where they were.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Board:
    """An agile board; `type` is `scrum`, `kanban` or `simple`.

    `project_id`, `project_key`: the project where it is, empty where Jira does not say (Data Center) or
    it is a person's. `sprints`: whether a simple board has them, once that was asked.
    """

    id: int
    name: str
    type: str
    project_id: str = field(default="", compare=False)
    project_key: str = field(default="", compare=False)
    sprints: bool | None = field(default=None, compare=False)

    @property
    def has_sprints(self) -> bool:
        """Whether sprints are planned on it: a Scrum board, or a simple one of which that is known."""
        return self.type == "scrum" or bool(self.sprints)


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
