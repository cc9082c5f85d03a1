"""The pages where a person works: a project's issues, one issue, and what can be done to it."""

from html import escape
from typing import Any

from ..model.durations import ESTIMATES, duration
from ..model.fields import flag_among
from ..model.issue_changes import change
from ..model.issue_creation import create as create_issue
from ..model.issue_creation import delete as delete_issue
from ..model.issue_creation import unlink
from ..model.issues import Issue
from ..model.links_and_moves import link as link_issues
from ..model.links_and_moves import move
from ..model.people import User
from ..model.projects import Project
from ..model.site import Site
from ..model.sprint_changes import put
from ..refusal import Refusal, no_issue
from ..rest.field_reader import Reader
from ..rest.issue_subresources import perform
from ..routing import Call, Router
from ..wire import Response
from .issue import parts
from .layout import (
    area,
    button,
    choice,
    field,
    form,
    go,
    link,
    page,
    signed_in,
    table,
)


def _project(call: Call, user: User) -> Project:
    project = call.site.project(call.args["project"])
    if project is None or not call.site.sees(user, project):
        raise Refusal(404, "The project does not exist or you may not see it.")
    return project


def _issue(call: Call, user: User, key: str) -> Issue:
    issue = call.site.issue(key)
    if issue is None or not call.site.sees_issue(user, issue):
        raise no_issue()
    return issue


def issues(call: Call, user: User) -> Response:
    project = _project(call, user)
    listed = sorted(call.site.of_project[project.id].values(), key=lambda one: one.values["rank"])
    rows = [
        [link(call, f"/browse/{one.key}", one.key), escape(one.type.name),
         escape(one.values["summary"]), escape(one.status.name),
         escape(", ".join(sprint.name for sprint in one.values["sprints"])),
         "" if one.values["points"] is None else f"{one.values['points']:g}"]
        for one in listed[:500]
    ]  # fmt: skip
    types = [(id, call.site.types[id].name) for id in project.type_ids
             if not call.site.types[id].subtask]  # fmt: skip
    return page(
        call, project.name,
        "<h2>Create issue</h2>",
        form(call, f"/projects/{project.key}", choice("Issue Type", "type", types),
             field("Summary", "summary"), area("Description", "description"), button("Create")),
        f"<h2>Issues ({len(listed)})</h2>",
        table(("Key", "Type", "Summary", "Status", "Sprint", "Points"), rows),
    )  # fmt: skip


def create(call: Call, user: User) -> Response:
    project = _project(call, user)
    _demand(call.site, user, "CREATE_ISSUES", project)
    given = call.request.form()
    kind = call.site.types.get(given.get("type", ""))
    if kind is None or kind.id not in project.type_ids:
        raise Refusal(400, "Choose an issue type of this project.")
    reader = Reader(call.site, user, "2", project, kind)
    reader.set("summary", given.get("summary", "").strip())
    reader.set("description", given.get("description", "").replace("\r\n", "\n") or None)
    made = create_issue(call.site, user, project, kind, reader.done())
    return go(call, f"/browse/{made.key}")


def show(call: Call, user: User) -> Response:
    issue = _issue(call, user, call.args["key"])
    if issue.key != call.args["key"].upper():
        return go(call, f"/browse/{issue.key}")
    return page(
        call,
        f"{issue.key} {issue.values['summary']}",
        *parts(call, user, issue),
    )


def _demand(site: Site, user: User, permission: str, project: Project) -> None:
    if not site.may(user, permission, project):
        raise Refusal(403, f"{user.display_name} lacks {permission} in {project.key}.")


def edit(call: Call, user: User) -> Response:
    issue = _issue(call, user, call.args["key"])
    _demand(call.site, user, "EDIT_ISSUES", issue.project)
    change(call.site, user, issue, _edited(call, user, issue))
    return go(call, f"/browse/{issue.key}")


