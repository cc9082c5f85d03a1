"""Changes of fields that hold several things, which Jira tells one by one, as changes of the whole.

A changelog has a line of its own for each version or component that comes or goes. What the field held
after each change is worked out backwards from what the issue holds now. The vendor does not say it; it
was seen in changelogs of real instances. Lines are told apart by ids, since names change.

Source of changelogs: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-changelog-get
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from jira_client.values import History, HistoryItem

# Field id → what the changelog of a Data Center, which tells no ids of fields, calls it.
IN_PARTS: Final = {"fixVersions": "fix version", "components": "component"}


def in_whole(fields: Mapping[str, Any], histories: Sequence[History]) -> tuple[History, ...]:
    """The changes, oldest first, each with one item per such field, and with its names before and after.

    `fields`: the issue's, as it is after the last of them; of a field that is not among them, the items
    stay as they are.
    """
    found = tuple(histories)
    for field_id, word in IN_PARTS.items():
        if isinstance(fields.get(field_id), list):
            found = _whole(field_id, word, fields[field_id], found)
    return found


def _whole(
    field_id: str, word: str, now: Sequence[Any], histories: tuple[History, ...]
) -> tuple[History, ...]:
    names: dict[str, str] = {}
    for history in histories:
        for item in _lines(history, field_id, word):
            names |= {id: text or "" for id, text in _ends(item) if id}
    rows = [row for row in now if isinstance(row, Mapping)]
    names |= {str(row.get("id")): str(row.get("name") or "") for row in rows}
    after = {str(row.get("id")) for row in rows}
    found: list[History] = []
    for history in reversed(histories):
        lines = _lines(history, field_id, word)
        if not lines:
            found.append(history)
            continue
        before = after - {item.new for item in lines if item.new}
        before |= {item.old for item in lines if item.old}
        # Once more forwards: the changes may have been read after the issue.
        held = before - {item.old for item in lines if item.old}
        held |= {item.new for item in lines if item.new}
        one = HistoryItem(
            lines[0].field,
            lines[0].field_id,
            *(None, None, None, None),
            old_names=tuple(sorted(names[id] for id in before)),
            new_names=tuple(sorted(names[id] for id in held)),
        )
        rest = tuple(item for item in history.items if item not in lines)
        found.append(replace(history, items=(*rest, one)))
        after = before
    return tuple(reversed(found))


def _lines(history: History, field_id: str, word: str) -> list[HistoryItem]:
    return [
        item
        for item in history.items
        if item.field_id == field_id or (not item.field_id and item.field.lower() == word)
    ]


def _ends(item: HistoryItem) -> tuple[tuple[str | None, str | None], ...]:
    return (item.old, item.old_text), (item.new, item.new_text)
