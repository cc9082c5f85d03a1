"""One issue as a page: what it says, and the forms to change it. The verbs are in work.py."""

from html import escape

from ..model.durations import duration
from ..model.fields import flag_among
from ..model.issues import Issue
from ..model.people import User
from ..model.projects import Project
from ..model.site import Site
from ..routing import Call
from .layout import area, button, checkbox, choice, field, form, hidden, link, table

NONE = [("", "none")]


def parts(call: Call, user: User, issue: Issue) -> tuple[str, ...]:
    """The page's sections, in order."""
    return (
        _facts(call, issue),
        _edit_form(call, user, issue),
        _actions(call, user, issue),
        _links(call, issue),
    )


def _sprints(site: Site, project: Project) -> list[tuple[str, str]]:
    boards = {board.id for board in site.boards_of(project)}
    return NONE + [
        (str(one.id), f"{one.name} ({one.state})") for one in site.sprints.values()
        if one.board_id in boards and one.state != "closed"
    ]  # fmt: skip


def _parents(site: Site, user: User, level: int) -> list[tuple[str, str]]:
    return NONE + [
        (one.key, f"{one.key} {one.values['summary']}") for one in site.issues.values()
        if one.type.level == level + 1 and site.sees(user, one.project)
    ][:500]  # fmt: skip


def _facts(call: Call, issue: Issue) -> str:
    reporter = issue.values["reporter"]
    return (
        f"<p>{escape(issue.type.name)} · <strong>{escape(issue.status.name)}</strong> · reporter "
        f"{escape(reporter.display_name if reporter else 'none')} · updated "
        f"{escape(str(issue.updated)[:19])} UTC</p>"
    )


def _edit_form(call: Call, user: User, issue: Issue) -> str:
    values = issue.values
    points = "" if values["points"] is None else f"{values['points']:g}"
    people = NONE + [(one.name, one.display_name) for one in call.site.users.values()]
    assignee = values["assignee"].name if values["assignee"] else ""
    parent = issue.parent.key if issue.parent else ""
    return form(
        call, f"/browse/{issue.key}/edit", field("Summary", "summary", values["summary"]),
        area("Description", "description", values["description"] or ""),
        field("Story points", "points", points, "text"),
        field("Labels", "labels", " ".join(values["labels"])),
        choice("Assignee", "assignee", people, assignee),
        choice("Parent", "parent", _parents(call.site, user, issue.type.level), parent),
        field("Original estimate", "original_estimate", _time(values.get("original_estimate"))),
        field("Remaining estimate", "remaining_estimate", _time(values.get("remaining_estimate"))),
        checkbox("Flagged", "flagged", bool(values.get(flag_among(call.site.fields.values()).slot))),
        button("Update"),
    )  # fmt: skip


def _time(seconds: int | None) -> str:
    return "" if seconds is None else duration(seconds)


def _actions(call: Call, user: User, issue: Issue) -> str:
    site, here = call.site, f"/browse/{issue.key}"
    moves = [(one.id, one.name) for one in issue.project.transitions.values()
             if one.to != issue.status.id]  # fmt: skip
    sprint = next((str(one.id) for one in issue.values["sprints"] if one.state != "closed"), "")
    projects = [(one.key, one.name) for one in site.projects.values()
                if site.sees(user, one) and one is not issue.project]  # fmt: skip
    return (
        form(call, here + "/transition", choice("Transition", "transition", moves),
             button("Change status"))
        + form(call, here + "/sprint",
               choice("Sprint", "sprint", _sprints(site, issue.project), sprint),
               button("Move to sprint"))
        + form(call, here + "/move", choice("Project", "project", projects), button("Move issue"))
        + form(call, here + "/delete", checkbox("Delete sub-tasks too", "subtasks"),
               button("Delete issue"))
    )  # fmt: skip


def _links(call: Call, issue: Issue) -> str:
    here = f"/browse/{issue.key}"
    rows = []
    for one in issue.links:
        out = one.source is issue
        other = one.target if out else one.source
        rows.append(
            [
                escape(one.type.outward if out else one.type.inward),
                link(call, f"/browse/{other.key}", f"{other.key} {other.values['summary']}"),
                form(call, here + "/unlink", hidden("link", str(one.id)), button("Remove link")),
            ]
        )
    types = [(one.id, one.outward) for one in call.site.link_types.values()]
    return (
        "<h2>Links</h2>"
        + table(("This issue", "Issue", ""), rows)
        + form(call, here + "/link", choice("This issue", "type", types),
               field("Issue key", "other"), button("Link"))
    )  # fmt: skip
