"""Links between items, as the issues that were read list them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from connections.models import MappedProject
from planning import inbound_writes
from planning.models import BoardEvent, Change, ChangeKind, Link
from sync.core.values import Rules, Seen
from sync.pairs.link_words import End, ends_of, words_of
from sync.pairs.states import UNDER_WAY


def reconcile(
    project: MappedProject, rules: Rules, seen: Sequence[Seen], began: datetime
) -> list[BoardEvent]:
    """Make the board's links equal to what these issues list, except where the board is ahead.

    A link is listed by both its issues, and either may be read before it was drawn or after it was
    removed: so a removal counts only if the link was not confirmed by a later read. A link that Jira
    still lists, though its link type has no word here any more, stays: its type may have been renamed.
    """
    if not project.reads_jira:
        return []
    links = [link for one in seen for link in one.links]
    ends = ends_of(project.connection, links, also=[one.remote_id for one in seen])
    words = words_of(project, rules, ends, links)
    items = [ends[one.remote_id].item for one in seen if one.remote_id in ends]
    held = _links_of(items)
    leaving, going = _being_removed(items)
    drawn: dict[str, inbound_writes.Drawn] = {}
    renamed: dict[str, Link] = {}
    for link in links:
        word, mine = words.get(link.remote_id), held.get(link.remote_id)
        if word is None or link.remote_id in leaving:
            continue
        source, target = ends[link.source_id].item, ends[link.target_id].item
        if mine is None and (source, target, word) in going:
            continue  # removed on the board before its id in Jira was known
        if mine is None or mine.confirmed is None or mine.type != word:
            drawn[link.remote_id] = inbound_writes.Drawn(source, target, word, link.remote_id)
        if mine is not None and mine.type != word:  # by a rule, or since an end is of another type
            renamed[link.remote_id] = mine
    events = inbound_writes.erase(renamed.values()) + inbound_writes.draw(
        list(drawn.values()), began
    )
    if drawn:
        held = _links_of(items)
    listed = _listed(ends, seen)
    _confirm(held, listed, began)
    return events + inbound_writes.erase(_vanished(held, listed, began))


def _listed(ends: Mapping[str, End], seen: Sequence[Seen]) -> dict[uuid.UUID, set[str]]:
    """Item → the links that its issue lists, with a word on the board or without."""
    return {
        ends[one.remote_id].item: {link.remote_id for link in one.links}
        for one in seen
        if one.remote_id in ends
    }


def _links_of(items: Sequence[uuid.UUID]) -> dict[str, Link]:
    rows = Link.objects.filter(Q(source__in=items) | Q(target__in=items), deleted=None)
    return {link.remote_id: link for link in rows if link.remote_id}


Ends = tuple[uuid.UUID, uuid.UUID, str]


def _being_removed(items: Sequence[uuid.UUID]) -> tuple[set[str], set[Ends]]:
    """Links a person has removed on the board while Jira has not heard of it yet: their ids, and of
    those whose id was never read the ends and the word. What was drawn again since is none of these.
    """
    rows = Change.objects.filter(
        Q(link__source__in=items) | Q(link__target__in=items),
        kind=ChangeKind.UNLINK,
        state__in=UNDER_WAY,
    )
    names = ("link__remote_id", "link__source_id", "link__target_id", "link__type")
    found = list(rows.values_list(*names))
    ends = {(source, target, word) for remote, source, target, word in found if not remote}
    if ends:
        live = Link.objects.filter(source__in=[one[0] for one in ends], deleted=None)
        ends -= set(live.values_list("source_id", "target_id", "type"))
    return {remote for remote, *_rest in found if remote}, ends


def _confirm(
    held: Mapping[str, Link], listed: Mapping[uuid.UUID, set[str]], began: datetime
) -> None:
    ids = set().union(*listed.values()) if listed else set()
    fresh = [link.pk for remote, link in held.items() if remote in ids]
    Link.objects.filter(Q(confirmed=None) | Q(confirmed__lt=began), pk__in=fresh).update(
        confirmed=began
    )


def _vanished(
    held: Mapping[str, Link], listed: Mapping[uuid.UUID, set[str]], began: datetime
) -> list[Link]:
    gone = []
    for remote, link in held.items():
        ends = [end for end in (link.source_id, link.target_id) if end in listed]
        absent = any(remote not in listed[end] for end in ends)
        if absent and (link.confirmed is None or link.confirmed < began):
            gone.append(link)
    return gone
