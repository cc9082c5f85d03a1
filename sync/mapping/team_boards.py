"""A team's board in a mapped project: what each board holds, and what choosing another one changes.

Nothing moves in Jira. Sprints of the earlier board are iterations no more, unless the new board shows
them too; its issues are read again, and what is planned in such a sprint leaves its iteration.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.access.readiness import must_not_be_in_a_move
from connections.models import MappedProject
from jira_client.client import JiraClient
from jira_client.errors import NOT_TOLD
from jira_client.values import Board, Sprint
from planning.models import SprintLink, Team, TeamBoard, WorkItem
from planning.sprints import sprint_values
from planning.structure_editing import edit_part
from planning.team_boards import board_of, boards_in, links_of, teams_of_its_own
from sync.core.teams import BOARD
from sync.mapping import boards, sprints
from sync.pairs.sprint_facts import CLOSED, GONE, open_on


@dataclass(frozen=True, slots=True)
class TeamPlace:
    """A team that works in the project; `inherited`: its board is the mapping's, none was chosen."""

    team: Team
    board_id: int | None
    board_name: str
    inherited: bool
    sprints: int  # how many of its sprints here are iterations


@dataclass(frozen=True, slots=True)
class Held:
    """What a board holds. `jql`: its filter, empty where it is not shared with the account; `sprints`:
    its open ones; `users`: the teams, with the project's key, whose sprints are on it.
    """

    board: Board
    jql: str
    sprints: tuple[Sprint, ...]
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """An iteration that loses its sprint, and how many items of the team are planned in it."""

    link: SprintLink
    items: int


@dataclass(frozen=True, slots=True)
class BoardChange:
    """What choosing `board` (None: no sprints) for the team changes. Nothing has changed yet."""

    project: MappedProject
    team: Team
    board: Board | None
    losses: tuple[Loss, ...]


def places(project: MappedProject) -> list[TeamPlace]:
    """The teams that work in the project, by name."""
    teams = list(teams_of_its_own(project))
    ids, chosen = boards_in(project, [team.pk for team in teams]), _chosen(project)
    counts: dict[uuid.UUID, int] = defaultdict(int)
    for team in links_of(project).values_list("team_id", flat=True):
        counts[team] += 1
    return [
        TeamPlace(
            team=team,
            board_id=ids[team.pk],
            board_name=chosen[team.pk].name if team.pk in chosen else boards.shown(project),
            inherited=team.pk not in chosen,
            sprints=counts[team.pk],
        )
        for team in teams
    ]


def held(project: MappedProject, board: Board) -> Held:
    """What the board holds, asked of Jira: three calls at most. Raises JiraError, NotReady, SealBroken."""
    jira = jira_for(project.connection)
    return Held(
        board=board,
        jql=_jql(jira, board),
        sprints=tuple(open_on(jira, board.id)),
        users=users_of(project).get(board.id, ()),
    )


def users_of(project: MappedProject) -> dict[int, tuple[str, ...]]:
    """Board id → who plans sprints on it, of all mappings of the project's Jira. Three queries."""
    mappings = MappedProject.objects.filter(connection=project.connection_id)
    rows = TeamBoard.objects.filter(project__in=mappings).select_related("team", "project")
    chosen = {(row.team_id, row.project_id): row for row in rows}
    found: dict[int, list[str]] = defaultdict(list)
    for row in chosen.values():
        if row.board_id is not None:
            found[row.board_id].append(f"{row.team.name} ({row.project.key})")
    for team in Team.objects.filter(project__in=mappings).select_related("project"):
        where = team.project
        if where is not None and where.board_id is not None and (team.pk, where.pk) not in chosen:
            found[where.board_id].append(f"{team.name} ({where.key})")
    return {board: tuple(sorted(names)) for board, names in found.items()}


