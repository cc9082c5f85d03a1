"""Mapping a Jira project: propose from its metadata, store, import. Changing and ending a mapping."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from almconnect.lib.transaction_retry import in_retried_transaction
from connections.access.gateway import jira_for
from connections.access.readiness import must_not_be_in_a_move
from connections.models import CommentDirection, Connection, Direction, MappedProject, WebhookState
from connections.report import permission_report
from jira_client.values import LinkType
from planning import inbound_writes
from planning.models import SyncState, Team, WorkItem
from sync.core.propose import Metadata, Proposal, propose, propose_defaults
from sync.core.values import EPIC_LINK
from sync.mapping import (
    boards,
    comment_ways,
    custom_fields,
    mapping_rules,
    new_fields,
    teams,
    transition_fields,
)
from sync.models import COMMENTS_UNREAD, Conflict, Run, RunKind, Shadow, ShadowState, VersionOrigin
from sync.pairs import (
    hierarchy,
    link_names,
    metadata,
    new_statuses,
    new_types,
    priorities,
    shared_projects,
)
from sync.pairs import mapping_versions as versions
from sync.pairs.create_screens import CreateScreens
from sync.pairs.mapping_versions import Cause
from sync.runs import project_runs
from sync.worker.wake import REGISTER_WEBHOOK, TAKE_REPORT, WORK, wake

OPTIONS = ("direction", "conflict_policy", "deletion_policy", "comments", "jql")
MAPS = ("type_map", "field_map", "status_map", "link_map")


def map_project(
    connection: Connection,
    key: str,
    *,
    actor: User,
    team: uuid.UUID | None = None,
    maps: Mapping[str, dict[str, Any]] | None = None,
    cause: Cause | None = None,
    data: Metadata | None = None,
    whole: bool = False,
    **options: Any,
) -> tuple[MappedProject, Run]:
    """Map a project by its key and start its import. `cause`: why, for its first version; `data`: what
    was just read of it; `whole`: `maps` are all there is, nothing is proposed beside them.

    `maps` adds to, or replaces entries of, what is proposed. Raises JiraError, NotReady, and Refused:
    404 for a project the account does not see, 409 for one that is mapped already without a filter, 422
    where the filter and another mapping's let in the same issues.
    """
    must_not_be_in_a_move(connection)
    jira = jira_for(connection)
    found = metadata.find_project(jira, key)
    mapping_rules.refuse_time(maps or {})
    jql = str(options.get("jql") or "")
    if jql:
        metadata.prove_filter(jira, found, jql)
    others = shared_projects.mappings_of(connection, found.id)
    shared_projects.judge(jira, found.key, jql, others)
    data = data or metadata.read_metadata(jira, found)
    proposal = propose(data)
    board = boards.asked_for(jira, options.pop("board_id", None), data.board)
    asked = transition_fields.of_project(jira, found.key)
    merged = _whole(maps or {}) if whole else _merged(proposal, maps or {})
    custom_fields.judge(connection, merged["field_map"], merged["field_map"])
    screens, known = CreateScreens(jira, found.key), hierarchy.known_in(connection)
    offered = priorities.facts_of(screens, merged["field_map"], merged["type_map"].values())
    ways = mapping_rules.directions(
        merged["field_map"], options.pop("field_directions", None) or {}
    )
    way = comment_ways.of_new(jira, found, options.pop("comments", None))
    with transaction.atomic():
        project = MappedProject.objects.create(
            slot=shared_projects.hold(connection, found.id, shared_projects.filters_of(others)),
            field_directions=ways,
            comments=way,
            connection=connection,
            remote_id=found.id,
            key=found.key,
            name=found.name,
            board_id=board.id if board else None,
            facts=metadata.facts_of(jira, screens, data, proposal, known)
            | {"board": boards.stored(board)["board"]}
            | offered,
            transition_defaults=propose_defaults(proposal.statuses, proposal.categories, asked)
            | (options.pop("transition_defaults", None) or {}),
            poll_due=None,
            **merged,
            **{name: value for name, value in options.items() if value is not None},
        )
        if team is not None:
            assign_team(project, team)
        run = project_runs.request(project, RunKind.IMPORT)
        versions.record(project, actor=actor, cause=cause or Cause(VersionOrigin.MAPPED))
        audit.record(
            "project.mapped",
            actor=actor,
            target=project,
            connection_id=connection.pk,
            after={"key": project.key, "direction": project.direction},
        )
        wanted = permission_report.after_mapping(connection, actor=actor)
    wake(WORK, run.pk)
    wake(TAKE_REPORT, wanted.pk)
    if connection.webhook_state == WebhookState.NONE:
        wake(REGISTER_WEBHOOK, connection.pk)
    return project, run


def _merged(proposal: Proposal, maps: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What was proposed, with the caller's entries over it; an entry of null takes a field out."""
    proposed = {
        "type_map": proposal.types,
        "field_map": proposal.fields,
        "status_map": proposal.statuses,
        "link_map": proposal.links,
    }
    merged: dict[str, dict[str, Any]] = {}
    for name, values in proposed.items():
        both = {**values, **maps.get(name, {})}
        merged[name] = {word: value for word, value in both.items() if value is not None}
    return merged


