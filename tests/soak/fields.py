"""Judging the fields of pairs that people wrote: nobody's last word is lost without a trace.

A value *stands* where the item shows it at the end (that both sides then show the same is judged
apart). A value is *kept* by a conflict that holds it as its side's. It was *replaced knowingly* where
the other side showed it to its own writer before. By the merge laws (sync/core/merge.py) one of these
holds of the last value of either side, and whoever wrote last, having seen the other's value, stands.

Three-way merging is by value: a side that wrote a value and took it back has changed nothing. So a
value that the other side's writer saw at any time counts as known to it. And an issue that never named a
team takes none away (sync/inbound/pair_merge.py): Jira's *no team*, where it began with none, is no word
of its.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from django.db.models import Q

from planning.models import Change, SprintLink
from sync.core.echo import same
from sync.models import Conflict, Shadow
from sync.pairs.rules import values_of
from sync.pairs.states import UNDER_WAY
from tests.soak.written import Written, Wrote


def lost(
    live: dict[str, Shadow], written: Written, untold: Set[tuple[str, str]] = frozenset()
) -> list[str]:
    """I1, I2 of edits, of every field that people wrote; `live`: issue id → pair.

    `untold`: (issue id, field) that Jira tells nobody at the moment, to be judged when it does.
    """
    issue_of = {str(shadow.item_id): remote for remote, shadow in live.items()}
    ours = {(issue_of[k], n): v for (k, n), v in written.board.items() if k in issue_of}
    theirs = {key: writes for key, writes in written.jira.items() if key[0] in live}
    found, over = [], _over(written)
    for remote, name in sorted((ours.keys() | theirs.keys()) - untold):
        shadow = live[remote]
        if not flagged(shadow, name):
            boards, jiras = ours.get((remote, name), []), theirs.get((remote, name), [])
            found += _judge(shadow, name, boards, jiras, over)
    return found


def flagged(shadow: Shadow, name: str) -> bool:
    """Whether people see that this field is not in step, or waits for them."""
    if name in shadow.parked:
        return True
    asked = Conflict.objects.filter(shadow=shadow, field=name, resolved=None)
    waits = Change.objects.filter(item=shadow.item_id, state__in=(*UNDER_WAY, "parked"))
    return asked.exists() or waits.filter(fields__has_key=name).exists()


def _over(written: Written) -> set[str]:
    """The iterations whose sprint was closed, whether or not the console has heard of it yet."""
    closed = Q(sprint_state="closed") | Q(sprint_id__in=written.sprints_closed)
    ids = SprintLink.objects.filter(closed).values_list("iteration", flat=True)
    return {str(one) for one in ids}


def _judge(
    shadow: Shadow, name: str, ours: Sequence[Wrote], theirs: Sequence[Wrote], over: Set[str]
) -> list[str]:
    now, where = values_of(shadow.item).get(name), f"{shadow.remote_key} {name}"
    kept = list(Conflict.objects.filter(shadow=shadow, field=name).values_list("board", "jira"))
    found = []
    if ours and not (
        _stands(name, now, ours[-1].value, over)
        or any(same(name, board, ours[-1].value) for board, _ in kept)
        or _seen(name, ours[-1], theirs, over)
    ):
        found.append(f"I1: {where}: the board's {ours[-1].value!r} is lost")
    if theirs and not (
        _stands(name, now, theirs[-1].value, over)
        or (name == "team" and theirs[0].saw is None and theirs[-1].value is None)
        or any(same(name, jira, theirs[-1].value) for _, jira in kept)
        or _seen(name, theirs[-1], ours, over)
    ):
        found.append(f"I2: {where}: Jira's {theirs[-1].value!r} is lost")
    if found or not (ours and theirs):
        return [f"{one}; {_story(shadow, name, ours, theirs)}" for one in found]
    if not any(_stands(name, now, one.value, over) for one in (ours[-1], theirs[-1])):
        found.append(f"I5: {where}: {now!r} stands, which nobody wrote last")
    first, last = sorted((ours[-1], theirs[-1]), key=lambda one: one.turn)
    later = theirs if last is theirs[-1] else ours
    both = (ours[-1].value, theirs[-1].value)
    clashed = any(same(name, b, both[0]) and same(name, j, both[1]) for b, j in kept)
    since = [one for one in later if one.turn > first.turn]
    knew = any(same(name, one.saw, first.value) for one in since if not _own(name, one, later))
    if knew and not clashed and not _stands(name, now, last.value, over):
        side = "I2: {}: Jira's" if later is theirs else "I1: {}: the board's"
        found.append(f"{side.format(where)} newer {last.value!r} was replaced by {now!r}")
    return [f"{one}; {_story(shadow, name, ours, theirs)}" for one in found]


def _story(shadow: Shadow, name: str, ours: Sequence[Wrote], theirs: Sequence[Wrote]) -> str:
    """Who wrote what in which order, having seen what, and what was kept: for whoever looks for why."""
    told = [(one.turn, "board", one) for one in ours] + [(one.turn, "Jira", one) for one in theirs]
    wrote = ", ".join(
        f"{turn} {side} {one.saw!r}→{one.value!r}"
        for turn, side, one in sorted(told, key=lambda one: one[0])
    )
    kept = Conflict.objects.filter(shadow=shadow, field=name).order_by("found")
    clashes = [(one.base, one.board, one.jira, one.taken, one.taken_by) for one in kept]
    sent = Change.objects.filter(item=shadow.item_id, fields__has_key=name).order_by("pk")
    went = [(one.fields[name], one.state, one.actor_name, one.message) for one in sent]
    return f"wrote {wrote}; conflicts {clashes}; changes {went}; agreed {shadow.agreed.get(name)!r}"


def _seen(name: str, one: Wrote, others: Sequence[Wrote], over: Set[str]) -> bool:
    """By its writer, or because it wrote the same itself. Whoever plans what has become done since the
    sprint was closed sees it in that sprint, though it stood in none when somebody closed it.
    """
    return any(
        _stands(name, value, one.value, over)
        for other in others
        for value in (other.saw, other.value)
    )


def _own(name: str, one: Wrote, side: Sequence[Wrote]) -> bool:
    """Whether what its writer saw was what the same side had written before."""
    before = [other for other in side if other.turn < one.turn]
    return bool(before) and same(name, before[-1].value, one.saw)


def _stands(name: str, now: Any, value: Any, over: Set[str]) -> bool:
    """What was planned into a sprint that Jira has completed is, by Jira's own rule, in that sprint
    while it is done, and in none while it is not: no step of the status need be repeated here.
    """
    if same(name, now, value):
        return True
    return name == "iteration" and all(one is None or one in over for one in (now, value))
