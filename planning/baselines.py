"""The baseline of a PI: taken at commitment, and what drifted from it since, by whom and on which side."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from planning.models import BoardEvent, Link, Pi, PiBaseline, WorkItem

# Compared fields, each with the words that the baseline keeps beside an id.
COMPARED: Final = {"team": "team_name", "iteration": "iteration_name", "story_points": ""}
ADDED, LEFT, DELETED, CHANGED = "added", "left", "deleted", "changed"
LINK_DRAWN, LINK_REMOVED = "link_drawn", "link_removed"


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that differs from the baseline. `kind`: *added* to the PI, *left* it, *deleted*,
    *changed* (a `field`, with what it was and is, in words), *link_drawn* or *link_removed* (`after` or
    `before` says which).
    `who`, `side` (board or jira) and `at` of the last change that may have made it; empty where the feed
    does not reach back so far. `about`: the item or link whose changes tell that.
    """

    kind: str
    item: str
    key: str
    summary: str
    field: str = ""
    before: str = ""
    after: str = ""
    who: str = ""
    side: str = ""
    at: datetime | None = None
    about: str = ""


def take(pi: Pi, name: str, *, actor: User) -> PiBaseline:
    """Keep what the PI holds now. Raises Refused 422 without a name, 409 where nothing is planned in it."""
    called = " ".join(name.split())[:100]
    if not called:
        words = _("Say what this baseline is called, such as “Commitment”.")
        raise Refused(words, fields={"name": [words]})
    with transaction.atomic():
        last = BoardEvent.objects.order_by("-id").values_list("id", flat=True).first()
        items = _planned(pi)
        if not items:
            raise Refused(
                _("Nothing is planned in %(pi)s yet.") % {"pi": pi.name}, code="empty", status=409
            )
        row = PiBaseline.objects.create(
            pi=pi,
            name=called,
            author_name=str(actor)[:255],
            items={str(item.pk): _kept(item) for item in items},
            links=sorted(_links(item.pk for item in items)),
            at_event=last or 0,
        )
        audit.record(
            "pi.baseline_taken",
            actor=actor,
            target=pi,
            after={"name": row.name, "items": len(items)},
        )
    return row


def remove(row: PiBaseline, *, actor: User) -> None:
    """Forget it; the PI stays as it is."""
    with transaction.atomic():
        audit.record("pi.baseline_removed", actor=actor, target=row.pi, before={"name": row.name})
        row.delete()


def drift(row: PiBaseline) -> list[Drift]:
    """What differs now, items by their keys. A fixed number of queries."""
    now = {str(item.pk): item for item in _planned(row.pi)}
    gone = [key for key in row.items if key not in now]
    elsewhere = WorkItem.objects.filter(pk__in=[uuid.UUID(key) for key in gone])
    left = {str(item.pk): item for item in elsewhere.select_related("team", "iteration__pi")}
    found: list[Drift] = []
    for key, item in now.items():
        if key not in row.items:
            found.append(_item(ADDED, key, _kept(item), after=_place(item)))
        else:
            found += _changes(key, row.items[key], _kept(item))
    for key in gone:
        kept, still = row.items[key], left.get(key)
        was = f"{kept['team_name']} · {kept['iteration_name']}"
        if still is None or still.deleted is not None:
            found.append(_item(DELETED, key, kept, before=was))
        else:
            found.append(_item(LEFT, key, kept, before=was, after=_place(still)))
    found += _links_drift(row, now, left)
    return sorted(_with_authors(row, found), key=lambda one: (one.key, one.kind, one.field))


def _planned(pi: Pi) -> list[WorkItem]:
    rows = WorkItem.objects.live().filter(iteration__pi=pi)
    return list(rows.select_related("team", "iteration__pi").order_by("rank", "pk"))


def _kept(item: WorkItem) -> dict[str, Any]:
    return {
        "key": item.remote_key,
        "summary": item.summary,
        "type": item.type,
        "team": str(item.team_id) if item.team_id else None,
        "team_name": item.team.name if item.team else "",
        "iteration": str(item.iteration_id) if item.iteration_id else None,
        "iteration_name": item.iteration.name if item.iteration else "",
        "story_points": item.story_points,
    }


def _place(item: WorkItem) -> str:
    team = item.team.name if item.team else _("no team")
    return f"{team} · {item.iteration if item.iteration else _('no iteration')}"


def _links(items: Iterable[uuid.UUID]) -> list[list[str]]:
    ends = set(items)
    rows = Link.objects.filter(source__in=ends, target__in=ends, deleted=None)
    return [
        [str(source), str(target), kind]
        for source, target, kind in rows.values_list("source_id", "target_id", "type")
    ]


def _changes(key: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Drift]:
    found = []
    for field, words in COMPARED.items():
        if was.get(field) != now.get(field):
            before, after = (_word(one.get(words or field)) for one in (was, now))
            found.append(_item(CHANGED, key, now, field=field, before=before, after=after))
    return found


def _word(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if value not in (None, "") else ""


def _item(
    kind: str,
    key: str,
    kept: Mapping[str, Any],
    *,
    field: str = "",
    before: str = "",
    after: str = "",
) -> Drift:
    called, summary = str(kept.get("key") or ""), str(kept.get("summary") or "")
    return Drift(kind, key, called, summary, field, before, after)


def _links_drift(
    row: PiBaseline, now: Mapping[str, WorkItem], left: Mapping[str, WorkItem]
) -> list[Drift]:
    """Links between items of the baseline: what left the PI as a whole is said once, as having left."""
    known = {**row.items, **{key: _kept(item) for key, item in now.items()}}
    both = set(row.items) & set(now)
    ends = {uuid.UUID(key) for key in both}
    then = {(a, b, word) for a, b, word in row.links if a in both and b in both}
    every = {
        (str(one.source_id), str(one.target_id), one.type): one
        for one in Link.objects.filter(source__in=ends, target__in=ends).order_by("created")
    }
    today = {place for place, link in every.items() if link.deleted is None}
    found = []
    for kind, links in ((LINK_DRAWN, today - then), (LINK_REMOVED, then - today)):
        for place in links:
            source, target, word = place
            words = f"{word} {known[target].get('key') or known[target].get('summary')}"
            before, after = ("", words) if kind == LINK_DRAWN else (words, "")
            one = _item(kind, source, known[source], before=before, after=after)
            about = str(every[place].pk) if place in every else ""
            found.append(replace(one, about=about))
    return found


def _with_authors(row: PiBaseline, found: Sequence[Drift]) -> list[Drift]:
    """Each with who changed it last since, by the feed's events of its item or link."""
    keys = [uuid.UUID(one.about or one.item) for one in found]
    events = BoardEvent.objects.filter(object_id__in=keys, id__gt=row.at_event)
    by_object: dict[str, list[BoardEvent]] = {}
    for event in events.order_by("-id"):
        by_object.setdefault(str(event.object_id), []).append(event)
    return [_told(one, by_object.get(one.about or one.item, ())) for one in found]


def _told(one: Drift, events: Sequence[BoardEvent]) -> Drift:
    """`events`: the newest first."""
    event = next((event for event in events if _made(one, event)), None)
    if event is None:
        return one
    return replace(one, who=event.actor_name, side=event.origin, at=event.at)


def _made(one: Drift, event: BoardEvent) -> bool:
    if one.kind in (LINK_DRAWN, LINK_REMOVED, DELETED):
        ends = one.kind != LINK_DRAWN
        return event.kind.endswith(".deleted" if ends else ".created")
    if one.kind == ADDED and event.kind == "item.created":
        return True
    return bool({one.field} & set(event.fields) if one.field else "iteration" in event.fields)
