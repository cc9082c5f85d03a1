"""What of one item's fields is written to Jira, and what of them is left, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sync.core.echo import same
from sync.core.mapping import Outgoing, say
from sync.core.values import DOCUMENT, Rules, Values

KEPT: Final = "Kept on the board only: "
_IN_NO_SPRINT: Final = "the item is in no sprint, whose board would say the team."
NOT_FLATTENED: Final = (
    "Jira tells this text as a document, which the board cannot show or keep whole, so it is not "
    "written over. Change it in Jira."
)
# An automation in Jira and one on the board may each undo the other's value for ever: so often, and
# within so long, a field is set to one value, and then people must settle it.
LOOP_TIMES: Final = 5
LOOP_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of one item when its edit is planned; fields by the board's names.

    `type`: its board type; `board`: its values; `agreed` and `parked`: those of its pair. `touched`: the
    fields that its waiting changes name, None where no change waits and a create has left something
    over. `differs`: the values that the merge with Jira's gives to Jira. `untold`: fields of which Jira
    said nothing, each ABSENT or DOCUMENT. `nobody`: fields with a person whom Jira does not know, and
    why; `away`: those with a person of whom Jira could not say just now who it is. `sent_lately`: the
    fields and values of each change that was settled within LOOP_WITHIN. `sprints`: iteration id →
    the sprint of the item's team; `parents`: item id → (issue id, key).
    """

    type: str
    board: Values
    agreed: Values
    parked: Mapping[str, str]
    touched: frozenset[str] | None
    differs: Values
    untold: Mapping[str, str]
    nobody: Mapping[str, str]
    away: frozenset[str]
    sent_lately: Sequence[Values]
    sprints: Mapping[str, int]
    parents: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """What is written, and what is left; every field by the board's name.

    `values`: the board's values that are written, and `out` what they mean to Jira; `ranked`: whether
    the item's place in the order is told. Left: `held`, fields that must not be written now, and
    `unsaid`, fields whose value cannot be told to Jira, each with the reason; `late`, the values that
    wait for Jira to know a person; `unmapped`, touched fields that stay on the board; `alone`, such
    fields that are mapped and have nothing in Jira to be now, which is no fault, each with the reason.
    """

    values: Values = field(default_factory=dict)
    out: Outgoing = field(default_factory=Outgoing)
    ranked: bool = False
    held: Mapping[str, str] = field(default_factory=dict)
    unsaid: Mapping[str, str] = field(default_factory=dict)
    late: Values = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    alone: Mapping[str, str] = field(default_factory=dict)


def plan_fields(rules: Rules, known: Situation) -> FieldPlan:
    """Decide what of this item's fields is written to Jira."""
    touched = known.touched or frozenset()
    differs = {**known.differs, **_never_told(known)}
    late = {name: value for name, value in differs.items() if name in known.away}
    values = _chosen(
        rules, known, {name: value for name, value in differs.items() if name not in late}
    )
    every = _say(rules, known, values)
    values = {name: value for name, value in values.items() if name not in every.unmapped}
    held = _held(known, values)
    written = {name: value for name, value in values.items() if name not in held}
    stay = touched - rules.fields.keys() - {"status"}
    return FieldPlan(
        values=written,
        out=_say(rules, known, written) if held else every,
        ranked="rank" in touched and "rank" in rules.fields,
        held=held,
        unsaid=unsaid(rules, known.board, every),
        late=late,
        unmapped=tuple(sorted(stay.union(every.unmapped))),
        alone=_alone(rules, known),
    )


def _alone(rules: Rules, known: Situation) -> dict[str, str]:
    if not rules.team.by_board or "team" not in (known.touched or ()) or known.board["iteration"]:
        return {}
    return {"team": KEPT + _IN_NO_SPRINT}


def _say(rules: Rules, known: Situation, values: Values) -> Outgoing:
    return say(rules.of_type(known.type), values, sprints=known.sprints, parents=known.parents)


def _never_told(known: Situation) -> dict[str, Any]:
    """What people changed in fields of which Jira says nothing, and what a create could not carry of
    them. Nobody agrees there: it is sent, and Jira takes or refuses it.
    """
    ours, agreed = known.board, known.agreed
    touched: Iterable[str] = known.untold.keys() & (known.touched or ())
    if known.touched is None:
        touched = [name for name in known.untold if name not in agreed and ours[name]]
    return {
        name: ours[name]
        for name in touched
        if name not in agreed or not same(name, agreed[name], ours[name])
    }


def _chosen(rules: Rules, known: Situation, differs: Values) -> dict[str, Any]:
    """Of what differs, all but what was parked and not edited since; and what must go along with it."""
    touched = known.touched or frozenset()
    values = {
        name: value
        for name, value in differs.items()
        if name not in known.parked or name in touched
    }
    if "team" in touched and known.board["iteration"] and "iteration" in rules.fields:
        # The same iteration is another sprint for another team.
        values["iteration"] = known.board["iteration"]
    if "team" in rules.fields and "team" in touched and "team" in known.parked:
        # What Jira shows was not understood, so not merged: the person's choice replaces it.
        values["team"] = known.board["team"]
    if rules.team.among in values:
        values.setdefault("team", known.board["team"])  # else its label or component would go
    return {name: value for name, value in values.items() if name not in rules.never_told}


def _held(known: Situation, values: Values) -> dict[str, str]:
    """Those of these values that must not be written now, each with the first reason that there is."""
    documents = [name for name, why in known.untold.items() if why == DOCUMENT]
    reasons = {
        **_looping(values, known.sent_lately),
        **dict.fromkeys(documents, NOT_FLATTENED),
        **known.nobody,
    }
    return {name: why for name, why in reasons.items() if name in values}


def _looping(values: Values, sent_lately: Sequence[Values]) -> dict[str, str]:
    """The fields that were set to this very value too often of late."""
    found = {}
    for name, value in values.items():
        times = sum(1 for one in sent_lately if name in one and same(name, one[name], value))
        if times >= LOOP_TIMES:
            found[name] = (
                f"It was set to the same value {times + 1} times within ten minutes, and each time "
                "changed in Jira again. Find out what changes it there, then edit it here once more."
            )
    return found


def unsaid(rules: Rules, board: Values, out: Outgoing) -> dict[str, str]:
    """Board field → why its value cannot be told to Jira now, for the mapped fields of `out`.

    `board`: the item's values.
    """
    sprint = (
        "this iteration is no sprint of the item's team. Link it to one on the PI's page."
        if board["team"]
        else "the item has no team, whose sprint it could be in."
    )
    words = {
        "status": f"the status “{board['status']}” is not mapped for {rules.project_key}.",
        "iteration": sprint,
        "parent": "the parent is not in this Jira.",
        "team": _unsaid_team(rules, board),
    }
    mapped = [name for name in out.unmapped if name == "status" or name in rules.fields]
    return {name: KEPT + words[name] for name in mapped if name in words}


def _unsaid_team(rules: Rules, board: Values) -> str:
    if rules.team.by_board and board["team"] in rules.team.values:
        return _IN_NO_SPRINT
    if rules.team.by_board:
        return f"the team has no board in {rules.project_key}. Choose it on “Boards and teams”."
    return f"the team has no value in {rules.project_key}. Pair it on “#4 Fields and statuses”."
