"""Boards and sprints. It must not know issues.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, eq=False)
class Board:
    """The first of `project_ids` is where it is; the others are those its filter covers too."""

    id: int
    name: str
    kind: str
    project_ids: list[int]
    filter_id: int
    estimation: str | None = None
    """The field it estimates by; None: the site's story points, on a Scrum board."""
    jql: str = ""
    """What of those projects it shows; empty: all issues of them."""
    sprints: bool = False
    """Whether sprints are switched on; a Scrum board always has them."""

    @property
    def has_sprints(self) -> bool:
        return self.kind == "scrum" or self.sprints


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
