"""The Jira board on which a mapped project's sprints are planned and made: which there are, which it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.models import MappedProject
from jira_client import own_board
from jira_client.client import JiraClient
from jira_client.errors import NOT_TOLD
from jira_client.values import Board, Project
from sync.pairs import metadata


@dataclass(frozen=True, slots=True)
class Offered:
    """A board that shows the project. `own`: Jira says that it is this project's, or does not say whose;
    `sprints`: whether sprints can be planned in it.
    """

    board: Board
    own: bool
    sprints: bool


def offered(project: MappedProject) -> list[Offered]:
    """The boards that show the project, its own first. Raises JiraError, NotReady, SealBroken."""
    jira, there = jira_for(project.connection), _as_jira(project)
    return [
        Offered(one, not own_board.is_another(one, there), own_board.has_sprints(jira, one))
        for one in metadata.boards_of(jira, there)
    ]


def judged(project: MappedProject, board_id: int | None) -> dict[str, Any]:
    """What a mapping stores of this choice. Raises Refused (422) for a board that is not there or has
    no sprints; JiraError.
    """
    if board_id is None:
        return {"board_id": None, "board": None}
    jira = jira_for(project.connection)
    return stored(proven(jira, board_id))


def stored(board: Board | None) -> dict[str, Any]:
    """`board`: what is remembered of it, to be shown without asking."""
    if board is None:
        return {"board_id": None, "board": None}
    return {
        "board_id": board.id,
        "board": {"id": board.id, "name": board.name[:255], "project_key": board.project_key},
    }


def shown(project: MappedProject) -> str:
    """How the mapped board is called, as far as it is known; empty where there is none."""
    if project.board_id is None:
        return ""
    known = project.facts.get("board") or {}
    return str(known.get("name") or "") if known.get("id") == project.board_id else ""


def asked_for(jira: JiraClient, board_id: int | None, own: Board | None) -> Board | None:
    """The board of a new mapping: what was asked for, else the project's own. Raises as `judged`."""
    return own if board_id is None else proven(jira, board_id)


def seen(project: MappedProject, board_id: int) -> Board:
    """The board of the project's Jira. Raises Refused (422) for one that the account does not see;
    JiraError, NotReady, SealBroken.
    """
    return _seen(jira_for(project.connection), board_id)


def _seen(jira: JiraClient, board_id: int) -> Board:
    try:
        return jira.boards.get(board_id)
    except NOT_TOLD as error:
        raise _refused(
            _("The account sees no board %(id)s in Jira. Choose one that it sees.")
            % {"id": board_id}
        ) from error


def proven(jira: JiraClient, board_id: int) -> Board:
    """The board, which the account sees and which has sprints. Raises Refused (422) else, JiraError."""
    board = _seen(jira, board_id)
    if not own_board.has_sprints(jira, board):
        raise _refused(
            _("The board “%(name)s” has no sprints. Choose a Scrum board, or switch sprints on.")
            % {"name": board.name}
        )
    return board


def _refused(words: str) -> Refused:
    return Refused(words, fields={"board_id": [words]})


def _as_jira(project: MappedProject) -> Project:
    return Project(id=project.remote_id, key=project.key, name=project.name)


def choices(found: Sequence[Offered]) -> list[tuple[str, str]]:
    """For a form: the boards with sprints, each with whose it is."""
    rows = [("", _("None: iterations stay on the board"))]
    for one in found:
        if one.sprints:
            foreign = "" if one.own else _(" (of project %(key)s)") % {"key": one.board.project_key}
            rows.append((str(one.board.id), f"{one.board.name}{foreign}"))
    return rows
