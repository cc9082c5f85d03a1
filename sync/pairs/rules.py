"""From rows to the core's values: a mapped project's rules, what refers to what, an item's values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from almconnect.lib.in_array import in_array
from connections.models import Connection, MappedProject
from jira_client.known_fields import holds_points
from planning.models import CustomField, Team, WorkItem
from planning.team_boards import boards_in, links_met_in, teams_of_its_own
from sync.core.echo import all_normal
from sync.core.kinds import CUSTOM
from sync.core.links import LinkRule
from sync.core.teams import BOARD, PROJECT, TeamSource
from sync.core.values import FLAG, IMPEDIMENT, NUMBERS, Lookups, Rules
from sync.models import Shadow, ShadowState
from sync.pairs.link_names import ids_of


def rules_of(project: MappedProject) -> Rules:
    facts = project.facts
    team, kinds = team_source(project), kinds_of(project)
    return Rules(
        project_id=project.remote_id,
        project_key=project.key,
        types=project.type_map,
        fields=_fields(project, kinds) | ({"team": team.remote_field} if team.remote_field else {}),
        statuses=project.status_map,
        links=project.link_map,
        parent_style=facts.get("parent_style", "parent"),
        subtasks=words_of_types(project, "subtask_types"),
        parent_link=facts.get("parent_link", ""),
        above=words_of_types(project, "parent_link_types"),
        person_key=facts.get("person_key", "accountId"),
        transition_defaults=project.transition_defaults,
        team=team,
        link_rules=link_rules_of(project),
        link_ids=ids_of(project),
        kinds=kinds,
        comments=project.reads_comments,
        attachments=project.reads_jira,
        directions={
            name: way for name, way in project.field_directions.items() if name in project.field_map
        },
        flag=next(iter(facts.get("field_choices", {}).get(FLAG, ())), IMPEDIMENT),
    )


def kinds_of(project: MappedProject) -> dict[str, str]:
    """Field of the customer's choice → its kind, of those that are mapped; no query where none is."""
    ids = [name.removeprefix(CUSTOM) for name in project.field_map if name.startswith(CUSTOM)]
    rows = CustomField.objects.filter(pk__in=ids).values_list("pk", "kind") if ids else ()
    return {f"{CUSTOM}{key}": kind for key, kind in rows}


def _fields(project: MappedProject, kinds: Mapping[str, str]) -> dict[str, Any]:
    """As mapped; but seconds are no points, whoever mapped them, and a field that was taken off the board
    has no kind any more.
    """
    return {
        name: field_id
        for name, field_id in project.field_map.items()
        if (name not in NUMBERS or holds_points(str(field_id)))
        and (not name.startswith(CUSTOM) or name in kinds)
    }


def link_rules_of(project: MappedProject) -> tuple[LinkRule, ...]:
    """As stored, in the order given."""
    return tuple(
        LinkRule(one["from"], one["word"], one["to"], one["link_type"])
        for one in project.link_rules
    )


def words_of_types(project: MappedProject, fact: str) -> frozenset[str]:
    """The board types whose ids are under that name among what Jira's metadata said."""
    ids = set(project.facts.get(fact, ()))
    return frozenset(word for word, kind in project.type_map.items() if str(kind) in ids)


def team_source(project: MappedProject) -> TeamSource:
    """Where its issues say their team; of the teams that are still there."""
    stored = project.team_source
    if not stored or stored["kind"] == PROJECT:
        return TeamSource()
    if stored["kind"] == BOARD:
        return TeamSource(BOARD, project.field_map.get("iteration", ""), values=_boards(project))
    there = {
        str(key)
        for key in Team.objects.filter(pk__in=stored["values"]).values_list("pk", flat=True)
    }
    return TeamSource(
        kind=stored["kind"],
        field=stored.get("field", ""),
        shape=stored.get("shape", ""),
        values={team: value for team, value in stored["values"].items() if team in there},
    )


def _boards(project: MappedProject) -> dict[str, str]:
    teams = teams_of_its_own(project).values_list("pk", flat=True)
    return {
        str(team): str(board)
        for team, board in boards_in(project, teams).items()
        if board is not None
    }


def lookups_for(project: MappedProject, parents: Iterable[str]) -> Lookups:
    """The board's side of the sprints of this project's teams, and of these parents (id or key)."""
    return Lookups(
        iterations={
            sprint: str(iteration)
            for sprint, iteration in links_met_in(project).values_list("sprint_id", "iteration_id")
        },
        items=items_by_reference(project.connection, parents),
    )


def items_by_reference(connection: Connection, references: Iterable[str]) -> dict[str, str]:
    """Issue ids and keys, as far as the board knows them, or has let go of them → item ids."""
    wanted = {reference for reference in references if reference}
    if not wanted:
        return {}
    numbers = [reference for reference in wanted if reference.isdigit()]
    keys = wanted.difference(numbers)
    rows = Shadow.objects.filter(connection=connection).exclude(state=ShadowState.GONE)
    found: dict[str, str] = {}
    for remote, item in rows.filter(in_array("remote_id", numbers)).values_list(
        "remote_id", "item_id"
    ):
        found[remote] = str(item)
    if keys:
        for key, item in rows.filter(in_array("remote_key", keys)).values_list(
            "remote_key", "item_id"
        ):
            found[key] = str(item)
    return found


def default_team(project: MappedProject) -> Team | None:
    """The team whose project this is; none where several share it."""
    found = list(teams_of_its_own(project)[:2])
    return found[0] if len(found) == 1 else None


def values_of(item: WorkItem) -> Mapping[str, Any]:
    """An item's synced values in the form that is compared."""
    plain = {
        "summary": item.summary,
        "description": item.description,
        "status": item.status,
        "story_points": item.story_points,
        "wsjf": item.wsjf,
        "assignee": item.assignee_id,
        "reporter": item.reporter_id,
        "labels": item.labels,
        "priority": item.priority,
        "parent": item.parent_id,
        "iteration": item.iteration_id,
        "team": item.team_id,
        "fix_versions": item.fix_versions,
        "components": item.components,
        "start_date": item.start_date,
        "due_date": item.due_date,
        "original_estimate": item.original_estimate,
        "remaining_estimate": item.remaining_estimate,
        "flagged": item.flagged,
        **{f"{CUSTOM}{key}": value for key, value in item.custom.items()},
    }
    return BoardValues(all_normal(plain))


class BoardValues(dict[str, Any]):
    """An item's values by field; a field of the customer's choice that was never set is None."""

    def __missing__(self, name: str) -> None:
        if not name.startswith(CUSTOM):
            raise KeyError(name)
