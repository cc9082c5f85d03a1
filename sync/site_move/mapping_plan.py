"""The plan of one mapped project: each id that its mapping holds, and what it is in the other Jira.

What is not certain is left out of the new mapping, and stands in the table with the reason. Reads the
rows and what was read of either side; writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from connections.models import MappedProject
from jira_client.values import Board
from planning.models import TeamBoard, WorkItem
from sync.core import site_match
from sync.core import teams as team_words
from sync.core.site_match import Match, Thing, Verdict
from sync.mapping import boards, team_boards
from sync.models import MoveKind, MoveRow
from sync.pairs import link_names
from sync.pairs.new_statuses import BY_ITSELF
from sync.site_move import sides
from sync.site_move.sides import Side

# A number that stands alone, or a custom field's, means something in one Jira alone.
_IDS = re.compile(r"cf\[|customfield_|[=,(!<>~]\s*\d+(?![\d\-/.:dwhmy])|\bin\s*\(\s*\d")
_TEXTS = re.compile(r"\"[^\"]*\"|'[^']*'")
_OF_SCHEMA = ("iteration", "rank", "parent")  # Jira has one field of each, told by its schema
TEAM_BOARDS = "team_boards"  # in a plan's mapping: row of TeamBoard → its columns
_TEAM_IDS = ("team",)  # shapes whose values are ids


@dataclass(slots=True)
class Planned:
    """`mapping`: column of MappedProject → its value in the other Jira."""

    project: MappedProject
    old: Side | None
    new: Side
    rows: list[MoveRow] = field(default_factory=list)
    mapping: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)  # field id before → after

    def add(
        self, kind: MoveKind, verdict: Verdict, ours: Thing, theirs: Thing | None, why: str = ""
    ) -> None:
        self.rows.append(
            MoveRow(
                kind=kind,
                verdict=verdict,
                project=self.project,
                old_id=ours.id[:255],
                old_name=ours.name[:300],
                new_id=theirs.id[:255] if theirs else "",
                new_name=theirs.name[:300] if theirs else "",
                why=why[:300],
            )
        )

    def add_all(self, kind: MoveKind, found: Sequence[Match[Thing]]) -> None:
        for one in found:
            self.add(kind, one.verdict, one.ours, one.theirs, one.why)


def plan(project: MappedProject, old: Side | None, new: Side, facts: Mapping[str, Any]) -> Planned:
    """`facts`: what `sides.facts_of` learned there."""
    planned = Planned(project, old, new)
    board = _board(planned)
    planned.mapping = {
        "remote_id": new.project.id,
        "name": new.project.name,
        "board_id": board.id if board else None,
        "type_map": _types(planned),
        "field_map": _fields(planned),
        **_links(planned),
        "team_source": _team_source(planned),
        **_defaults(planned),
    }
    statuses, known = _statuses(planned)
    planned.mapping["status_map"] = statuses
    link_ids = {one.name: one.id for one in new.data.links}
    planned.mapping["facts"] = {
        **facts,
        "statuses": known,
        BY_ITSELF: [one for one in project.facts.get(BY_ITSELF, ()) if one in statuses],
        link_names.FACT: link_ids,
        "board": boards.stored(board)["board"],
        "proposed_at": timezone.now().isoformat(),
    }
    planned.mapping[TEAM_BOARDS] = _team_boards(planned, board)
    _priorities(planned, facts.get("priorities") or ())
    return planned


def filter_has_ids(jql: str) -> bool:
    """Whether it names things by number, which would be other things there."""
    return bool(_IDS.search(_TEXTS.sub('""', jql)))


def _types(planned: Planned) -> dict[str, Any]:
    project, old = planned.project, planned.old
    names = {one.id: sides.type_of(one) for one in old.data.types} if old else {}
    below = set(map(str, project.facts.get("subtask_types", ())))

    def ours(word: str, key: str) -> Thing:
        return names.get(key) or Thing(key, word, "subtask" if key in below else "standard")

    words = {word: ours(word, str(key)) for word, key in project.type_map.items()}
    there = [sides.type_of(one) for one in planned.new.data.types]
    return _carried(planned, MoveKind.TYPE, words, there)


def _statuses(planned: Planned) -> tuple[dict[str, Any], dict[str, Any]]:
    """The map, and what is remembered of statuses: one in doubt is remembered too, so that it is not
    paired by itself."""
    project, old = planned.project, planned.old
    facts: Mapping[str, Any] = project.facts.get("statuses", {})
    names = {one.id: sides.status_of(one) for one in old.statuses} if old else {}
    ids = {word: str(fact.get("id") or "") for word, fact in facts.items()}
    ids |= {word: str(key) for word, key in project.status_map.items()}

    def ours(word: str, key: str) -> Thing:
        category = str(facts.get(word, {}).get("category") or "")
        told = names.get(key)
        return Thing(key, told.name if told else word, category or (told.kind if told else ""))

    words = {word: ours(word, key) for word, key in ids.items()}
    there = [sides.status_of(one) for one in planned.new.statuses]
    found = dict(
        zip(
            words,
            site_match.apart(site_match.things(list(words.values()), there), _id),
            strict=True,
        )
    )
    known = {}
    for word, one in found.items():
        seen = one.theirs or one.seen
        known[word] = {"id": seen.id if seen else "", "category": words[word].kind or "new"}
    mapped = {word: one for word, one in found.items() if word in project.status_map}
    planned.add_all(MoveKind.STATUS, list(mapped.values()))
    return {word: one.theirs.id for word, one in mapped.items() if one.theirs}, known


def _fields(planned: Planned) -> dict[str, Any]:
    """By the role where both Jiras tell it by the same rule, else by name and kind."""
    found: dict[str, Any] = {}
    for role, field_id in planned.project.field_map.items():
        if theirs := _field(planned, str(role), str(field_id)):
            found[role] = theirs
            planned.fields[str(field_id)] = theirs
    return found


def _field(planned: Planned, role: str, field_id: str) -> str | None:
    """The field there, with its row; None where it is not certain."""
    if field_id in planned.fields:
        return planned.fields[field_id]
    old, new = planned.old, planned.new
    ours = (old and old.field_name(field_id)) or _unread(field_id)
    by_rule = new.roles.get(role, "")
    same_rule = role in _OF_SCHEMA if old is None else old.roles.get(role) == field_id
    if role and by_rule and same_rule:
        theirs = new.field_name(by_rule) or Thing(by_rule, by_rule)
        verdict = Verdict.SAME if by_rule == field_id else Verdict.CHANGED
        planned.add(MoveKind.FIELD, verdict, ours, theirs)
        return by_rule
    if sides.is_system(field_id):
        theirs_or_none = new.field_name(field_id)
        verdict = Verdict.SAME if theirs_or_none else Verdict.MISSING
        planned.add(MoveKind.FIELD, verdict, ours, theirs_or_none)
        return field_id if theirs_or_none else None
    there = [one for info in new.data.fields if (one := new.field_name(info.id)) and info.custom]
    found = site_match.things([ours], there)
    planned.add_all(MoveKind.FIELD, found)
    return found[0].theirs.id if found[0].theirs else None


def _unread(field_id: str) -> Thing:
    """A custom field is remembered by its id alone: without the old Jira nobody knows its name."""
    return Thing(field_id, field_id if sides.is_system(field_id) else "")


def _links(planned: Planned) -> dict[str, Any]:
    project, old = planned.project, planned.old
    names = {one.name: sides.link_type_of(one) for one in old.data.links} if old else {}
    ids = link_names.ids_of(project)
    words = {
        name: names.get(name) or Thing(ids.get(name, ""), name)
        for name in sorted(link_names.used(project))
    }
    there = [sides.link_type_of(one) for one in planned.new.data.links]
    named = {one.id: one.name for one in there}
    found = _carried(planned, MoveKind.LINK_TYPE, words, there)
    called = {name: named[key] for name, key in found.items()}
    return {
        "link_map": {w: called[name] for w, name in project.link_map.items() if name in called},
        "link_rules": [
            {**rule, "link_type": called[rule["link_type"]]}
            for rule in project.link_rules
            if rule["link_type"] in called
        ],
    }


def _carried(
    planned: Planned, kind: MoveKind, words: Mapping[str, Thing], there: Sequence[Thing]
) -> dict[str, Any]:
    found = site_match.apart(site_match.things(list(words.values()), there), _id)
    planned.add_all(kind, found)
    return {
        word: one.theirs.id
        for word, one in zip(words, found, strict=True)
        if one.theirs is not None
    }


def _id(one: Thing) -> str:
    return one.id


def _team_source(planned: Planned) -> dict[str, Any]:
    """Labels and components are words; a field goes along with its words, but not with ids of teams."""
    source = planned.project.team_source
    if not source or source.get("kind") == team_words.PROJECT:
        return dict(source)
    if source["kind"] != team_words.FIELD:
        return dict(source)
    ours = Thing(str(source.get("field", "")), "")
    theirs = _field(planned, "", ours.id)
    if theirs is None:
        why = "The field that says the team is not certain there. Choose it again after the move."
        planned.add(MoveKind.TEAM, Verdict.MISSING, ours, None, why)
        return {}
    if source.get("shape") in _TEAM_IDS:
        why = "Teams have other ids there. Pair them again after the move."
        planned.add(MoveKind.TEAM, Verdict.UNCERTAIN, ours, None, why)
        return {}
    return {**source, "field": theirs}


def _defaults(planned: Planned) -> dict[str, Any]:
    """Values that are given where Jira demands more: names go along, Jira's own objects do not."""
    found: dict[str, Any] = {}
    for column in ("transition_defaults", "create_defaults"):
        found[column] = {}
        for word, values in getattr(planned.project, column).items():
            kept = {}
            for name, value in (values or {}).items():
                theirs = _field(planned, "", str(name))
                ours = Thing(str(name), f"{word}: {name}")
                if theirs is None or not _is_plain(value):
                    why = "The field, or the value given in it, is not certain there."
                    planned.add(MoveKind.DEFAULT, Verdict.UNCERTAIN, ours, None, why)
                else:
                    kept[theirs] = value
            if kept:
                found[column][word] = kept
    return found


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_plain(one) for one in value)
    return isinstance(value, str | float | bool) and not str(value).isdigit()


