"""A field that is set back in Jira right after our write, by a rule of Jira's or by a person.

Jira's value is taken over, as any edit of its side. But whoever sees the board's value vanish asks who
did that: so the change that had carried it says it, in the item's history and in its trace.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from jira_client.values import Issue
from planning.models import Change, ChangeKind, ChangeState, WorkItem
from sync.core.echo import same
from sync.core.history import setting
from sync.inbound import conflict_authors
from sync.inbound.read_batch import Reading
from sync.pairs.rules import values_of

RIGHT_AFTER: Final = timedelta(minutes=10)
SOMEBODY: Final = "somebody"


def words(back: Mapping[str, str]) -> str:
    """`back`: board field → who set it back."""
    who = sorted({*back.values()})
    return (
        f"Jira took it, and {', '.join(who)} set {', '.join(sorted(back))} back in Jira right after. "
        "Jira's value was taken over."
    )


def note(
    reading: Reading,
    issues: Collection[Issue],
    moved: Mapping[WorkItem, Collection[str]],
) -> None:
    """Of items that took values from a read: where that undid what had just been sent, say so.

    `moved`: item → its fields that changed. Two queries, and one more for each that was set back.
    """
    if not moved:
        return
    rules, lookups, names = reading.rules, reading.lookups, reading.names or {}
    sent = Change.objects.filter(
        item__in=list(moved),
        kind=ChangeKind.EDIT,
        state=ChangeState.SETTLED,
        settled__gte=timezone.now() - RIGHT_AFTER,
        message="",
    )
    items = {item.pk: item for item in moved}
    read = {issue.id: issue for issue in issues}
    for change in sent.order_by("id"):
        item = items[change.item_id]
        now = values_of(item)
        undone = [
            name
            for name in change.fields
            if name in moved[item]
            and name in change.before
            and same(name, _plain(change.before[name]), now.get(name))
        ]
        if undone and (issue := read.get(item.remote_id)):
            told = issue.history or conflict_authors.told(reading.project, issue.id)
            back = {}
            for name in undone:
                found = setting(rules, lookups, told, names, name, now.get(name))
                author = (found.author_name or found.author_id) if found else None
                back[name] = author or SOMEBODY
            Change.objects.filter(pk=change.pk).update(message=words(back))


def _plain(value: Any) -> Any:
    """A person of the board as the id by which it is compared."""
    return value.get("id") if isinstance(value, Mapping) else value
