"""What Jira renames, we rename: a project's key and name, link types, the account's time zone. And what
it says of the project beside that decides how issues are read: where which types name their parent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import NotFound
from sync.core.values import EPIC_LINK
from sync.pairs import hierarchy, link_names, metadata, new_statuses, priorities
from sync.worker.retry_policy import Patience


def refresh(
    connection: Connection, jira: JiraClient, project: MappedProject, patience: Patience
) -> None:
    """Four calls, on Data Center six and one a type, and up to three for priorities: once a day.

    Raises JiraError.
    """
    note_time_zone(connection, patience.ask(jira.myself).time_zone)
    try:
        found = patience.ask(lambda: jira.projects.get(project.remote_id))
    except NotFound:
        return  # whoever reads its issues finds out why
    note_project(project, found.key, found.name)
    there = patience.ask(lambda: jira.projects.statuses(project.remote_id))
    new_statuses.pair(project, [one for statuses in there.values() for one in statuses])
    if link_names.used(project):
        link_names.follow(project, patience.ask(lambda: metadata.link_types(jira)))
    note_facts(project, patience.ask(lambda: priorities.of_project(jira, project)))
    if project.facts.get("parent_style") == EPIC_LINK:
        types = patience.ask(lambda: jira.projects.issue_types(project.remote_id))
        fields = patience.ask(jira.fields.all)
        note_facts(project, hierarchy.facts_of(jira, project.key, types, fields, patience))
    elif {str(one) for one in project.type_map.values()} - set(project.facts.get("levels", {})):
        types = patience.ask(lambda: jira.projects.issue_types(project.remote_id))
        note_facts(project, {"levels": hierarchy.told_levels(types)})


def note_project(project: MappedProject, key: str, name: str) -> None:
    """The project as Jira calls it now; nothing is written where it is called so already."""
    values = {"key": key[:40] or project.key, "name": name[:255] or project.name}
    if (project.key, project.name) == (values["key"], values["name"]):
        return
    MappedProject.objects.filter(pk=project.pk).update(**values)
    project.key, project.name = values["key"], values["name"]


def note_lacking(project: MappedProject, found: Mapping[str, Collection[str]]) -> None:
    """Board type → the mapped fields that its issues do not have in Jira, as a read has just shown: then
    the board does not offer them. Nothing is written where that is known.
    """
    known = project.facts.get("lacking", {})
    now = {**known, **{word: sorted(names) for word, names in found.items()}}
    now = {word: names for word, names in now.items() if names}
    if now != known:
        note_facts(project, {"lacking": now})


def note_facts(project: MappedProject, found: Mapping[str, Any]) -> None:
    """What Jira's metadata says by now, over what it said."""
    if project.facts == {**project.facts, **found}:
        return
    with transaction.atomic():
        row = MappedProject.objects.select_for_update(no_key=True).get(pk=project.pk)
        row.facts = {**row.facts, **found}
        row.save(update_fields=["facts"])
    project.facts = row.facts


def note_time_zone(connection: Connection, zone: str | None) -> None:
    """JQL reads times in the account's own zone, which a person may change in Jira."""
    if zone and zone != connection.time_zone:
        Connection.objects.filter(pk=connection.pk).update(time_zone=zone[:64])
        connection.time_zone = zone[:64]
