"""Fields that go one way only, within a mapping that goes both ways: what follows for each of them.

What Jira alone may say is taken from it, whatever the board holds; what the board alone may say is put
back in Jira, and never taken. Neither is a matter of policy, so neither is a conflict, but for an edit
that was made while the board might still say it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.core.echo import normal, same
from sync.core.merge import Clash, Merge, Policy, settled
from sync.core.values import EMPTY, Values

BOTH, FROM_JIRA, TO_JIRA = WAYS = ("both", "from_jira", "to_jira")


def one_way(base: Values, board: Values, jira: Values, ways: Mapping[str, str]) -> Merge:
    """What follows for the fields of `jira` that are in `ways`, field → FROM_JIRA or TO_JIRA.

    `base`, `board`, `jira`: as of `sync.core.merge.merge`; `agreed` holds these fields alone.
    """
    take: dict[str, Any] = {}
    to_send: dict[str, Any] = {}
    agreed: dict[str, Any] = {}
    clashes: list[Clash] = []
    for name in jira.keys() & ways.keys():
        theirs, ours = normal(name, jira[name]), normal(name, board.get(name))
        agreed[name] = theirs
        if ours == theirs:
            continue
        begins = name not in base and ours in EMPTY
        if ways[name] == FROM_JIRA or begins:
            take[name] = theirs
            if name in base and not same(name, base[name], ours):
                clashes.append(settled(name, base[name], ours, theirs, Policy.JIRA_WINS))
        else:
            to_send[name] = ours
    return Merge(take, to_send, agreed, tuple(clashes))


def joined(first: Merge, second: Merge) -> Merge:
    """What follows for some fields and for others."""
    return Merge(
        {**first.take, **second.take},
        {**first.to_send, **second.to_send},
        {**first.agreed, **second.agreed},
        (*first.clashes, *second.clashes),
    )
