"""Comparing permission reports with each other, and two accounts; and the text for the Jira admin.

Reads what was observed, and for two accounts asks Jira. It must not write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connections import credentials, gateway
from connections.credentials import Credential
from connections.diagnosing import Explained
from connections.models import Connection, PermissionReport, ReportState
from jira_client import requirements
from jira_client.client import JiraClient
from jira_client.values import PermissionState, Project

MOST_COMPARED = 50  # mapped projects in the comparison of two accounts


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was in the report before."""

    project: str
    name: str
    before: str
    after: str

    @property
    def lost(self) -> bool:
        return self.before == PermissionState.HELD and self.after == PermissionState.MISSING


def previous(report: PermissionReport) -> PermissionReport | None:
    """The finished report before this one, of the same connection, with a project in common."""
    before = PermissionReport.objects.filter(
        connection=report.connection_id, state=ReportState.FINISHED, created__lt=report.created
    )
    keys = {row["key"] for row in report.rows}
    for candidate in before.order_by("-created")[:20]:
        if keys & {row["key"] for row in candidate.rows}:
            return candidate
    return None


def changes_since(report: PermissionReport, before: PermissionReport | None) -> list[Difference]:
    """What the account gained and lost between two reports, in projects that both looked at."""
    if before is None:
        return []
    known = {(row["id"] or row["key"]): row for row in before.rows}
    found = []
    for row in report.rows:
        then = known.get(row["id"] or row["key"])
        states = {p["key"]: p["state"] for p in then["permissions"]} if then else {}
        found += [
            Difference(row["key"], p["name"], states[p["key"]], p["state"])
            for p in row["permissions"]
            if p["key"] in states and states[p["key"]] != p["state"]
        ]
    return found


def missing(report: PermissionReport) -> dict[str, list[str]]:
    """Project key → names of required permissions that it lacks."""
    found = {
        row["key"]: [
            p["name"]
            for p in row["permissions"]
            if p["need"] == requirements.REQUIRED and p["state"] == PermissionState.MISSING
        ]
        for row in report.rows
    }
    return {key: names for key, names in found.items() if names}


def text_for_admin(report: PermissionReport) -> str:
    """Everything to ask the Jira admin for, in one text; empty where nothing is missing."""
    lines = []
    for row in report.rows:
        names = [
            f"{p['name']} ({p['key']}, {p['need']})"
            for p in row["permissions"]
            if p["state"] == PermissionState.MISSING
        ]
        if names:
            lines.append(f"{row['key']} ({row['name']}): {', '.join(names)}")
    if not lines:
        return ""
    who = report.account_name or "the service user"
    head = (
        f"Please grant {who} these permissions in {report.connection.base_url} "
        "(Project settings → Permissions, by a role that the account belongs to):"
    )
    return "\n".join([head, *lines])


def compare_accounts(connection: Connection, offered: Credential) -> list[dict[str, Any]]:
    """Mapped project by mapped project: what the account held and what the offered one holds.

    `[{"key", "name", "permissions": [{"name", "need", "was", "now"}]}]`; a side that cannot be asked
    is unknown throughout.
    """
    wanted = [
        Project(row.remote_id, row.key, row.name)
        for row in connection.projects.all()[:MOST_COMPARED]
    ]
    was = _states_of(lambda: gateway.jira_for(connection, for_check=True), wanted)
    now = _states_of(lambda: credentials.candidate(connection, offered), wanted)
    shown = [row for row in requirements.PERMISSIONS if not row.is_global]
    return [
        {
            "key": project.key,
            "name": project.name,
            "permissions": [
                {
                    "name": row.name,
                    "need": row.need,
                    "was": was[project.id].get(row.key, PermissionState.UNKNOWN).value,
                    "now": now[project.id].get(row.key, PermissionState.UNKNOWN).value,
                }
                for row in shown
            ],
        }
        for project in wanted
    ]


def _states_of(
    client_of: Callable[[], JiraClient], projects: list[Project]
) -> dict[str, dict[str, PermissionState]]:
    try:
        return client_of().permissions.of_projects(projects, requirements.PROJECT_KEYS)
    except Explained:
        return {project.id: {} for project in projects}  # shown as unknown, never as missing