def plan(project: MappedProject, team: Team, board_id: int | None) -> BoardChange:
    """What choosing this board for the team would change; nothing is changed.

    Raises Refused 422 for a board that the account does not see or that has no sprints, 409 during a
    move to another Jira; JiraError, NotReady, SealBroken.
    """
    must_not_be_in_a_move(project.connection)
    jira = jira_for(project.connection)
    board = boards.proven(jira, board_id) if board_id is not None else None
    there = {one.id for one in open_on(jira, board.id)} if board is not None else set()
    if board_id == board_of(team, project):
        return BoardChange(project, team, board, ())
    links = links_of(project).filter(team=team).exclude(sprint_state__in=(CLOSED, GONE))
    leaving = [
        link
        for link in links.select_related("iteration__pi", "team").order_by("iteration__start")
        if link.sprint_id not in there
    ]
    planned = WorkItem.objects.live().filter(project=project, team=team)
    losses = tuple(
        Loss(link, planned.filter(iteration=link.iteration_id).count()) for link in leaving
    )
    return BoardChange(project, team, board, losses)


def apply(change: BoardChange, *, actor: User) -> TeamBoard:
    """Choose the board: its row, the iterations without their sprints, and the issues read again.

    The team works in the project from now on, and points at it where it pointed at none.
    """
    project, team, board = change.project, change.team, change.board
    with transaction.atomic():
        before = board_of(team, project)
        if team.project_id is None:
            edit_part("team", team.pk, actor=actor, values={"project": project.pk})
            team.project = project
        row, _made = TeamBoard.objects.update_or_create(
            team=team,
            project=project,
            defaults=stored(board),
        )
        _let_go(change, actor)
        audit.record(
            "project.team_board_chosen",
            actor=actor,
            target=project,
            connection_id=project.connection_id,
            before={"team": team.name, "board": before},
            after={"team": team.name, "board": row.board_id},
        )
    sprints.read_again(project)
    return row


def stored(board: Board | None) -> dict[str, Any]:
    """TeamBoard's columns for this board."""
    if board is None:
        return {"board_id": None, "name": "", "location": ""}
    return {"board_id": board.id, "name": board.name[:255], "location": board.project_key[:40]}


def withdraw(project: MappedProject, team: Team, *, actor: User) -> None:
    """Take the choice back: the team uses the mapping's board again where the project is its own, and
    works in the project no more where it is not. Its sprints of the chosen board stay in Jira.

    Raises Refused 404 where nothing was chosen, 409 during a move; JiraError, NotReady, SealBroken.
    """
    row = TeamBoard.objects.filter(project=project, team=team).first()
    if row is None:
        words = _("No board was chosen for %(team)s in %(key)s.")
        raise Refused(words % {"team": team.name, "key": project.key}, code="not_found", status=404)
    own = team.project_id == project.pk
    change = plan(project, team, project.board_id if own else None)
    with transaction.atomic():
        _let_go(change, actor)
        row.delete()
        audit.record(
            "project.team_board_withdrawn",
            actor=actor,
            target=project,
            connection_id=project.connection_id,
            before={"team": team.name, "board": row.board_id},
        )
    sprints.read_again(project)


def judged_as_source(project: MappedProject) -> dict[str, str]:
    """MappedProject.team_source where boards say the team. Raises Refused (422) where they cannot: the
    sprint is not mapped, or two teams share a board.
    """
    if "iteration" not in project.field_map:
        raise _refused(_("Map the sprint first: it says on whose board an issue is."))
    seen: dict[int, TeamPlace] = {}
    for place in places(project):
        if place.board_id is None:
            continue
        if place.board_id in seen:
            words = _(
                "%(one)s and %(other)s share the board “%(board)s”: choose one for each team."
            )
            names = {"one": seen[place.board_id].team.name, "other": place.team.name}
            raise _refused(words % {**names, "board": place.board_name or place.board_id})
        seen[place.board_id] = place
    if not seen:
        raise _refused(_("Choose a board for at least one team first."))
    return {"kind": BOARD}


def _let_go(change: BoardChange, actor: User) -> None:
    for loss in change.losses:
        values = sprint_values(change.team, change.project.pk, None)
        edit_part("iteration", loss.link.iteration_id, actor=actor, values=values)


def _chosen(project: MappedProject) -> dict[uuid.UUID, TeamBoard]:
    return {row.team_id: row for row in TeamBoard.objects.filter(project=project)}


def _jql(jira: JiraClient, board: Board) -> str:
    try:
        filter_id = jira.boards.configuration(board.id).filter_id
        return jira.boards.filter_jql(filter_id) if filter_id else ""
    except NOT_TOLD:
        return ""


def _refused(words: str) -> Refused:
    return Refused(words, fields={"team_source": [words]})