def _board(planned: Planned) -> Board | None:
    project = planned.project
    if project.board_id is None:
        return None
    return _board_there(planned, project.board_id, boards.shown(project))


def _team_boards(planned: Planned, mapped: Board | None) -> dict[str, dict[str, Any]]:
    """Row of TeamBoard → what it becomes; a board that is not certain there is none until it is chosen."""
    found: dict[int, Board | None] = {}
    if planned.project.board_id is not None:
        found[planned.project.board_id] = mapped
    rows = TeamBoard.objects.filter(project=planned.project)
    for row in rows.exclude(board_id=None):
        if row.board_id is not None and row.board_id not in found:
            found[row.board_id] = _board_there(planned, row.board_id, row.name)
    return {
        str(row.pk): team_boards.stored(found.get(row.board_id) if row.board_id else None)
        for row in rows
    }


def _board_there(planned: Planned, board_id: int, name: str) -> Board | None:
    """The board of the other Jira that is this one, with its row of the table."""
    old = planned.old
    told = next((b for b in old.data.boards if b.id == board_id), None) if old else None
    ours = sides.board_of(told) if told else Thing(str(board_id), name)
    there = [one for one in planned.new.data.boards if one.type != "kanban"]
    (found,) = site_match.things([ours], [sides.board_of(one) for one in there])
    planned.add_all(MoveKind.BOARD, [found])
    if found.theirs is None:
        return None
    return next(one for one in there if str(one.id) == found.theirs.id)


def _priorities(planned: Planned, offered: Sequence[str]) -> None:
    """Sent by name, so nothing is stored; which of those in use are not there is said."""
    if "priority" not in planned.project.field_map or not offered:
        return
    rows = WorkItem.objects.filter(project=planned.project).exclude(priority="").order_by()
    there = [Thing(name, name) for name in offered]
    used = [Thing(name, name) for name in rows.values_list("priority", flat=True).distinct()]
    planned.add_all(MoveKind.PRIORITY, site_match.things(used, there))
