"""A mapping by names instead of ids, so that it fits other projects and other Jiras.

A template says what it maps; a project says what it has. What of the one is in the other, and what is
not, is decided here, without I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sync.core.propose import Metadata, Proposal

OPTIONS: Final = ("direction", "conflict_policy", "deletion_policy", "comments", "jql")
# The template's word for each map, with the column of MappedProject.
MAPS: Final = {
    "types": "type_map",
    "fields": "field_map",
    "statuses": "status_map",
    "links": "link_map",
}
DEFAULTS: Final = ("transition_defaults", "create_defaults")

MISSING, ANOTHER, FURTHER, SEVERAL = "missing", "another", "further", "several"
OF_LEVEL: Final = "level"  # of a type: several of the project are of its level, none of its name
TO_DECIDE: Final = (SEVERAL, OF_LEVEL)
LEVELS: Final = (
    "levels"  # of a template's types, by which they are found where they have other names
)


@dataclass(frozen=True, slots=True)
class Misfit:
    """What of the project differs from the template.

    `part`: types, fields, statuses, links or a kind of defaults; `word`: the board's. `kind`: *missing*,
    the project has no such thing, so it stays on the board; *another*, the project's own (`name`) is taken
    instead of the one that the template names; *several* are called so, or are of the *level* of a type
    that is called otherwise here, and a person must choose; *further*, the project has one more (`name`),
    of which the template says nothing.
    """

    part: str
    word: str
    name: str
    kind: str
    choices: Mapping[str, str] = field(default_factory=dict)  # id → name, of what can be chosen

    @property
    def must_decide(self) -> bool:
        return self.kind in TO_DECIDE


@dataclass(frozen=True, slots=True)
class Fitted:
    """A template in a project: `values` as `project_mapping.change` takes them, whole maps by ids; and
    what does not fit.
    """

    values: Mapping[str, Any]
    misfits: Sequence[Misfit] = ()


@dataclass(frozen=True, slots=True)
class _There:
    """What a project has of one part: id → name, and what would be proposed for each board word.

    `levels`: id → level in Jira's hierarchy, of types; `untold`: ids of which nothing is said where the
    template does not name them.
    """

    names: Mapping[str, str]
    proposed: Mapping[str, str]
    levels: Mapping[str, int] = field(default_factory=dict)
    untold: frozenset[str] = frozenset()

    def called(self, name: str) -> list[str]:
        same = [key for key, one in self.names.items() if one == name]
        return same or [key for key, one in self.names.items() if one.casefold() == name.casefold()]


def by_names(
    columns: Mapping[str, Any], data: Metadata, levels: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """The content of a template from a mapping's columns, by Jira's names for its ids. `levels`: issue type
    id → level, as far as it is known.

    What Jira does not have any more is left out. The team's source and the board are a project's own.
    """
    there = _there(data, None)
    content: dict[str, Any] = {name: columns[name] for name in OPTIONS if name in columns}
    for part, column in MAPS.items():
        names = there[part].names
        content[part] = {
            word: names[str(remote)]
            for word, remote in columns[column].items()
            if str(remote) in names
        }
    found = {word: (levels or {}).get(str(columns["type_map"][word])) for word in content["types"]}
    content[LEVELS] = {word: level for word, level in found.items() if level is not None}
    content["field_directions"] = {
        word: way for word, way in columns["field_directions"].items() if word in content["fields"]
    }
    content["link_rules"] = [dict(rule) for rule in columns["link_rules"]]
    fields = there["fields"].names
    for part in DEFAULTS:
        content[part] = {
            word: {fields.get(name, name): value for name, value in values.items()}
            for word, values in columns[part].items()
        }
    return content


def fit(
    content: Mapping[str, Any],
    data: Metadata,
    proposal: Proposal,
    chosen: Mapping[str, Mapping[str, str]] | None = None,
    levels: Mapping[str, int] | None = None,
) -> Fitted:
    """The template in the project of this metadata. `levels`: issue type id → level, by which a type is
    found that is called otherwise here.

    `chosen`: part → board word → id, what a person has decided where the template does not fit.
    """
    there, decided = _there(data, proposal, levels), chosen or {}
    values: dict[str, Any] = {name: content[name] for name in OPTIONS if name in content}
    misfits: list[Misfit] = []
    for part, column in MAPS.items():
        found, wrong = _pairs(part, content.get(part) or {}, there[part], decided.get(part) or {})
        if part == "types":
            found, wrong = _by_level(found, wrong, there[part], content.get(LEVELS) or {})
        further = _further(part, there[part], found) if part in ("types", "statuses") else []
        if part == "statuses":  # they are paired by themselves, each with its own name
            found |= {one.word: key for one in further for key in one.choices}
        values[column] = found
        misfits += [*wrong, *further]
    values["field_directions"] = {
        word: way
        for word, way in (content.get("field_directions") or {}).items()
        if word in values["field_map"]
    }
    types, links = values["type_map"], set(values["link_map"].values())
    values["link_rules"] = [
        rule for rule in content.get("link_rules") or () if _holds(rule, types, links)
    ]
    for part in DEFAULTS:
        words = values["status_map" if part == "transition_defaults" else "type_map"]
        values[part], wrong = _defaults(part, content.get(part) or {}, there["fields"], words)
        misfits += wrong
    return Fitted(values, misfits)


def _there(
    data: Metadata, proposal: Proposal | None, levels: Mapping[str, int] | None = None
) -> dict[str, _There]:
    fields = {one.id: one.name for one in data.fields}
    return {
        "types": _There(
            {one.id: one.name for one in data.types},
            {**proposal.types, **proposal.subtasks} if proposal else {},
            levels or {},
            frozenset(one.id for one in data.types if one.subtask),
        ),
        "fields": _There(fields, proposal.fields if proposal else {}),
        "statuses": _There(
            {one.id: one.name for one in data.statuses}, proposal.statuses if proposal else {}
        ),
        # Link types go by their names in Jira.
        "links": _There(
            {one.name: one.name for one in data.links}, proposal.links if proposal else {}
        ),
    }


def _pairs(
    part: str, wanted: Mapping[str, str], there: _There, chosen: Mapping[str, str]
) -> tuple[dict[str, str], list[Misfit]]:
    found: dict[str, str] = {}
    misfits: list[Misfit] = []
    for word, name in wanted.items():
        if word in chosen:
            if chosen[word] in there.names:
                found[word] = chosen[word]
            continue  # decided to stay on the board
        own = there.proposed.get(word)
        called = there.called(name)
        if own in called:
            called = [own]  # of several that are called so, the one that the project uses
        if len(called) == 1:
            found[word] = called[0]
        elif called:
            choices = {key: f"{there.names[key]} ({key})" for key in called}
            misfits.append(Misfit(part, word, name, SEVERAL, choices))
        elif part == "fields" and own is not None:
            found[word] = own
            misfits.append(Misfit(part, word, there.names.get(own, own), ANOTHER))
        else:
            misfits.append(Misfit(part, word, name, MISSING, dict(there.names)))
    return found, misfits


def _by_level(
    found: Mapping[str, str],
    misfits: Iterable[Misfit],
    there: _There,
    wanted: Mapping[str, int],
) -> tuple[dict[str, str], list[Misfit]]:
    """The types that the project has under another name: the one of the level that no other word has."""
    pairs, told = dict(found), []
    for one in misfits:
        level = wanted.get(one.word)
        free = [
            key
            for key in there.names
            if level is not None and there.levels.get(key) == level and key not in pairs.values()
        ]
        if one.kind != MISSING or not free:
            told.append(one)
        elif len(free) == 1:
            pairs[one.word] = free[0]
            told.append(Misfit(one.part, one.word, there.names[free[0]], ANOTHER))
        else:
            choices = {key: there.names[key] for key in free}
            told.append(Misfit(one.part, one.word, one.name, OF_LEVEL, choices))
    return pairs, told


def _further(part: str, there: _There, found: Mapping[str, str]) -> list[Misfit]:
    """What the project has and the template does not name."""
    paired = set(found.values())
    words = {str(key): word for word, key in there.proposed.items()}
    return [
        Misfit(part, words.get(key, name), name, FURTHER, {key: name})
        for key, name in there.names.items()
        if key not in paired and key not in there.untold and words.get(key, name) not in found
    ]


def _holds(rule: Mapping[str, str], types: Mapping[str, str], links: Iterable[str]) -> bool:
    return rule["from"] in types and rule["link_type"] in links


def _defaults(
    part: str,
    wanted: Mapping[str, Mapping[str, Any]],
    fields: _There,
    words: Mapping[str, Any],
) -> tuple[dict[str, dict[str, Any]], list[Misfit]]:
    found: dict[str, dict[str, Any]] = {}
    misfits: list[Misfit] = []
    for word, values in wanted.items():
        if word not in words:
            continue  # what it is given to is not there, which is said already
        for name, value in values.items():
            called = fields.called(name)
            if len(called) == 1:
                found.setdefault(word, {})[called[0]] = value
            else:
                misfits.append(Misfit(part, word, name, SEVERAL if called else MISSING))
    return found, misfits
