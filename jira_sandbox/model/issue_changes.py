"""Changing an issue: new slot values in, changelog entry and event out.

Callers have checked permissions and screens; this only writes. Runs inside the site's lock.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from .boards import Sprint
from .issues import History, Issue, Item
from .people import User
from .projects import Status
from .site import Event, Site

PARTS = {"fix_versions": "Fix Version", "components": "Component"}
"""Slots of which a changelog tells each part that goes or comes, and what it calls the field.

The vendor does not say it; it was seen in changelogs of real instances."""


def change(
    site: Site, actor: User, issue: Issue, changes: Mapping[str, Any], kind: str = "issue_updated"
) -> History | None:
    """Writes the slots that differ; None where nothing did. `updated` moves, an event leaves."""
    moment = site.now()
    items = [
        item for slot, value in changes.items() for item in _apply(site, issue, slot, value, moment)
    ]
    if not items:
        return None
    return record(site, actor, issue, items, moment, kind)


def record(
    site: Site, actor: User, issue: Issue, items: list[Item], moment: datetime,
    kind: str = "issue_updated",
) -> History:  # fmt: skip
    """Adds a changelog entry for changes already made, and publishes it."""
    issue.updated = moment
    entry = History(site.next_id("history", 20000), actor, moment, tuple(items))
    issue.history.append(entry)
    site.publish(Event("jira:issue_updated", actor, kind, issue, entry))
    return entry


def _apply(site: Site, issue: Issue, slot: str, value: Any, moment: datetime) -> list[Item]:
    if slot == "status":
        return _status(issue, value, moment)
    if slot == "type":
        old, issue.type = issue.type, value
        return (
            []
            if old is value
            else [Item("issuetype", "issuetype", old.id, old.name, value.id, value.name)]
        )
    if slot == "description":
        text, rich = value
        before = issue.values.get("description")
        issue.values["description_adf"] = rich
        value = text
        if before == text:
            return []
    before = issue.values.get(slot)
    if before == value:
        return []
    issue.values[slot] = value
    if slot == "parent":
        adopt(issue, before, value)
    if slot == "resolution":
        issue.resolved = moment if value else None
    if slot in PARTS:
        return _parts(site, slot, before or (), value)
    return [_item(site, slot, before, value, issue)]


def _parts(site: Site, slot: str, before: tuple[Any, ...], value: tuple[Any, ...]) -> list[Item]:
    """Each version or component that goes or comes is a line of its own."""
    id = site.field_of(slot).id
    gone = [
        Item(PARTS[slot], id, one.id, one.name, None, None) for one in before if one not in value
    ]
    new = [
        Item(PARTS[slot], id, None, None, one.id, one.name) for one in value if one not in before
    ]
    return gone + new


def adopt(issue: Issue, before: Issue | None, after: Issue | None) -> None:
    if before is not None:
        before.children.discard(issue)
    if after is not None:
        after.children.add(issue)


def _status(issue: Issue, status: Status, moment: datetime) -> list[Item]:
    old = issue.status
    if old is status:
        return []
    issue.status = status
    if old.category != status.category:
        issue.status_changed = moment
    return [Item("status", "status", old.id, old.name, status.id, status.name)]


def _item(site: Site, slot: str, before: Any, value: Any, issue: Issue) -> Item:
    if slot == "parent" and not site.cloud and not issue.type.subtask:
        above = issue.type.level > 0
        field = site.field_of("parent", "parent-link" if above else "epic-link")
    elif slot == "parent":
        field = site.fields["parent"]
        return Item("IssueParentAssociation" if site.cloud else "Parent", "parent",
                    *_pair(before), *_pair(value))  # fmt: skip
    else:
        field = site.field_of(slot)
    if field.kind == "multiselect":
        return Item(field.name, field.id, *_several(field, before), *_several(field, value),
                    custom=True)  # fmt: skip
    if field.choices:
        return Item(field.name, field.id, *_chosen(field, before), *_chosen(field, value),
                    custom=True)  # fmt: skip
    name = field.name if field.custom else field.id
    if field.kind == "seconds":
        told = [None if one is None else str(one) for one in (before, value)]
        return Item(name, field.id, told[0], told[0], told[1], told[1])
    if field.kind == "date":
        return Item(name, field.id, *_date(field, before), *_date(field, value),
                    custom=bool(field.custom))  # fmt: skip
    return Item(name, field.id, *_pair(before), *_pair(value), custom=bool(field.custom))


def _date(field: Any, value: str | None) -> tuple[str | None, str | None]:
    """The day, and how people read it: Jira's own field with a time of day, others by their format."""
    if value is None:
        return None, None
    return value, f"{date.fromisoformat(value):%d/%b/%y}" if field.custom else f"{value} 00:00:00.0"


def _several(field: Any, ids: Any) -> tuple[str | None, str | None]:
    """The choices of a list: their ids in brackets, and their names."""
    names = dict(field.choices)
    found = ids or ()
    return (f"[{', '.join(found)}]", ",".join(names[one] for one in found)) if found else ("", "")


def _chosen(field: Any, id: Any) -> tuple[str | None, str | None]:
    return (None, None) if id is None else (id, dict(field.choices).get(id))


def _pair(value: Any) -> tuple[str | None, str | None]:
    """`from` and `fromString` of a value, by its kind."""
    if value is None or value == ():
        return None, None
    if isinstance(value, User):
        return value.account_id if "@" not in value.name else value.name, value.display_name
    if isinstance(value, Issue):
        return str(value.id), value.key
    if isinstance(value, tuple):
        return _list_pair(value)
    if isinstance(value, float):
        return None, f"{value:g}"
    if hasattr(value, "id"):
        return str(value.id), value.name
    return None, str(value)


def _list_pair(value: tuple[Any, ...]) -> tuple[str | None, str | None]:
    if isinstance(value[0], Sprint):
        return ", ".join(str(one.id) for one in value), ", ".join(one.name for one in value)
    if isinstance(value[0], str):
        return None, " ".join(value)
    raise ValueError(f"No changelog tells {value!r} as one value.")
