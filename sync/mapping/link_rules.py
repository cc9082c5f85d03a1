"""Which link between which types is which link type in Jira: what a person asks for, judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.models import Connection, MappedProject
from sync.core.links import LinkRule, contradiction
from sync.pairs import metadata

MOST: Final = 200
PARTS: Final = ("from", "word", "to", "link_type")


def judged(project: MappedProject, rules: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What MappedProject.link_rules becomes. Raises Refused (422), JiraError, NotReady."""
    stored = [{name: " ".join(str(one[name]).split()) for name in PARTS} for one in rules]
    if not stored:
        return []
    if len(stored) > MOST:
        raise _refused([f"At most {MOST} rules for links fit into one mapping."])
    own, every = list(project.type_map), types_of(project.connection)
    there = [one.name for one in metadata.link_types(jira_for(project.connection))]
    wrong = [
        why
        for rule in stored
        for why in (
            _unknown_type(project, rule["from"], own),
            _unknown_type(project, rule["to"], every),
            _unknown_link_type(rule["link_type"], there),
            "" if rule["word"] else "Say the word that the board has for this link.",
        )
        if why
    ]
    if wrong:
        raise _refused(list(dict.fromkeys(wrong)))
    _refuse_contradictions(stored)
    return stored


def types_of(connection: Connection) -> list[str]:
    """The board's types of all the connection's projects: a link may lead from one to another."""
    maps = connection.projects.values_list("type_map", flat=True)
    return list(dict.fromkeys(word for one in maps for word in one))


def _unknown_type(project: MappedProject, word: str, known: Sequence[str]) -> str:
    if word in known:
        return ""
    names = ", ".join(known) or "none"
    return f"“{word}” is no type of work item that {project.key} has paired. There are: {names}."


def _unknown_link_type(name: str, there: Sequence[str]) -> str:
    if name in there:
        return ""
    if not there:
        return "This Jira offers no link types: issue linking is switched off there."
    return f"Jira has no link type “{name}”. It has: {', '.join(there)}."


def _refuse_contradictions(stored: Sequence[Mapping[str, str]]) -> None:
    both = contradiction(LinkRule(*(one[name] for name in PARTS)) for one in stored)
    if both is None:
        return
    one, other = both
    between = f"Between {one.source} and {one.target}"
    if one == other:
        raise _refused([f"{between}, “{one.word}” is said twice."])
    if one.word == other.word:
        words = f"“{one.word}” cannot be both “{one.link_type}” and “{other.link_type}”."
    else:
        words = (
            f"Jira's “{one.link_type}” cannot be both “{one.word}” and “{other.word}”: read back, it "
            "would be only one of them."
        )
    raise _refused([f"{between}, {words}"])


def _refused(words: list[str]) -> Refused:
    return Refused(words[0], fields={"link_rules": words})