def _edited(call: Call, user: User, issue: Issue) -> dict[str, Any]:
    """The changes of the edit form; only what differs, so that hidden fields do not refuse it."""
    given = call.request.form()
    site, values = call.site, issue.values
    reader = Reader(site, user, "2", issue.project, issue.type, issue)
    text = given.get("description", "").replace("\r\n", "\n")
    if given.get("summary", "").strip() != values["summary"]:
        reader.set("summary", given.get("summary", "").strip())
    if text != (values["description"] or ""):
        reader.set("description", text or None)
    points = given.get("points", "").strip()
    try:
        number = float(points) if points else None
    except ValueError as error:
        raise Refusal(400, "Story points must be a number.") from error
    if number != values["points"]:
        reader.set(site.field_of("points").id, number)
    if tuple(sorted(given.get("labels", "").split())) != values["labels"]:
        reader.set("labels", given.get("labels", "").split())
    person = site.users.get(given.get("assignee", ""))
    if person is not values["assignee"]:
        key = "accountId" if site.cloud else "name"
        reader.set("assignee", person and {key: person.account_id if site.cloud else person.name})
    parent = given.get("parent") or None
    if parent != (issue.parent.key if issue.parent else None):
        if site.cloud or issue.type.subtask:
            reader.set("parent", {"key": parent} if parent else None)
        else:
            reader.set(site.field_of("parent", "epic-link").id, parent)
    flag = flag_among(site.fields.values())
    flagged = "flagged" in given
    if flagged != bool(values.get(flag.slot)):
        reader.set(flag.id, [{"value": flag.choices[0][1]}] if flagged else None)
    times = {
        word: given[slot].strip()
        for word, slot in ESTIMATES.items()
        if slot in given and _differs(given[slot], values.get(slot))
    }
    if times:
        reader.set("timetracking", times)
    return reader.done()


def _differs(words: str, held: int | None) -> bool:
    return words.strip() != ("" if held is None else duration(held))


def transition(call: Call, user: User) -> Response:
    issue = _issue(call, user, call.args["key"])
    _demand(call.site, user, "TRANSITION_ISSUES", issue.project)
    chosen = issue.project.transitions.get(call.request.form().get("transition", ""))
    if chosen is None or chosen.to == issue.status.id:
        raise Refusal(400, "The transition is not possible from this status.")
    call.user = user
    required = {"resolution": call.site.resolutions["10001"]} if chosen.required else {}
    perform(call, issue, chosen, required)
    return go(call, f"/browse/{issue.key}")


def sprint(call: Call, user: User) -> Response:
    issue = _issue(call, user, call.args["key"])
    _demand(call.site, user, "SCHEDULE_ISSUES", issue.project)
    wanted = call.request.form().get("sprint", "")
    put(call.site, user, issue, call.site.sprints[int(wanted)] if wanted.isdecimal() else None)
    return go(call, f"/browse/{issue.key}")


def move_issue(call: Call, user: User) -> Response:
    issue = _issue(call, user, call.args["key"])
    _demand(call.site, user, "MOVE_ISSUES", issue.project)
    project = call.site.project(call.request.form().get("project", ""))
    if project is None:
        raise Refusal(400, "Choose a project.")
    _demand(call.site, user, "CREATE_ISSUES", project)
    if project is not issue.project:
        move(call.site, user, issue, project)
    return go(call, f"/browse/{issue.key}")


def delete(call: Call, user: User) -> Response:
    issue = _issue(call, user, call.args["key"])
    _demand(call.site, user, "DELETE_ISSUES", issue.project)
    delete_issue(call.site, user, issue, call.request.form().get("subtasks") == "on")
    return go(call, f"/projects/{issue.project.key}")


def add_link(call: Call, user: User) -> Response:
    issue = _issue(call, user, call.args["key"])
    _demand(call.site, user, "LINK_ISSUES", issue.project)
    given = call.request.form()
    other = _issue(call, user, given.get("other", "").strip())
    kind = call.site.link_types.get(given.get("type", ""))
    if kind is None or other is issue:
        raise Refusal(400, "Choose a link type and another issue.")
    link_issues(call.site, user, kind, issue, other)
    return go(call, f"/browse/{issue.key}")


def remove_link(call: Call, user: User) -> Response:
    issue = _issue(call, user, call.args["key"])
    _demand(call.site, user, "LINK_ISSUES", issue.project)
    wanted = call.request.form().get("link", "")
    for one in issue.links:
        if str(one.id) == wanted:
            unlink(call.site, user, one)
            break
    return go(call, f"/browse/{issue.key}")


def mount(router: Router) -> None:
    router.add("GET", "/projects/{project}", signed_in(issues))
    router.add("POST", "/projects/{project}", signed_in(create))
    router.add("GET", "/browse/{key}", signed_in(show))
    actions = {"edit": edit, "transition": transition, "sprint": sprint, "move": move_issue,
               "delete": delete, "link": add_link, "unlink": remove_link}  # fmt: skip
    for name, view in actions.items():
        router.add("POST", "/browse/{key}/" + name, signed_in(view))
