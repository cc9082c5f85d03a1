"""What a link in Jira is on the board: by the types of both its ends, in the words of its source's
project. Whichever of its two issues is read, the answer is the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connections.models import Connection, MappedProject
from sync.core.links import LinkTable
from sync.core.values import Rules, SeenLink
from sync.models import Shadow, ShadowState
from sync.pairs.link_names import ids_of
from sync.pairs.rules import link_rules_of


@dataclass(frozen=True, slots=True)
class End:
    """A paired item that a link may join."""

    item: uuid.UUID
    type: str
    project: uuid.UUID | None


def ends_of(
    connection: Connection, links: Iterable[SeenLink], also: Iterable[str] = ()
) -> dict[str, End]:
    """Issue id → its item, for both ends of these links and further issues, as far as they are paired."""
    wanted = {end for link in links for end in (link.source_id, link.target_id)} | set(also)
    rows = Shadow.objects.filter(
        connection=connection, state=ShadowState.LIVE, remote_id__in=wanted - {""}
    )
    found = rows.values_list("remote_id", "item_id", "item__type", "project_id")
    return {remote: End(item, kind, project) for remote, item, kind, project in found}


def words_of(
    project: MappedProject, rules: Rules, ends: Mapping[str, End], links: Iterable[SeenLink]
) -> dict[str, str]:
    """Link id → the board's word, of the links whose ends are both on the board and that have one."""
    whole = [link for link in links if link.source_id in ends and link.target_id in ends]
    homes = {ends[link.source_id].project for link in whole}
    others = {one for one in homes if one is not None and one != project.pk}
    tables = {None: rules.link_table, project.pk: rules.link_table} | _tables(others)
    found: dict[str, str] = {}
    for link in whole:
        source, target = ends[link.source_id], ends[link.target_id]
        table = tables[source.project]
        name = table.called(link.type_id, link.link_type)
        word = table.to_board(name, source.type, target.type)
        if word is not None:
            found[link.remote_id] = word
    return found


def _tables(projects: set[uuid.UUID]) -> dict[uuid.UUID | None, LinkTable]:
    if not projects:
        return {}
    rows = MappedProject.objects.filter(pk__in=projects)
    return {row.pk: LinkTable(row.link_map, link_rules_of(row), ids_of(row)) for row in rows}
