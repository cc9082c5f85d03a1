"""What the mapping's filter demands of a new issue, given with its create, so that it begins inside.

Only where the filter leaves no choice (one value of a field, no OR) and the create screen takes it; what
people or the mapping's defaults say goes before. An issue that stays outside says so on its item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from connections.models import MappedProject
from jira_client.client import JiraClient
from jira_client.filter_demands import alternatives
from jira_client.values import FieldMeta
from sync.outbound.create_defaults import screens_of
from sync.outbound.edit_calls import spoken
from sync.pairs.create_screens import CreateScreens

_ALIASES: Final = {"component": "components", "fixversion": "fixversions"}
_NEVER: Final = frozenset({"issuetype", "project", "status", "sprint", "parent"})


def demanded(filter_: str) -> dict[str, str]:
    """JQL's name of a field → the one value that the filter lets in; empty where it leaves a choice."""
    found = alternatives(filter_)
    if len(found) != 1:
        return {}
    return {
        one.field: next(iter(one.values))
        for one in found[0]
        if one.inside and not one.empty and len(one.values) == 1
    }


def given(
    jira: JiraClient, project: MappedProject, types: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Board type → field id → the value in the form in which Jira takes it. No call where the filter
    demands nothing. Raises JiraError.
    """
    wanted = demanded(project.jql) if project.jql.strip() else {}
    if not wanted:
        return {}
    there = [word for word in set(types) if word in project.type_map]
    screens = screens_of(CreateScreens(jira, project.key), project, there)
    return {word: _of_screen(screen, wanted) for word, screen in screens.items()}


def _of_screen(screen: Mapping[str, FieldMeta], wanted: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in wanted.items():
        meta = _meta(screen.values(), _ALIASES.get(name, name))
        value = _value(meta, text) if meta is not None and meta.id not in _NEVER else None
        if meta is not None and value is not None:
            found[meta.id] = value
    return found


def _meta(metas: Iterable[FieldMeta], name: str) -> FieldMeta | None:
    """None also where several fields of the screen are called so."""
    found = [
        one
        for one in metas
        if name in (one.id.lower(), one.name.lower())
        or name == f"cf[{one.id.removeprefix('customfield_')}]"
    ]
    return found[0] if len(found) == 1 else None


def _value(meta: FieldMeta, text: str) -> Any:
    """None where the screen offers choices, and this is none of them."""
    offered = [one for one in meta.allowed if isinstance(one, Mapping) and "id" in one]
    if not offered:
        return spoken(meta, text)
    wanted = text.casefold()
    for one in offered:
        names = {str(one.get(key, "")).casefold() for key in ("id", "name", "value")}
        if wanted in names:
            chosen = {"id": str(one["id"])}
            return [chosen] if meta.schema_type == "array" else chosen
    return None


def joined(inside: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a create with the filter's values: beside what a list holds, else where nothing is."""
    both = {**inside, **fields}
    for name, value in inside.items():
        held = fields.get(name)
        if isinstance(value, list) and isinstance(held, list):
            both[name] = [*held, *(one for one in value if one not in held)]
    return both
