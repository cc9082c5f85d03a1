"""Which projects a permission report looks at: whatever was asked for, and always every mapped one.

A report that left mapped projects out would say "everything is held" of what nobody looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connections.models import Connection, MappedProject, PermissionReport
from connections.report import archived_projects, report_rows
from jira_client import requirements
from jira_client.client import JiraClient
from jira_client.values import PermissionState, Project


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the projects that are mapped now a report shows; `left_out` names the others."""

    mapped: int
    left_out: tuple[str, ...]

    @property
    def shown(self) -> int:
        return self.mapped - len(self.left_out)


def of(report: PermissionReport) -> Coverage:
    """Measured against what is mapped at this moment, not when the report was taken."""
    ids, keys = {row["id"] for row in report.rows}, {row["key"] for row in report.rows}
    mapped = list(report.connection.projects.values_list("remote_id", "key").distinct())
    left = [key for id, key in mapped if id not in ids and key not in keys]
    return Coverage(len(mapped), tuple(sorted(left)))


def with_mapped(connection: Connection, keys: Iterable[str]) -> list[str]:
    """The keys, and those of the mapped projects that are not among them."""
    named = [key.strip().upper() for key in keys if key.strip()]
    return list(dict.fromkeys([*named, *connection.projects.values_list("key", flat=True)]))


def to_look_at(client: JiraClient, report: PermissionReport) -> tuple[list[Project], list[Project]]:
    """The projects that the account sees, and those that it was asked about and does not see.

    What was mapped since the report was asked for is among them. A mapped project is found by its id:
    Jira may have given it another key. A report that goes on from another one asks about what it names,
    and about the mapped projects that the other one left out.
    """
    visible = client.projects.list()
    mapped = list(report.connection.projects.order_by("key"))
    if report.base is not None:
        there = {row["id"] for row in report.base.rows} | {row["key"] for row in report.base.rows}
        mapped = [
            one
            for one in mapped
            if one.key in report.wanted or not there & {one.remote_id, one.key}
        ]
    if not report.wanted:
        return visible, _unseen(mapped, (), visible)
    by_key = {project.key.upper(): project for project in visible}
    by_id = {project.id: project for project in visible}
    ids = {row.key: row.remote_id for row in mapped}
    keys = list(dict.fromkeys([*report.wanted, *ids]))
    found = [by_id.get(ids.get(key, "")) or by_key.get(key) for key in keys]
    seen = list({project.id: project for project in found if project is not None}.values())
    return seen, _unseen(
        mapped, [key for key, project in zip(keys, found, strict=True) if project is None], seen
    )


def _unseen(
    mapped: Sequence[MappedProject], keys: Iterable[str], seen: Sequence[Project]
) -> list[Project]:
    known = {project.id for project in seen} | {project.key.upper() for project in seen}
    hidden = {
        row.key: Project(row.remote_id, row.key, row.name)
        for row in mapped
        if not known & {row.remote_id, row.key}
    }
    return list(({key: Project("", key, "") for key in keys} | hidden).values())


def unseen_row(client: JiraClient, project: Project) -> report_rows.Row:
    """A project that is not in the list: archived, on Data Center, or not for this account."""
    found = archived_projects.asked(client, project.id or project.key)
    if found is not None and found.archived:
        states = dict.fromkeys(requirements.PROJECT_KEYS, PermissionState.MISSING)
        return report_rows.kept(found, states | {"BROWSE_PROJECTS": PermissionState.HELD})
    unknown = dict.fromkeys(requirements.PROJECT_KEYS, PermissionState.UNKNOWN)
    return report_rows.kept(project, unknown | {"BROWSE_PROJECTS": PermissionState.MISSING})
