"""The three-way merge, field by field: base (last agreed), board, Jira.

`l == r` agree; `l == b` take Jira's; `r == b` send the board's; otherwise both changed, and the
project's policy decides. Whatever it decides, the conflict is reported with all three values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sync.core.echo import normal, same
from sync.core.values import Values


class Policy(StrEnum):
    JIRA_WINS = "jira_wins"
    BOARD_WINS = "board_wins"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that both sides changed, and who was given right ("board", "jira", "" for nobody)."""

    field: str
    base: Any
    board: Any
    jira: Any
    taken: str


@dataclass(frozen=True, slots=True)
class Merge:
    """What follows: values the board takes, values Jira should get, the new agreed values, clashes.

    `agreed` already counts what the board takes, and for a clash that the board won counts Jira's
    value as seen; what is sent counts only once Jira has accepted it.
    """

    take: Mapping[str, Any] = field(default_factory=dict)
    to_send: Mapping[str, Any] = field(default_factory=dict)
    agreed: Mapping[str, Any] = field(default_factory=dict)
    clashes: tuple[Clash, ...] = ()


def merge(base: Values, board: Values, jira: Values, policy: Policy) -> Merge:
    """Merge every field that `jira` answered. A field without a base yet takes Jira's value."""
    take: dict[str, Any] = {}
    to_send: dict[str, Any] = {}
    agreed = dict(base)
    clashes: list[Clash] = []
    for name, remote in jira.items():
        theirs, ours = normal(name, remote), normal(name, board.get(name))
        if ours == theirs:
            agreed[name] = theirs
        elif name not in base or same(name, base[name], ours):
            take[name] = agreed[name] = theirs
        elif same(name, base[name], theirs):
            to_send[name] = ours
        else:
            clash = settled(name, base[name], ours, theirs, policy)
            clashes.append(clash)
            if clash.taken == "jira":
                take[name] = agreed[name] = theirs
            elif clash.taken == "board":
                to_send[name] = ours
                agreed[name] = theirs
    return Merge(take, to_send, agreed, tuple(clashes))


def settled(name: str, base: Any, ours: Any, theirs: Any, policy: Policy) -> Clash:
    """A field that both sides changed, with the side that the policy gives right."""
    taken = {Policy.JIRA_WINS: "jira", Policy.BOARD_WINS: "board", Policy.ASK: ""}[policy]
    return Clash(name, base, ours, theirs, taken)
