"""Sprints: objects on Cloud and in the agile API, strings in Data Center's Sprint field.

The string form is Java's way to print an object; commas and brackets occur inside names and
goals, so it is cut at the known keys, not at commas.

Source of objects: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/
The strings were seen in answers of real instances of Data Center; the vendor does not say their form.
"""

import re
from collections.abc import Mapping
from typing import Any

from jira_client.parse.plain import moment, text, whole
from jira_client.values import Sprint

_KEYS = (
    "id",
    "rapidViewId",
    "state",
    "name",
    "startDate",
    "endDate",
    "completeDate",
    "activatedDate",
    "sequence",
    "goal",
    "synced",
    "autoStartStop",
    "incompleteIssuesDestinationId",
)
_KEY = re.compile(rf"(?:^|,)({'|'.join(_KEYS)})=")
_NULL = ("<null>", "null", "")


def sprint(value: Mapping[str, Any]) -> Sprint:
    """A sprint from its JSON object; the state in lower case."""
    board = value.get("originBoardId")
    return Sprint(
        id=whole(value.get("id")) or 0,
        name=text(value.get("name")),
        state=text(value.get("state")).lower(),
        board_id=whole(board if board is not None else value.get("boardId")),
        start=moment(value.get("startDate")),
        end=moment(value.get("endDate")),
        complete=moment(value.get("completeDate")),
        goal=text(value.get("goal")),
    )


def sprints_in(value: Any) -> tuple[Sprint, ...]:
    """The sprints of a Sprint field's value: objects, strings, one or many, or nothing."""
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    found = []
    for item in items:
        if isinstance(item, Mapping):
            found.append(sprint(item))
        elif isinstance(item, str):
            read = _from_string(item)
            if read is not None:
                found.append(read)
    return tuple(found)


def _from_string(item: str) -> Sprint | None:
    _, bracket, inner = item.partition("[")
    if not bracket:
        return None
    inner = inner.removesuffix("]")
    parts: dict[str, str] = {}
    matches = list(_KEY.finditer(inner))
    for index, match in enumerate(matches):
        end = matches[index + 1].start() if index + 1 < len(matches) else len(inner)
        # The first occurrence is Jira's own; a later one stands inside a name or goal.
        parts.setdefault(match[1], inner[match.end() : end])
    number = whole(parts.get("id"))
    if number is None:
        return None
    clean = {key: "" if part in _NULL else part for key, part in parts.items()}
    return Sprint(
        id=number,
        name=clean.get("name", ""),
        state=clean.get("state", "").lower(),
        board_id=whole(clean.get("rapidViewId")),
        start=moment(clean.get("startDate")),
        end=moment(clean.get("endDate")),
        complete=moment(clean.get("completeDate")),
        goal=clean.get("goal", ""),
    )
