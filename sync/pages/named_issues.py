"""Issues that deliveries name by id, as the board calls them: Jira tells of a link by two numbers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sync.models import Delivery, Shadow

Ends = tuple["Named", ...]


@dataclass(frozen=True, slots=True)
class Named:
    """`key` is the issue's id where no key is known; `item` is None where the board has none to show."""

    key: str
    item: uuid.UUID | None = None
    summary: str = ""


Names = Mapping[tuple[uuid.UUID, str], Named]  # by connection and the issue's id


def of(rows: Iterable[Delivery]) -> Names:
    """The issues of these deliveries that are paired with an item, in one query."""
    wanted = {(row.connection_id, one) for row in rows for one in _ids(row)}
    if not wanted:
        return {}
    shadows = Shadow.objects.filter(
        connection__in={connection for connection, _ in wanted},
        remote_id__in={one for _, one in wanted},
    )
    columns = ("connection_id", "remote_id", "remote_key", "item_id", "item__summary")
    live = shadows.filter(item__deleted=None).values_list(*columns)
    return {
        (connection, one): Named(key, item, summary) for connection, one, key, item, summary in live
    }


def ends_of(row: Delivery, names: Names) -> Ends:
    """The issue of a delivery, or the two of a link, from source to target; empty where it names none."""
    ends = [names.get((row.connection_id, one)) or Named(one) for one in _ids(row)]
    if not row.issue_key:
        return tuple(ends)
    known = ends[0] if ends and ends[0].item else Named(row.issue_key)
    # By the key that Jira gave then: a moved issue has another by now.
    return (Named(row.issue_key, known.item, known.summary), *ends[1:])


def _ids(row: Delivery) -> list[str]:
    return [one for one in (row.issue_id, row.other_issue_id) if one]
