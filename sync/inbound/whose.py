"""Whose an issue is, where several mappings share its Jira project: that mapping's whose filter lets it in.

The rule stands here alone. A pair stays with its mapping while that one's filter lets the issue in; else it
goes to the one whose filter does, the older mapping first; where none does, it stays and says so. One hand
moves pairs between mappings of a project, the drain, which asks Jira right then; whoever else comes upon
one sends the issue there (`send_to_drain`).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connections.models import Connection, MappedProject
from jira_client import jql
from jira_client.client import JiraClient
from jira_client.values import Issue
from sync.core.mapping import OPERATION_PROPERTY, operation_of
from sync.inbound import own_creates
from sync.models import Shadow
from sync.pairs.shared_projects import others_of
from sync.webhook import inbox

AT_ONCE: Final = 100  # issues in one clause of a search
WHY: Final = "Its Jira project is mapped more than once; whose it is now is asked."

Mappings = Mapping[str, Sequence[MappedProject]]  # Jira project id → its mappings, the oldest first


@dataclass(slots=True)
class SortedOut:
    """`of`: mapping → the issues that it takes in; `outside`: ids of those that no filter lets in."""

    of: dict[MappedProject, list[Issue]] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)


def mappings_of(connection: Connection) -> dict[str, list[MappedProject]]:
    """All of a connection's, whether at work or paused."""
    found: dict[str, list[MappedProject]] = {}
    for project in connection.projects.order_by("created", "pk"):
        project.connection = connection
        found.setdefault(project.remote_id, []).append(project)
    return found


def sort_out(
    jira: JiraClient, mappings: Sequence[MappedProject], issues: Sequence[Issue]
) -> SortedOut:
    """Of issues of one Jira project, which mapping takes in which; one search a filter.

    What the board made itself is let in until it was read once: whoever made it meant that mapping. An
    issue outside that has a pair is its pair's mapping's all the same, to be read. Raises JiraError.
    """
    marked = {one.id for one in issues if OPERATION_PROPERTY in one.properties}
    meant = _meant(mappings, [one for one in issues if one.id in marked])
    if len(mappings) > 1:
        marked &= meant.keys()
    asked = [one.id for one in issues if one.id not in marked]
    let_in = {one: _let_in(jira, one, asked) for one in mappings}
    rows = Shadow.objects.filter(
        connection=mappings[0].connection_id, remote_id__in=[one.id for one in issues]
    ).values_list("remote_id", "project_id", "project__remote_id")
    pairs = {issue: mapping for issue, mapping, _ in rows}
    # Moved here from another project that is mapped: somebody has to tell it that it is outside.
    came = {issue for issue, _, home in rows if home not in (None, mappings[0].remote_id)}
    found = SortedOut()
    for issue in issues:
        taking = [one for one in mappings if issue.id in let_in[one]]
        mine = [one for one in mappings if one.pk == pairs.get(issue.id)]
        if issue.id in marked:
            taking = [meant.get(issue.id, mappings[0])]
        elif not taking:
            found.outside.add(issue.id)
        now = next((one for one in mine if one in taking), None)
        owner = now or next(iter(taking or mine), None)
        if owner is not None:
            found.of.setdefault(owner, []).append(issue)
        elif issue.id in came:
            found.of.setdefault(mappings[0], []).append(issue)
    return found


def _let_in(jira: JiraClient, project: MappedProject, ids: Sequence[str]) -> Collection[str]:
    return matching(jira, project.jql, ids) if project.jql.strip() and ids else set(ids)


def _meant(mappings: Sequence[MappedProject], issues: Sequence[Issue]) -> dict[str, MappedProject]:
    """Issue id → the mapping in which people made the item whose issue it is."""
    if len(mappings) == 1 or not issues:
        return {}
    creates = own_creates.own_creates(mappings[0], issues)
    by_key = {one.pk: one for one in mappings}
    found = {}
    for issue in issues:
        change = creates.get(operation_of(issue) or "")
        if change is not None and change.project_id in by_key:
            found[issue.id] = by_key[change.project_id]
    return found


def matching(jira: JiraClient, condition: str, ids: Sequence[str]) -> set[str]:
    """Those of these issues that a mapping's filter lets in. Raises JiraError."""
    found: set[str] = set()
    for at in range(0, len(ids), AT_ONCE):
        some = ids[at : at + AT_ONCE]
        query = jql.and_(condition, f"id in ({', '.join(some)})")
        # What was created a moment ago is named, since Cloud's index lags (fifty at most).
        found |= {issue.id for issue in jira.search.all(query, ("id",), 5000, (), some[-50:])}
    return found


def in_others(jira: JiraClient, project: MappedProject, ids: Collection[str]) -> set[str]:
    """Of these issues, those that another mapping of the same project lets in. Raises JiraError."""
    if not ids:
        return set()
    found: set[str] = set()
    for other in others_of(project):
        found |= matching(jira, other.jql, sorted(ids)) if other.jql.strip() else set(ids)
    return found


def is_anothers(shadow: Shadow, project: MappedProject) -> bool:
    """Whether the pair is of another mapping of the same Jira project."""
    if shadow.project_id in (None, project.pk):
        return False
    return shadow.project is not None and shadow.project.remote_id == project.remote_id


def send_to_drain(project: MappedProject, keys: Mapping[str, str]) -> None:
    """These issues (id → key) are read again, and become the mapping's whose they are now."""
    inbox.read_again(project, keys, dict.fromkeys(keys, WHY), faults=0)


def items_of(connection: Connection, ids: Collection[str]) -> set[uuid.UUID]:
    """The items of these issues."""
    rows = Shadow.objects.filter(connection=connection, remote_id__in=list(ids))
    return set(rows.values_list("item_id", flat=True))
