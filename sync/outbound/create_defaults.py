"""What a project demands of new issues and the board does not hold: the values that the mapping gives.

The create screen of a type says what it demands, and in which form it takes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from almconnect.lib.api import Refused
from connections.models import MappedProject
from jira_client.client import JiraClient
from jira_client.values import FieldMeta
from sync.core.values import may_come_later
from sync.outbound.edit_calls import spoken
from sync.pairs.create_screens import CreateScreens
from sync.pairs.given_values import is_empty, refused_by, without_empty
from sync.pairs.rules import rules_of

# Given by every create, or by Jira itself.
_ALWAYS: Final = frozenset({"project", "issuetype", "summary", "reporter"})

Screens = Mapping[str, Mapping[str, FieldMeta]]  # board type → field id → how its screen offers it


def screens_of(reader: CreateScreens, project: MappedProject, types: Iterable[str]) -> Screens:
    """The create screens of these board types; those that Jira does not tell are left out. Raises
    JiraError.
    """
    found = {word: reader.of(str(project.type_map[word])) for word in types}
    return {
        word: {meta.id: meta for meta in metas}
        for word, metas in found.items()
        if metas is not None
    }


def demanded(project: MappedProject, screen: Mapping[str, FieldMeta]) -> list[FieldMeta]:
    """The fields without which a create fails, and that the board may leave empty or does not hold."""
    fields = rules_of(project).fields
    # Whoever plans leaves fix versions, components and dates empty more often than not.
    kept = {name: remote for name, remote in fields.items() if not may_come_later(name)}
    filled = _ALWAYS | {str(remote) for remote in kept.values()}
    return [
        meta
        for meta in screen.values()
        if meta.required and not meta.has_default and meta.id not in filled
    ]


def given(
    jira: JiraClient, project: MappedProject, types: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Board type → field id → the value in the form in which Jira takes it. No call where the mapping
    gives nothing. Raises JiraError.
    """
    wanted = [word for word in set(types) if project.create_defaults.get(word)]
    screens = screens_of(CreateScreens(jira, project.key), project, wanted)
    return {
        word: {
            name: spoken(screens.get(word, {}).get(name) or FieldMeta(name, name), value)
            for name, value in project.create_defaults[word].items()
        }
        for word in wanted
    }


def judged(
    jira: JiraClient, project: MappedProject, entries: Mapping[str, Mapping[str, Any] | None]
) -> dict[str, dict[str, Any]]:
    """The project's defaults with these entries over them; an empty entry or value takes one out.

    Raises Refused (422) for what Jira would not take, JiraError.
    """
    asked = [word for word, values in entries.items() if values and word in project.type_map]
    screens = screens_of(CreateScreens(jira, project.key), project, asked)
    wrong = [
        why
        for word, values in entries.items()
        for name, value in (values or {}).items()
        if not is_empty(value) and (why := _why_not(project, screens, word, name, value))
    ]
    if wrong:
        raise Refused(wrong[0], fields={"create_defaults": wrong})
    both: dict[str, dict[str, Any]] = {**project.create_defaults}
    for word, values in entries.items():
        both[word] = {**both.get(word, {}), **(values or {})} if values else {}
    return without_empty(both)


def _why_not(
    project: MappedProject, screens: Screens, word: str, name: str, value: Any
) -> str | None:
    if word not in project.type_map:
        return f"“{word}” is no mapped type of {project.key}."
    offered = screens.get(word)
    if offered is None:
        return None  # the account may not create there, so Jira does not tell
    if name not in offered:
        names = ", ".join(sorted(meta.name for meta in offered.values())) or "nothing"
        return f"The create screen of {word} does not take “{name}”. It takes: {names}."
    return refused_by(offered[name], value, f"of {word}")
