"""A mapping names Jira's link types; which they are, their ids say, so that a new name changes nothing.

`MappedProject.facts["link_types"]` holds the id of every name that the mapping uses. What is read is
told by id (`core.links.LinkTable.called`), what is sent by name, as Data Center takes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.db import transaction

from connections.models import MappedProject
from jira_client.client import JiraClient
from jira_client.values import LinkType
from sync.pairs import metadata

FACT: Final = "link_types"


def learn(project: MappedProject, there: Sequence[LinkType]) -> bool:
    """Bring this copy of the mapping up to Jira's link types (none: linking is off); True if it differs.

    A name whose id is called otherwise by now takes the new name. One whose id is not known, or not
    there any more, is the type that is called so now.
    """
    if not there:
        return False
    by_id, by_name = ({one.id: one.name for one in there}, {one.name: one.id for one in there})
    known, ids, names = ids_of(project), {}, {}
    for name in used(project):
        own = known.get(name, "")
        names[name] = by_id.get(own, name)
        if found := own if own in by_id else by_name.get(name, own):
            ids[names[name]] = found
    before = project.link_map, project.link_rules, project.facts
    project.link_map = {word: names[name] for word, name in project.link_map.items()}
    project.link_rules = [
        {**rule, "link_type": names[rule["link_type"]]} for rule in project.link_rules
    ]
    project.facts = {**project.facts, FACT: ids}
    return before != (project.link_map, project.link_rules, project.facts)


def follow(project: MappedProject, there: Sequence[LinkType]) -> None:
    """The same, stored."""
    names = ("link_map", "link_rules", "facts")
    with transaction.atomic():
        row = MappedProject.objects.select_for_update(no_key=True).get(pk=project.pk)
        if learn(row, there):
            row.save(update_fields=names)
    for name in names:
        setattr(project, name, getattr(row, name))


def new_name(project: MappedProject, jira: JiraClient, name: str) -> str | None:
    """What Jira calls this link type by now, stored; None where it has no other name. Raises JiraError."""
    own = ids_of(project).get(name)
    there = metadata.link_types(jira) if own else []
    found = next((one.name for one in there if one.id == own), name)
    if found == name:
        return None
    follow(project, there)
    return found


def used(project: MappedProject) -> set[str]:
    """The names of link types that the mapping knows."""
    return {*project.link_map.values(), *(rule["link_type"] for rule in project.link_rules)}


def ids_of(project: MappedProject) -> Mapping[str, str]:
    """Name → id, as far as known."""
    found: dict[str, str] = project.facts.get(FACT, {})
    return found
