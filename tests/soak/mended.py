"""What a full comparison changed: it must find nothing that the workers should have found before.

What is left to it: an issue that left, or came back, and no webhook told of it (tests.soak.ways), with
what waited for it here; and where no webhook is heard, what was changed under a clock put back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planning.models import Link, WorkItem
from sync.models import Shadow
from sync.pairs.rules import values_of
from tests.soak.written import Written
from tests.sync.world import World

Picture = dict[str, dict[str, Any]]  # what it is → what is to be seen of it


def picture(world: World) -> Picture:
    """All that people see of the board's items and links, and all that Jira's issues hold."""
    return dict([*_items(world), *_links(world), *_issues(world)])


def mended(before: Picture, after: Picture, written: Written) -> list[str]:
    """What differs, but for departures that nobody told of, and for what no poll can ask for."""
    told_late = {issue for issue, _ in written.came_back}
    found, excused = [], written.unheard | written.misdated | told_late
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name, {}), after.get(name, {})
        if {was.get("issue"), now.get("issue")} & excused:
            continue
        if (now.get("ends", set()) | was.get("ends", set())) & excused:
            continue
        told = [
            f"{key} {was.get(key)!r} → {now.get(key)!r}"
            for key in sorted(was.keys() | now.keys())
            if was.get(key) != now.get(key)
        ]
        if told:
            found.append(f"I2: the comparison mended {name}: {'; '.join(told)}")
    return found


def _items(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    pairs = dict(
        Shadow.objects.filter(connection=world.connection).values_list("item_id", "remote_id")
    )
    for item in WorkItem.objects.filter(project__connection=world.connection):
        values = {
            **values_of(item),
            "rank": item.rank,
            "type": item.type,
            "key": item.remote_key,
            "project": str(item.project_id),
            "gone": item.deleted is not None,
            "state": item.sync_state,
            "issue": pairs.get(item.pk, ""),
        }
        yield f"item {item.pk} ({item.remote_key or item.summary})", values


def _links(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    rows = Link.objects.filter(source__project__connection=world.connection)
    for link in rows.select_related("source", "target"):
        values = {
            "gone": link.deleted is not None,
            "ends": {link.source.remote_id, link.target.remote_id},
        }
        yield f"link {link.pk}", values


def _issues(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    """Jira's own writing of an issue moves its history on."""
    site = world.handle.site
    with site.lock:
        for one in site.issues.values():
            told = {"changes": len(one.history), "links": len(one.links), "issue": str(one.id)}
            yield f"issue {one.key}", told
