"""Creating and deleting projects and boards. Callers have checked permissions; inside the lock.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
Boards: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
"""

from collections.abc import Sequence
from typing import Any

from .boards import Board
from .issue_creation import delete as delete_issue
from .people import User
from .permissions import CATALOGUE, GUIDE, MEMBER
from .projects import WORKFLOW, Project
from .site import Event, Site

TEAM_TYPES = ("10001", "10002", "10004", "10005", "10003")


def add_project(
    site: Site, key: str, name: str, types: tuple[str, ...] = TEAM_TYPES, lead: str = "rita"
) -> Project:
    """A project in which the admin, the service user and the people hold their grants."""
    workflow = {one.id: one for one in WORKFLOW}
    project = Project(site.next_id("project"), key, name, lead, types, workflow)
    site.add_project(project)
    every = [one.key for one in CATALOGUE if one.kind == "PROJECT"]
    grants: dict[str, Any] = {
        "admin": every,
        "svc-alm": (*GUIDE, "BROWSE_ARCHIVE"),
        "rita": MEMBER,
        "tom": MEMBER,
    }
    for user, keys in grants.items():
        for permission in keys:
            site.grant(project, site.users[user], permission)
    site.publish(Event("project_created", site.users[lead], subject=project))
    return project


def add_board(
    site: Site,
    project: Project,
    kind: str = "scrum",
    name: str = "",
    *,
    shows: Sequence[Project] = (),
    jql: str = "",
) -> Board:
    """A board of the project that shows it and the projects `shows`, of their issues those of `jql`."""
    board = Board(
        site.next_id("board", 1),
        name or f"{project.key} board",
        kind,
        [project.id, *(one.id for one in shows if one is not project)],
        site.next_id("filter"),
        jql=jql,
    )
    site.boards[board.id] = board
    site.publish(Event("board_created", subject=board))
    return board


def remove_board(site: Site, actor: User, board: Board) -> None:
    """Deletes a board with its sprints; the issues stay, without those sprints."""
    for sprint in [one for one in site.sprints.values() if one.board_id == board.id]:
        for issue in site.issues.values():
            kept = tuple(one for one in issue.values["sprints"] if one is not sprint)
            issue.values["sprints"] = kept
        del site.sprints[sprint.id]
    del site.boards[board.id]
    site.publish(Event("board_deleted", actor, subject=board))


def remove_project(site: Site, actor: User, project: Project) -> None:
    """Deletes a project with its issues and its boards."""
    for issue in list(site.of_project[project.id].values()):
        if issue.id in site.issues:
            delete_issue(site, actor, issue, with_subtasks=True)
    for board in site.boards_of(project):
        remove_board(site, actor, board)
    del site.of_project[project.id]
    del site.projects[project.id]
    site.grants.pop(project.id, None)
    site.publish(Event("project_deleted", actor, subject=project))
