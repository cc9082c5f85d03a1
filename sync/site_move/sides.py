"""What is read of one project in one Jira, for a plan. It must not write, there or here.

The old Jira may be gone already, or its address may lead elsewhere by now: then what the mapping remembers
of it has to do, and what was not remembered is not certain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connections.access.gateway import NotReady, jira_for
from connections.access.sealing import SealBroken
from connections.budget.rate_budget import Purpose
from connections.health import site_identity
from connections.models import Connection
from jira_client import own_board
from jira_client.client import JiraClient
from jira_client.errors import Gone, Invalid, JiraError, NotFound, PermissionRefused
from jira_client.values import Board, IssueType, LinkType, Project, Sprint, Status
from sync.core.propose import Metadata, propose
from sync.core.site_match import SprintFacts, Thing
from sync.pairs import hierarchy, metadata, priorities, sprint_facts
from sync.pairs.create_screens import CreateScreens
from sync.pairs.new_types import SEEN

ABSENT = (NotFound, PermissionRefused, Gone, Invalid)


@dataclass(frozen=True, slots=True)
class Side:
    """One project there. `roles`: board field → the field that a new mapping would take for it."""

    project: Project
    data: Metadata
    roles: Mapping[str, str]
    sprints: Sequence[Sprint] = ()
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def statuses(self) -> list[Status]:
        return list({one.id: one for one in self.data.statuses}.values())

    def field_name(self, field_id: str) -> Thing | None:
        found = next((one for one in self.data.fields if one.id == field_id), None)
        if found is None:
            return None
        return Thing(found.id, found.name, found.schema_custom or found.schema_type or "")


def client_of(connection: Connection) -> JiraClient:
    """For the plan alone: also of a connection that is held or being moved. Raises NotReady,
    SealBroken, JiraError."""
    return jira_for(connection, for_check=True, purpose=Purpose.BULK)


def old_client(connection: Connection) -> JiraClient | None:
    """The Jira whose issues the connection holds, where it still answers there and is that one."""
    if connection.site_doubt or connection.pending_id:
        return None
    try:
        if site_identity.is_another(connection, site_identity.ask(connection)):
            return None
        found = client_of(connection)
        found.myself()
    except (JiraError, NotReady, SealBroken):
        return None
    return found


def read(jira: JiraClient, key_or_id: str, *, sprints: bool = True) -> Side | None:
    """None where the account does not see the project. Raises JiraError."""
    try:
        project = jira.projects.get(key_or_id)
    except NotFound:
        return None
    data = metadata.read_metadata(jira, project)
    there = _sprints(jira, data.boards) if sprints else []
    return Side(project, data, propose(data).fields, there)


def facts_of(jira: JiraClient, side: Side, types: Sequence[str]) -> dict[str, object]:
    """What of MappedProject.facts is learned anew. Raises JiraError."""
    screens = CreateScreens(jira, side.project.key)
    return {
        "parent_style": jira.flavour.parent_style,
        "person_key": jira.flavour.person_key,
        **hierarchy.facts_of(jira, screens, side.data.types, side.data.fields),
        SEEN: [one.id for one in side.data.types],
        **priorities.facts_of(screens, {"priority": "priority"}, types),
    }


def _sprints(jira: JiraClient, boards: Sequence[Board]) -> list[Sprint]:
    """Of all boards that show the project and have sprints, each once. Raises JiraError."""
    found: dict[int, Sprint] = {}
    for board in boards:
        if board.type == "kanban" or not own_board.has_sprints(jira, board):
            continue
        try:
            found |= {one.id: one for one in jira.boards.sprints(board.id)}
        except ABSENT:
            continue
    return list(found.values())


def sprint_of(one: Sprint) -> SprintFacts:
    return SprintFacts(one.id, one.name, sprint_facts.day(one.start), sprint_facts.last_day(one))


def type_of(one: IssueType) -> Thing:
    return Thing(one.id, one.name, "subtask" if one.subtask else "standard")


def status_of(one: Status) -> Thing:
    return Thing(one.id, one.name, one.category)


def link_type_of(one: LinkType) -> Thing:
    """The words it reads by are its kind: what blocks must not become what is blocked."""
    return Thing(one.id, one.name, f"{one.outward}|{one.inward}".casefold())


def board_of(one: Board) -> Thing:
    return Thing(str(one.id), one.name, one.type)


def is_system(field_id: str) -> bool:
    return not field_id.startswith("customfield_")
