"""The rows of a permission report: how they are kept, and how they are told to people and programs.

Kept are states and findings; words, operations and order are made when a row is shown, so that a report
of many projects stays light. It must not ask Jira and must not write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from jira_client import permission_evaluation
from jira_client.permission_evaluation import Obstacle, ProjectEvaluation
from jira_client.requirements import ALSO, CATALOGUE, REQUIRED
from jira_client.values import PermissionState, Project

Row = dict[str, Any]
NOT_LOOKED_AT: Mapping[str, Any] = {"state": "not_checked"}
_MISSING, _UNKNOWN = PermissionState.MISSING.value, PermissionState.UNKNOWN.value


def kept(
    project: Project,
    states: Mapping[str, PermissionState],
    setup: dict[str, Any] | None = None,
    *,
    why: str = "",
) -> Row:
    """A row as it is stored. `setup` is what `project_setup` found; None: not looked at. `why`: the
    sentence on what failed, where states are unknown."""
    return {
        "id": project.id,
        "key": project.key,
        "name": project.name or project.key,
        "states": {key: state.value for key, state in states.items()},
        "setup": setup,
        **({"why": why} if why else {}),
        **({"archived": True} if project.archived else {}),
    }


def dated(row: Row, at: datetime | None) -> Row:
    """The row with the time when Jira was asked about its project."""
    if at is None or row.get("asked"):
        return row
    return {**row, "asked": at.astimezone(UTC).isoformat().replace("+00:00", "Z")}


def asked_at(row: Row) -> datetime | None:
    """When Jira was asked about the project; None for rows of before that was kept."""
    return parse_datetime(row.get("asked") or "")


class Index:
    """Finds the rows of projects in a report of many."""

    def __init__(self, rows: Iterable[Row]) -> None:
        rows = list(rows)
        self.by_id = {row["id"]: row for row in rows if row["id"]}
        self.by_key = {row["key"]: row for row in rows}

    def find(self, other: Row) -> Row | None:
        """The row of the same project: by its id, or by its key where an account did not see it."""
        if other["id"] in self.by_id:
            return self.by_id[other["id"]]
        named = self.by_key.get(other["key"])
        return None if named and named["id"] and other["id"] else named


def same(one: Row, other: Row) -> bool:
    """Whether two looks at a project saw the same permissions and obstacles."""
    return (
        _states(one) == _states(other)
        and obstacles_of(one) == obstacles_of(other)
        and is_archived(one) == is_archived(other)
    )


def is_archived(row: Row) -> bool:
    """Whether Jira lets nobody write in the project, so that no permission can be asked for."""
    return bool(row.get("archived"))


def states_of(row: Row) -> dict[str, PermissionState]:
    """Permission key → state."""
    return {key: PermissionState(state) for key, state in _states(row).items()}


def _states(row: Row) -> dict[str, str]:
    """Reports of before the first release kept a list of cells instead."""
    found: dict[str, str] | None = row.get("states")
    if found is None:
        found = {cell["key"]: cell["state"] for cell in row.get("permissions", ())}
    return found


def lines_of(row: Row) -> dict[str, PermissionState]:
    """The guide's name → state: the catalogue's lines and what was also looked at."""
    states = states_of(row)
    return {line.name: permission_evaluation.state_of(line, states) for line in (*CATALOGUE, *ALSO)}


def required_missing(row: Row) -> list[str]:
    """Names of required permissions that are missing; none where granting would not help."""
    if is_archived(row):
        return []
    found = _states(row)
    return [
        line.name
        for line in (*CATALOGUE, *ALSO)
        if line.need == REQUIRED and found.get(line.key) == _MISSING
    ]


def required_unknown(row: Row) -> list[str]:
    """Names of required permissions of which nobody can tell, because the question failed."""
    if is_archived(row) or required_missing(row):
        return []
    return [
        line.name
        for line in (*CATALOGUE, *ALSO)
        if line.need == REQUIRED and _states(row).get(line.key, _UNKNOWN) == _UNKNOWN
    ]


def judged(row: Row, account: str) -> ProjectEvaluation:
    """Both views of the row, with words."""
    return permission_evaluation.evaluate(
        states_of(row),
        account,
        row["key"],
        obstacles_of(row),
        why=row.get("why", ""),
        archived=is_archived(row),
    )


def obstacles_of(row: Row) -> list[Obstacle]:
    setup = row.get("setup") or {}
    return [
        Obstacle(
            tuple(one["operations"]), PermissionState(one["state"]), one["message"], one["text"]
        )
        for one in setup.get("obstacles", ())
    ]


def blocked(row: Row) -> int:
    """How many things stand in the way in spite of held permissions."""
    setup = row.get("setup") or {}
    return sum(one["state"] == _MISSING for one in setup.get("obstacles", ()))


def weight(row: Row) -> tuple[bool, int, int, int]:
    """For sorting, the heaviest first: archived ones, required permissions, obstacles, other gaps."""
    others = sum(state != PermissionState.HELD.value for state in _states(row).values())
    return not is_archived(row), -len(required_missing(row)), -blocked(row), -others


def told(row: Row, account: str) -> Row:
    """A row in the API's shape, with all its words."""
    found, setup = judged(row, account), row.get("setup") or {}
    return {
        "id": row["id"],
        "key": row["key"],
        "name": row["name"],
        "archived": is_archived(row),
        "why_unknown": row.get("why", ""),
        "permissions": [_cell(one) for one in found.permissions],
        "also": [_cell(one) for one in found.also],
        "operations": [
            {
                "code": one.code,
                "name": one.name,
                "state": one.state.value,
                "message": one.message,
                "text": one.text,
            }
            for one in found.operations
        ],
        "screens": setup.get("screens") or NOT_LOOKED_AT,
        "board": setup.get("board") or NOT_LOOKED_AT,
        "looked_at": setup.get("at"),
        "asked_at": row.get("asked"),
    }


def _cell(one: permission_evaluation.PermissionRow) -> dict[str, str]:
    return {
        "name": one.name,
        "key": one.key,
        "need": one.need,
        "state": one.state.value,
        "message": one.message,
        "text": one.text,
    }
