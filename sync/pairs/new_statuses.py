"""Statuses that Jira got after the project was mapped are paired by themselves, each with its own name.

Their category, which Jira tells with them, says where they count. What was known at mapping time, or
was paired once and taken out by a person, stays as people left it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from connections.models import MappedProject
from jira_client.values import Issue, Status
from sync.core import words
from sync.models import VersionOrigin
from sync.pairs import mapping_versions
from sync.pairs.mapping_versions import Cause

BY_ITSELF = "paired_statuses"  # in MappedProject.facts: board words that nobody has paired by hand


def in_issues(project: MappedProject, issues: Iterable[Issue]) -> None:
    """Of issues that were just read."""
    found: dict[str, Status] = {}
    for issue in issues:
        told = issue.fields.get("status")
        if isinstance(told, Mapping) and told.get("id"):
            category = told.get("statusCategory")
            key = category.get("key") if isinstance(category, Mapping) else ""
            one = Status(str(told["id"]), str(told.get("name") or ""), str(key or ""))
            found.setdefault(one.id, one)
    pair(project, found.values())


def pair(project: MappedProject, statuses: Iterable[Status]) -> list[str]:
    """Give each new status its word; the words. `project` is brought up to date."""
    known = _known(project.status_map, project.facts)
    new = [one for one in statuses if one.id not in known and one.name.strip()]
    if not new:
        return []
    with transaction.atomic():
        row = MappedProject.objects.select_for_update(no_key=True).filter(pk=project.pk).first()
        if row is None:
            return []  # unmapped meanwhile
        known = _known(row.status_map, row.facts)
        left = list({one.id: one for one in new if one.id not in known}.values())
        taken = list(row.status_map)
        named = words.apart([*taken, *(one.name for one in left)], words.STATUS)[len(taken) :]
        pairs = dict(zip(named, left, strict=True))
        mapping_versions.record_found(row, mapping_versions.content_of(row))
        row.status_map = {**row.status_map, **{word: one.id for word, one in pairs.items()}}
        facts = {word: _fact(one) for word, one in pairs.items()}
        row.facts = {
            **row.facts,
            "statuses": {**row.facts.get("statuses", {}), **facts},
            BY_ITSELF: sorted({*row.facts.get(BY_ITSELF, ()), *pairs}),
        }
        row.save(update_fields=["status_map", "facts"])
        why = "New in Jira, each paired with its own name: " + ", ".join(sorted(pairs))
        mapping_versions.record(row, actor=None, cause=Cause(VersionOrigin.BY_RULE, why))
    project.status_map, project.facts = row.status_map, row.facts
    return list(pairs)


def by_hand(facts: dict[str, Any], entries: Mapping[str, Any]) -> dict[str, Any]:
    """The facts once a person has paired these words: nothing more is to be said of them."""
    left = [word for word in facts.get(BY_ITSELF, ()) if word not in entries]
    return {**facts, BY_ITSELF: left} if BY_ITSELF in facts else facts


def _known(status_map: Mapping[str, Any], facts: Mapping[str, Any]) -> set[str]:
    remembered = facts.get("statuses", {}).values()
    return {str(one) for one in status_map.values()} | {
        str(fact.get("id")) for fact in remembered if fact.get("id")
    }


def _fact(status: Status) -> dict[str, str]:
    return {"id": status.id, "category": status.category or "new"}