def _whole(maps: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: dict(maps.get(name) or {}) for name in MAPS}


def assign_team(project: MappedProject, team_id: uuid.UUID | None) -> None:
    """The team whose project this is. Its earlier items get the team as well; None takes the project
    from its teams, and items stay where people have planned them. Raises Refused (422).
    """
    if team_id is None:
        Team.objects.filter(project=project).update(project=None)
        return
    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        raise Refused("There is no such team.", fields={"team": ["There is no such team."]})
    Team.objects.filter(pk=team_id).update(project=project)
    WorkItem.objects.filter(project=project, team=None, deleted=None).update(team=team)


def change(
    project: MappedProject,
    *,
    actor: User,
    values: Mapping[str, Any],
    categories: Mapping[str, str] | None = None,
    cause: Cause | None = None,
) -> MappedProject:
    """Change options, maps (entries over the present ones), rules or the team. Raises Refused,
    JiraError.

    `categories`: board status → new | indeterminate | done, for statuses that were not known before.
    `cause`: why, for the version that this makes.
    """
    must_not_be_in_a_move(project.connection)
    before = {name: getattr(project, name) for name in versions.CONTENT}
    others = shared_projects.filters_of(shared_projects.others_of(project))
    changed = prepare(project, values, categories)
    with transaction.atomic():
        if "jql" in changed:
            shared_projects.hold(project.connection, project.remote_id, others, project.pk)
        versions.record_found(project, before)
        project.poll_due = timezone.now()
        if before["direction"] == Direction.PAUSED != project.direction:
            # Deliveries of the pause were noted and not read: what went meanwhile is found by census.
            project.reconcile_due = project.poll_due
        project.save()
        if "team" in values:
            assign_team(project, values["team"])
        if "team_source" in changed and project.team_source:
            teams.follow(project)
        versions.record(project, actor=actor, cause=cause or Cause())
        audit.record(
            "project.changed",
            actor=actor,
            target=project,
            connection_id=project.connection_id,
            before={name: before[name] for name in changed},
            after={name: getattr(project, name) for name in changed},
        )
        new = new_fields.added(before["field_map"], project.field_map)
        new_fields.unread(project, new)
        takes = project.reads_comments and before["comments"] == CommentDirection.OFF
        if takes:
            Shadow.objects.filter(project=project).update(comments=COMMENTS_UNREAD)
        hands = others and "jql" in changed  # issues that go from one mapping to the other
        reread = new or takes or hands or changed & {"team_source", "link_rules"}
        again = project_runs.request(project, RunKind.RECONCILE) if reread else None
    if again is not None:  # every issue says its team, links, comments and new fields anew
        wake(WORK, again.pk)
    return project


