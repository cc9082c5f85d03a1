"""The versions of a mapping: what it was, who changed it and why, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from connections.models import MappedProject
from sync.models import MappingVersion, VersionOrigin

# The columns that a person decides; what Jira said of them (`facts`) is read anew.
CONTENT: Final = (
    "direction", "conflict_policy", "deletion_policy", "comments", "jql", "type_map", "field_map",
    "status_map", "field_directions", "link_map", "link_rules", "transition_defaults", "create_defaults",
    "team_source", "board_id",
)  # fmt: skip
# Read entry by entry, as `change` takes them; an entry of None takes one out.
MAPS: Final = ("type_map", "field_map", "status_map", "field_directions", "link_map")
DEFAULTS: Final = ("transition_defaults", "create_defaults")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a version was made: by which way, from what (a version's number, a template's name), in whose
    words."""

    origin: str = VersionOrigin.CHANGED
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that differs. `part`: the column; `word`: its entry, empty where the column is one value;
    None where a side has none.
    """

    part: str
    word: str
    before: Any
    after: Any


def content_of(project: MappedProject) -> dict[str, Any]:
    """What a person decided of the mapping, by column."""
    return {name: getattr(project, name) for name in CONTENT}


def record(project: MappedProject, *, actor: User | None, cause: Cause) -> MappingVersion | None:
    """The mapping as it stands now becomes a version; None where the last one says the same.

    Call it in the transaction that stored the mapping, with its row locked or new.
    """
    last, content = latest(project), content_of(project)
    if last is not None and not difference(last.content, content):
        return None
    return MappingVersion.objects.create(
        project=project,
        number=last.number + 1 if last else 1,
        content=content,
        origin=cause.origin,
        source=cause.source[:100],
        reason=cause.reason[:500],
        author=actor,
        author_name=str(actor)[:255] if actor else "",
    )


def record_found(project: MappedProject, content: Mapping[str, Any]) -> None:
    """The first version of a mapping that is older than versions are: as it stood before this change."""
    if latest(project) is None:
        MappingVersion.objects.create(
            project=project, number=1, content=dict(content), origin=VersionOrigin.FOUND
        )


def latest(project: MappedProject) -> MappingVersion | None:
    """The version that stands now."""
    return MappingVersion.objects.filter(project=project).first()


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What differs from one content to the other, entry by entry, in the order of the columns."""
    found = []
    for part in CONTENT:
        old, new = before.get(part), after.get(part)
        if part in MAPS or part in DEFAULTS:
            old, new = old or {}, new or {}
            found += [
                Difference(part, word, old.get(word), new.get(word))
                for word in sorted({*old, *new})
                if old.get(word) != new.get(word)
            ]
        elif old != new and part in before and part in after:  # an older one may lack a column
            found.append(Difference(part, "", old, new))
    return found


def values_for(project: MappedProject, content: Mapping[str, Any]) -> dict[str, Any]:
    """What `project_mapping.change` takes to make the mapping this content: entries that are not in it
    are taken out.
    """
    values: dict[str, Any] = {}
    for one in difference(content_of(project), content):
        if one.part in MAPS:
            values.setdefault(one.part, {})[one.word] = one.after
        elif one.part in DEFAULTS:
            gone = dict.fromkeys(one.before or {}, "")
            values.setdefault(one.part, {})[one.word] = {**gone, **(one.after or {})}
        elif one.part == "team_source":
            values[one.part] = {"kind": "project", "field": "", "values": {}, **(one.after or {})}
        else:
            values[one.part] = one.after
    return values
