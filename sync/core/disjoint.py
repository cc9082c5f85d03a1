"""Whether two filters can let in the same issue: proved by what both demand of one field, or not at all.

A field with several values proves less: an issue has two components at once. It must not ask Jira; what
cannot be proved here, its caller counts there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from jira_client.filter_demands import Alternative, Demand, alternatives
from jira_client.values import FieldInfo

_ALIASES: Final = {"type": "issuetype"}
_SINGLE: Final = frozenset({"issuetype", "priority", "status", "resolution"})
# Held by id alone, as in sync/mapping/team_fields.py
_TEAM: Final = (
    "com.atlassian.teams:rm-teams-custom-field-team",
    "com.atlassian.jpo:jpo-custom-field-team",
)
_SELECT: Final = (
    "com.atlassian.jira.plugin.system.customfieldtypes:select",
    "com.atlassian.jira.plugin.system.customfieldtypes:radiobuttons",
)


@dataclass(frozen=True, slots=True)
class FilterFields:
    """What JQL's names of fields mean in one Jira. `ids`: name → field; `single`: fields that hold one
    value, `by_number` those of them whose values are numbers or ids, never names; `unclear`: names that
    several fields bear, so that a clause may mean any of them.
    """

    ids: Mapping[str, str] = field(default_factory=dict)
    single: frozenset[str] = _SINGLE
    by_number: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()

    @classmethod
    def of(cls, fields: Iterable[FieldInfo]) -> FilterFields:
        rows = list(fields)
        ids = {one.name.lower(): one.id for one in rows}
        ids |= {one.id.lower(): one.id for one in rows}
        ids |= {
            f"cf[{one.id.removeprefix('customfield_')}]": one.id
            for one in rows
            if one.id.startswith("customfield_")
        }
        numbers = {
            one.id
            for one in rows
            if one.custom and (one.schema_type == "number" or one.schema_custom in _TEAM)
        }
        selects = {one.id for one in rows if one.schema_custom in _SELECT}
        several = Counter(one.name.lower() for one in rows)
        return cls(
            ids,
            _SINGLE | numbers | selects,
            frozenset(numbers),
            frozenset(name for name, times in several.items() if times > 1),
        )

    def means(self, name: str) -> str:
        """The field of a clause: its id, or the name itself where no field is called so."""
        word = _ALIASES.get(name, name)
        return self.ids.get(word, word)


def cannot_overlap(one: str, other: str, fields: FilterFields) -> bool:
    """Whether no issue can match both filters; False where that is not proved. An empty filter lets in
    everything.
    """
    if not one.strip() or not other.strip():
        return False
    return all(_apart(a, b, fields) for a, b in product(alternatives(one), alternatives(other)))


def _apart(one: Alternative, other: Alternative, fields: FilterFields) -> bool:
    return any(_exclude(a, b, fields) for a, b in product(one, other))


def _exclude(one: Demand, other: Demand, fields: FilterFields) -> bool:
    """Whether no issue meets both demands. NOT IN leaves out what is empty, and what holds one of the
    values beside others.
    """
    name = fields.means(one.field)
    if name != fields.means(other.field) or {one.field, other.field} & fields.unclear:
        return False
    if one.inside and other.inside:
        if one.empty and other.empty:
            return False
        return (
            not one.values
            or not other.values
            or (name in fields.single and _all_differ(one, other, name in fields.by_number))
        )
    if one.inside == other.inside:
        return False
    inside, outside = (one, other) if one.inside else (other, one)
    return inside.values <= outside.values


def _all_differ(one: Demand, other: Demand, by_number: bool) -> bool:
    return all(_differ(a, b, by_number) for a, b in product(one.values, other.values))


def _differ(one: str, other: str, by_number: bool) -> bool:
    """Whether two literals are surely two values: a number may be the id of what the other one names."""
    if by_number:
        numbers = [_number(text) for text in (one, other)]
        if None not in numbers:
            return numbers[0] != numbers[1]
        return one.casefold() != other.casefold() and numbers == [None, None]
    return not (one.isdigit() or other.isdigit()) and one.casefold() != other.casefold()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
