"""Reading boards: configuration, projects, issues, backlog, epics. Moves are in board_moves.py.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
Data Center: https://docs.atlassian.com/jira-software/REST/server/
"""

from typing import Any

from ..jql import compiled
from ..model.boards import Board
from ..model.issues import Issue
from ..model.sprint_changes import members
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer
from .lookups import (
    board_of,
    board_visible,
    issue_of,
    page,
    renderer,
    sprint_of,
)

MOST = 50


def boards(call: Call) -> Response:
    wanted = [one for one in call.site.boards.values() if board_visible(call, one)]
    if key := call.one("projectKeyOrId"):
        project = call.site.project(key)
        if project is None or not call.site.sees(call.user, project):
            raise Refusal(400, f"No project could be found with key or id '{key}'.")
        wanted = [one for one in wanted if project.id in one.project_ids]
    if kinds := call.many("type"):
        wanted = [one for one in wanted if one.kind in kinds]
    if name := call.one("name").lower():
        wanted = [one for one in wanted if name in one.name.lower()]
    shapes = renderer(call)
    return answer(page(call, [shapes.board(one) for one in wanted], MOST))


def board(call: Call) -> Response:
    return answer(renderer(call).board(board_of(call)))


def configuration(call: Call) -> Response:
    return answer(configured(call, board_of(call)))


def configured(call: Call, found: Board) -> dict[str, Any]:
    site = call.site
    by_category: dict[str, list[dict[str, str]]] = {"new": [], "indeterminate": [], "done": []}
    for status in site.statuses.values():
        link = f"{site.base_url}/rest/api/2/status/{status.id}"
        by_category[status.category].append({"id": status.id, "self": link})
    names = {"new": "To Do", "indeterminate": "In Progress", "done": "Done"}
    columns = [{"name": names[key], "statuses": value} for key, value in by_category.items()]
    made: dict[str, Any] = {
        "id": found.id, "name": found.name, "type": found.kind,
        "self": f"{site.base_url}/rest/agile/1.0/board/{found.id}/configuration",
        "filter": {"id": str(found.filter_id),
                   "self": f"{site.base_url}/rest/api/2/filter/{found.filter_id}"},
        "columnConfig": {"columns": columns, "constraintType": "none"},
        "ranking": {"rankCustomFieldId": _number(site.field_of("rank").id)},
    }  # fmt: skip
    if found.estimation or found.kind == "scrum":
        id = found.estimation or site.field_of("points").id
        name = site.fields[id].name if id in site.fields else id
        made["estimation"] = {"type": "field", "field": {"fieldId": id, "displayName": name}}
    return made


def board_filter(call: Call) -> Response:
    """The saved filter of a board.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-filters/#api-rest-api-3-filter-id-get
    """
    site = call.site
    found = next(
        (one for one in site.boards.values() if str(one.filter_id) == call.args["id"]), None
    )
    if found is None or not board_visible(call, found):
        raise Refusal(
            404, "The selected filter is not available to you, perhaps it has been deleted."
        )
    keys = ", ".join(site.projects[id].key for id in found.project_ids)
    shown = f" AND ({found.jql})" if found.jql else ""
    return answer({
        "self": f"{site.base_url}/rest/api/2/filter/{found.filter_id}", "id": str(found.filter_id),
        "name": f"Filter for {found.name}",
        "jql": f"project in ({keys}){shown} ORDER BY Rank ASC", "favourite": False,
    })  # fmt: skip


def _number(id: str) -> int:
    return int(id.removeprefix("customfield_"))


def board_projects(call: Call) -> Response:
    shapes = renderer(call)
    found = [call.site.projects[id] for id in board_of(call).project_ids]
    return answer(page(call, [shapes.project(one) for one in found]))


def board_issues(call: Call, pick: Any = None) -> Response:
    found = board_of(call)
    shows = compiled(call.site, call.user, found.jql) if found.jql else None
    issues = [
        issue for id in found.project_ids for issue in call.site.of_project[id].values()
        if not issue.type.subtask and (pick is None or pick(issue)) and (not shows or shows(issue))
    ]  # fmt: skip
    return _listed(call, issues)


def backlog(call: Call) -> Response:
    return board_issues(
        call,
        lambda issue: (
            issue.status.category != "done"
            and not any(one.state != "closed" for one in issue.values["sprints"])
        ),
    )


def sprint_issues(call: Call) -> Response:
    return _listed(call, members(call.site, sprint_of(call)))


def epic_issues(call: Call) -> Response:
    epic = issue_of(call, call.args["epic"])
    return _listed(call, [one for one in epic.children if not one.type.subtask])


def _listed(call: Call, issues: list[Issue]) -> Response:
    """A page of issues in rank order, narrowed by `jql`."""
    issues = [one for one in issues
              if one.archived is None and call.site.sees(call.user, one.project)]  # fmt: skip
    if call.one("jql"):
        test = compiled(call.site, call.user, call.one("jql"))
        issues = [one for one in issues if test(one)]
    issues.sort(key=lambda one: one.values["rank"])
    shapes = renderer(call)
    chosen = shapes.chosen(call.many("fields"), "*all")
    made = page(call, issues, 1000)
    made["issues"] = [shapes.issue(one, chosen) for one in made.pop("values")]
    del made["isLast"]
    return answer({"expand": "schema,names"} | made)


def agile_issue(call: Call) -> Response:
    shapes = renderer(call)
    return answer(shapes.issue(issue_of(call), shapes.chosen(call.many("fields"), "*all")))


def board_epics(call: Call) -> Response:
    """The epics of a board's projects."""
    board_projects_ids = board_of(call).project_ids
    found = [one for id in board_projects_ids for one in call.site.of_project[id].values()
             if one.type.level == 1]  # fmt: skip
    made = [{"id": one.id, "key": one.key, "summary": one.values["summary"],
             "name": one.values["epic_name"] or "", "done": one.status.category == "done"}
            for one in found]  # fmt: skip
    return answer(page(call, made))


def mount(router: Router) -> None:
    router.agile("GET", "/board", boards)
    router.agile("GET", "/board/{board}", board)
    router.agile("GET", "/board/{board}/configuration", configuration)
    router.agile("GET", "/board/{board}/project", board_projects)
    router.agile("GET", "/board/{board}/issue", board_issues)
    router.api("GET", "/filter/{id}", board_filter)
    router.agile("GET", "/board/{board}/backlog", backlog)
    router.agile("GET", "/board/{board}/epic", board_epics)
    router.agile("GET", "/sprint/{sprint}/issue", sprint_issues)
    router.agile("GET", "/issue/{issue}", agile_issue)
    router.agile("GET", "/epic/{epic}/issue", epic_issues)