def prepare(
    project: MappedProject,
    values: Mapping[str, Any],
    categories: Mapping[str, str] | None = None,
) -> set[str]:
    """Give this instance the columns that `change` stores, judged, and save nothing; their names.

    Maps go before rules, which are judged by them. Raises Refused, JiraError, NotReady.
    """
    options = {name: value for name, value in values.items() if name in OPTIONS}
    maps = {name: value for name, value in values.items() if name in MAPS}
    if options.get("jql"):
        jira = jira_for(project.connection)
        metadata.prove_filter(jira, metadata.find_project(jira, project.remote_id), options["jql"])
    if "jql" in options and (others := shared_projects.others_of(project)):
        jira = jira_for(project.connection)
        shared_projects.judge(jira, project.key, options["jql"] or "", others)
    if options.get("comments", CommentDirection.OFF) not in (
        CommentDirection.OFF,
        project.comments,
    ):
        comment_ways.judge(jira_for(project.connection), project, options["comments"])
    mapping_rules.refuse_time(maps)
    entries = maps.get("field_map") or {}
    custom_fields.judge(project.connection, {**project.field_map, **entries}, entries)
    board = boards.judged(project, values["board_id"]) if "board_id" in values else {}
    link_types = _link_types(project, values)
    link_names.learn(project, link_types)  # first by id: what was said before keeps its meaning
    facts = project.facts | _hierarchy(project, maps)
    if board:
        facts |= {"board": board["board"]}
        options |= {"board_id": board["board_id"]}
    for name, value in options.items():
        setattr(project, name, value or "" if name == "jql" else value)
    for name, entries in maps.items():
        both = {**getattr(project, name), **entries}
        setattr(project, name, {word: value for word, value in both.items() if value})
    rules = mapping_rules.judged(project, values)
    for name, value in rules.items():
        setattr(project, name, value)
    project.field_directions = {
        name: way for name, way in project.field_directions.items() if name in project.field_map
    }
    facts = new_types.by_hand(facts, maps.get("type_map") or {})
    project.facts = new_statuses.by_hand(facts, maps.get("status_map") or {})
    if categories:
        project.facts = _with_categories(project, categories)
    link_names.learn(project, link_types)
    return {*options, *maps, *rules}


def _link_types(project: MappedProject, values: Mapping[str, Any]) -> Sequence[LinkType]:
    """Which there are, where somebody says anew what is which."""
    if values.get("link_map") is None and values.get("link_rules") is None:
        return ()
    return metadata.link_types(jira_for(project.connection))


def _hierarchy(project: MappedProject, maps: Mapping[str, Any]) -> dict[str, Any]:
    """Which types are sub-tasks, and which epics, where that decides which field names a parent."""
    if not maps.get("type_map") or project.facts.get("parent_style") != EPIC_LINK:
        return {}
    jira = jira_for(project.connection)
    types = jira.projects.issue_types(project.remote_id)
    screens, known = CreateScreens(jira, project.key), hierarchy.known_of(project)
    return hierarchy.facts_of(jira, screens, types, jira.fields.all(), known)


def _with_categories(project: MappedProject, categories: Mapping[str, str]) -> dict[str, Any]:
    statuses = dict(project.facts.get("statuses", {}))
    for name, category in categories.items():
        statuses[name] = {"id": project.status_map.get(name, ""), "category": category}
    return {**project.facts, "statuses": statuses}


def unmap(project: MappedProject, *, actor: User) -> None:
    """End the mapping: the items stay on the board, nothing changes in Jira. Raises Refused (409)
    during a move to another Jira."""
    must_not_be_in_a_move(project.connection)
    in_retried_transaction(lambda: _unmap(project, actor))


def _unmap(project: MappedProject, actor: User) -> None:
    # From here workers that would add rows to it wait, and then find that it is gone.
    row = MappedProject.objects.select_for_update().filter(pk=project.pk).first()
    if row is None:
        return
    items = list(WorkItem.objects.filter(project=project).locked().values_list("pk", flat=True))
    audit.record(
        "project.unmapped",
        actor=actor,
        target=project,
        connection_id=project.connection_id,
        before={"key": project.key, "items": len(items)},
    )
    pairs = Shadow.objects.filter(project=project)
    Conflict.objects.filter(shadow__in=pairs, resolved=None).update(
        resolved=timezone.now(), taken_by="no longer mapped"
    )
    # The pairs are remembered: mapped again, the same issues find their items.
    pairs.filter(state=ShadowState.LIVE).update(state=ShadowState.UNMAPPED)
    row.delete()
    inbound_writes.note_state(items, SyncState.LOCAL_ONLY, "Its Jira project is no longer mapped.")
