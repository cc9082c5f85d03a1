"""The Jira boards of a mapped project, and which of them holds each team's sprints."""

from __future__ import annotations

import uuid
from typing import Annotated, Self

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router
from pydantic import Field

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Answer, answer
from connections.rest.api_answers import explained
from jira_client.values import Sprint
from planning.models import Team
from sync.mapping import boards, team_boards
from sync.mapping.boards import Offered
from sync.mapping.team_boards import BoardChange, Held, Loss, TeamPlace
from sync.rest.bodies import TeamBoardIn
from sync.rest.request_params import project_of

router = Router(tags=["sync"])


class BoardOut(Answer):
    id: int
    name: str
    type: str
    project_key: str = Field(description="Where it is; empty where Jira does not say.")
    own: bool = Field(description="False: Jira says that it is another project's.")
    sprints: bool = Field(description="Whether sprints can be planned in it.")
    chosen: bool
    used_by: list[str] = Field(description="The teams whose sprints are on it, with the project.")

    @classmethod
    def of(cls, one: Offered, chosen: int | None, used_by: tuple[str, ...]) -> Self:
        return cls(
            id=one.board.id,
            name=one.board.name,
            type=one.board.type,
            project_key=one.board.project_key,
            own=one.own,
            sprints=one.sprints,
            chosen=one.board.id == chosen,
            used_by=list(used_by),
        )


class BoardsOut(Answer):
    items: list[BoardOut]


class OpenSprintOut(Answer):
    id: int
    name: str
    state: str

    @classmethod
    def of(cls, one: Sprint) -> Self:
        return cls(id=one.id, name=one.name, state=one.state)


class BoardHeldOut(Answer):
    id: int
    name: str
    type: str
    jql: str = Field(description="Its filter; empty where the account does not see it.")
    open_sprints: list[OpenSprintOut]
    used_by: list[str]

    @classmethod
    def of(cls, one: Held) -> Self:
        return cls(
            id=one.board.id,
            name=one.board.name,
            type=one.board.type,
            jql=one.jql,
            open_sprints=[OpenSprintOut.of(sprint) for sprint in one.sprints],
            used_by=list(one.users),
        )


class TeamBoardOut(Answer):
    team: str
    name: str
    board_id: int | None
    board: str = Field(description="What it is called; empty where that is not known.")
    inherited: bool = Field(description="Whether it is the mapping's board: none was chosen.")
    sprints: int = Field(description="How many of its sprints are iterations.")

    @classmethod
    def of(cls, one: TeamPlace) -> Self:
        return cls(
            team=str(one.team.pk),
            name=one.team.name,
            board_id=one.board_id,
            board=one.board_name,
            inherited=one.inherited,
            sprints=one.sprints,
        )


class TeamBoardsOut(Answer):
    items: list[TeamBoardOut]


class LossOut(Answer):
    iteration: str
    name: str
    sprint: int
    sprint_name: str
    items: Annotated[int, Field(description="How many of the team's items are planned in it.")]

    @classmethod
    def of(cls, one: Loss) -> Self:
        return cls(
            iteration=str(one.link.iteration_id),
            name=str(one.link.iteration),
            sprint=one.link.sprint_id,
            sprint_name=one.link.sprint_name,
            items=one.items,
        )


class BoardChangeOut(Answer):
    team: str
    board_id: int | None
    applied: bool
    loses: list[LossOut] = Field(description="The iterations that lose their sprint.")

    @classmethod
    def of(cls, change: BoardChange, applied: bool) -> Self:
        return cls(
            team=str(change.team.pk),
            board_id=change.board.id if change.board else None,
            applied=applied,
            loses=[LossOut.of(one) for one in change.losses],
        )


@router.get(
    "/projects/{uuid:project_id}/boards",
    auth=reader,
    response=BoardsOut,
    operation_id="sync_api_list_boards",
)
def list_boards(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """The boards in Jira that show the project, its own first: which can be `board_id`."""
    project = project_of(project_id)
    with explained(project.connection):
        found = boards.offered(project)
    users = team_boards.users_of(project)
    items = [BoardOut.of(one, project.board_id, users.get(one.board.id, ())) for one in found]
    return answer(BoardsOut(items=items))


@router.get(
    "/projects/{uuid:project_id}/boards/{int:board_id}",
    auth=reader,
    response=BoardHeldOut,
    operation_id="sync_api_read_board",
)
def read_board(request: HttpRequest, project_id: uuid.UUID, board_id: int) -> HttpResponse:
    """What one board holds: its filter, its open sprints, and who plans on it."""
    project = project_of(project_id)
    with explained(project.connection):
        held = team_boards.held(project, boards.seen(project, board_id))
    return answer(BoardHeldOut.of(held))


@router.get(
    "/projects/{uuid:project_id}/team-boards",
    auth=reader,
    response=TeamBoardsOut,
    operation_id="sync_api_list_team_boards",
)
def list_team_boards(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """The teams that work in the project, each with the board of its sprints."""
    items = [TeamBoardOut.of(one) for one in team_boards.places(project_of(project_id))]
    return answer(TeamBoardsOut(items=items))


@router.put(
    "/projects/{uuid:project_id}/team-boards/{uuid:team_id}",
    auth=planner,
    response=BoardChangeOut,
    operation_id="sync_api_choose_team_board",
)
def choose_team_board(
    request: HttpRequest, project_id: uuid.UUID, team_id: uuid.UUID, payload: TeamBoardIn
) -> HttpResponse:
    """Let the team work in the project, its sprints on this board. Nothing moves in Jira."""
    project, team = project_of(project_id), get_object_or_404(Team, pk=team_id)
    with explained(project.connection):
        change = team_boards.plan(project, team, payload.board_id)
        if not payload.dry_run:
            team_boards.apply(change, actor=actor_of(request))
    return answer(BoardChangeOut.of(change, not payload.dry_run))


@router.delete(
    "/projects/{uuid:project_id}/team-boards/{uuid:team_id}",
    auth=planner,
    response={204: None},
    operation_id="sync_api_withdraw_team_board",
)
def withdraw_team_board(
    request: HttpRequest, project_id: uuid.UUID, team_id: uuid.UUID
) -> HttpResponse:
    """Take the choice back: the mapping's board again, or, in a further project, no board at all."""
    project, team = project_of(project_id), get_object_or_404(Team, pk=team_id)
    with explained(project.connection):
        team_boards.withdraw(project, team, actor=actor_of(request))
    return HttpResponse(status=204)
