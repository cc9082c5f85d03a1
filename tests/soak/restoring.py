"""A round in which Jira is put back to an earlier state, and goes on from there with the same numbers.

A restore is, to the judgement, a write by Jira's side of all the old values, which knew what stood
there: a value that Jira lost by it is not asked for any more, the old one must stand, and what the board
writes after it is judged as ever. What was made in Jira since is gone from it, as by a deletion; a number
that it gives out again is another issue's, whose item is another one. What had been deleted since is in
Jira again, and what a person deleted on the board stays deleted there.
"""

from __future__ import annotations

from collections.abc import Callable

from connections.models import SiteDoubt
from jira_sandbox.state.dump import dumped
from jira_sandbox.state.restore import go_back
from planning.models import Change, ChangeKind
from sync.models import Shadow, ShadowState
from sync.pairs.states import UNDER_WAY
from tests.soak.another import on_board
from tests.soak.checker import writes
from tests.soak.hands import Hands
from tests.soak.held import held, judged
from tests.soak.person import Person

STRANGER = "Stranger"
EDITS = 8  # of either side, that the restore undoes
TURNS = 4  # of workers, until they have met an issue that is another one


def restored_jira(hands: Hands, person: Person, work: Callable[[], None]) -> list[str]:
    """`work`: time passes, and a worker works until nothing is due. What broke, in words."""
    found, site = [], hands.site
    with site.lock:
        yesterday = dumped(site)
    known = set(map(str, site.issues))
    hands.create_jira()
    hands.create_board()
    hands.act(EDITS, calm=True)
    for _ in range(TURNS):
        work()
    fresh = sorted(set(map(str, site.issues)) - known, key=int)
    paired = set(
        Shadow.objects.filter(
            connection=hands.world.connection, state=ShadowState.LIVE, remote_id__in=fresh
        ).values_list("remote_id", flat=True)
    )
    _go_back(hands, yesterday)
    word = f"{STRANGER} {hands.world.connection.pk.hex[:8]}"  # of this history alone
    _numbers_again(hands, word, paired, set(fresh))
    for _ in range(TURNS):
        hands.act_on_board(2)
        work()
        if person.held_for:
            break
    if person.held_for != SiteDoubt.RESTORED:
        return [f"restore: the connection is not held but “{person.held_for}”"]
    before = writes(hands.world)
    for _ in range(2):
        hands.act_on_board(3)
        work()
    if writes(hands.world) != before:
        found.append(f"restore: {writes(hands.world) - before} writes while it was held")
    found += [f"restore: a stranger's text is in {where}" for where in on_board(word)]
    person.accept_restore()
    return found


def _go_back(hands: Hands, yesterday: dict[str, object]) -> None:
    """Jira is what it was then, and that is noted as the writes and deletions that it amounts to."""
    world, site, written = hands.world, hands.site, hands.written
    now = {str(key): one for key, one in site.issues.items()}
    on_its_way = _on_their_way(hands)
    stood = {
        key: {name: held(world, one, name) for name in judged(world)} for key, one in now.items()
    }
    go_back(site, yesterday)
    written.restored = True
    then = {str(key): one for key, one in site.issues.items()}
    for key in now.keys() - then.keys():
        written.forget_issue(key)
        written.jira_deleted.add(key)
    for key in then.keys() - now.keys():
        written.jira_deleted.discard(key)
        written.unheard.discard(key)
        written.brought_back.add(key)
    for key in then.keys() & now.keys():
        for name in judged(world):
            old = held(world, then[key], name)
            if old != stood[key][name] and (key, name) not in on_its_way:
                written.in_jira(key, name, old, stood[key][name])


def _on_their_way(hands: Hands) -> set[tuple[str, str]]:
    """(issue id, field) of the board's edits that may have reached Jira and of which the console does not
    know it: they are sent after the restore, whatever Jira held for a moment, and replace what it holds.
    """
    rows = Change.objects.filter(
        project__connection=hands.world.connection, state__in=UNDER_WAY, kind=ChangeKind.EDIT
    )
    return {
        (row.item.remote_id, name) for row in rows.select_related("item") for name in row.fields
    }


def _numbers_again(hands: Hands, word: str, paired: set[str], wanted: set[str]) -> None:
    """People there go on, and get the numbers of the lost issues, each for another one."""
    world, written = hands.world, hands.written
    while wanted:
        key = world.create_issue("Newcomer")
        issue = str(hands.site.keys[key].id)
        if issue in paired:
            world.edit_issue(key, summary=f"{word} {issue}")
        written.forget_issue(issue)
        written.jira_deleted.discard(issue)
        wanted.discard(issue)
