"""Issue types that Jira got after the project was mapped: paired, where the mapping reads their level.

Each with its own name, and a word on the page of the mapping. A type of another level, or of none that is
known, is left to a person. What was there at mapping time, or was paired once and taken out by a person,
stays as people left it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from connections.models import MappedProject
from jira_client.values import Issue, IssueType
from planning.levels import TYPES_SEEN
from sync.core import words
from sync.models import VersionOrigin
from sync.pairs import mapping_versions
from sync.pairs.mapping_versions import Cause

# In MappedProject.facts: the types that were there when somebody, or this rule, decided on them; those that
# an issue has shown since; and the board words that nobody has paired by hand.
SEEN: Final = TYPES_SEEN
NOTICED: Final = "types_noticed"
BY_ITSELF: Final = "paired_types"


def unseen(project: MappedProject, ids: Iterable[str]) -> set[str]:
    """Those of the project's types that nobody decided on; none while it is not known which were there."""
    if SEEN not in project.facts:
        return set()
    decided = {*project.facts[SEEN], *map(str, project.type_map.values())}
    return set(ids) - decided


def pair(
    project: MappedProject,
    ids: Collection[str],
    types: Sequence[IssueType],
    levels: Mapping[str, int],
) -> list[str]:
    """Give each new type that the mapping reads by its level a word; the words. `ids`: of all types of the
    project, which are seen from now on; `levels`: type id → level. `project` is brought up to date.
    """
    if SEEN in project.facts and not set(ids) - set(project.facts[SEEN]):
        return []
    with transaction.atomic():
        row = MappedProject.objects.select_for_update(no_key=True).filter(pk=project.pk).first()
        if row is None:
            return []  # unmapped meanwhile
        new = unseen(row, ids)
        read = {levels.get(str(one)) for one in row.type_map.values()} - {None}
        fit = [one for one in types if one.id in new and levels.get(one.id) in read]
        taken = list(row.type_map)
        named = words.apart([*taken, *(one.name for one in fit)], words.TYPE)[len(taken) :]
        pairs = {word: one.id for word, one in zip(named, fit, strict=True)}
        facts = {**row.facts, SEEN: list(dict.fromkeys([*row.facts.get(SEEN, ()), *ids]))}
        if pairs:
            mapping_versions.record_found(row, mapping_versions.content_of(row))
            row.type_map = {**row.type_map, **pairs}
            known = {one: levels[one] for one in pairs.values()}
            facts |= {
                "levels": {**facts.get("levels", {}), **known},
                BY_ITSELF: sorted({*facts.get(BY_ITSELF, ()), *pairs}),
            }
        row.facts = facts
        row.save(update_fields=["type_map", "facts"])
        if pairs:
            why = "New in Jira, each paired with its own name: " + ", ".join(sorted(pairs))
            mapping_versions.record(row, actor=None, cause=Cause(VersionOrigin.BY_RULE, why))
    project.type_map, project.facts = row.type_map, row.facts
    return list(pairs)


def notice(project: MappedProject, issues: Iterable[Issue]) -> None:
    """Issues that were just read and are of no mapped type: where one's type is new, the project is
    compared soon, which pairs the type and reads all of its issues. Once a type.
    """
    told = (issue.fields.get("issuetype") for issue in issues)
    shown = {str(one["id"]) for one in told if isinstance(one, Mapping) and one.get("id")}
    if not unseen(project, shown) - set(project.facts.get(NOTICED, ())):
        return
    with transaction.atomic():
        row = MappedProject.objects.select_for_update(no_key=True).filter(pk=project.pk).first()
        if row is None:
            return
        noticed = set(row.facts.get(NOTICED, ()))
        new = unseen(row, shown) - noticed
        row.facts = {**row.facts, NOTICED: sorted({*noticed, *new})}
        now = timezone.now()
        if new and (row.reconcile_due is None or row.reconcile_due > now):
            row.reconcile_due = now
        row.save(update_fields=["facts", "reconcile_due"])
    project.facts = row.facts


def by_hand(facts: dict[str, Any], entries: Mapping[str, Any]) -> dict[str, Any]:
    """The facts once a person has paired these words: nothing more is to be said of them."""
    left = [word for word in facts.get(BY_ITSELF, ()) if word not in entries]
    return {**facts, BY_ITSELF: left} if BY_ITSELF in facts else facts
