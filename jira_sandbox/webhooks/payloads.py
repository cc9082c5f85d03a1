"""Bodies of webhook deliveries, in the v2 shapes of real ones, Cloud's and Data Center's apart.

It must not decide who gets it.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks
What the page leaves out was seen in deliveries of real instances; the vendor does not say.
"""

from typing import Any

from ..model.issues import Issue, Link
from ..model.site import Event, Site
from ..rest.issue_renderer import Renderer
from ..rest.shapes import Json

SLIM = ("summary", "issuetype", "project", "assignee", "priority", "status")


def payload(site: Site, event: Event) -> Json:
    """The body of the event, before excludeBody."""
    shapes = Renderer(site, "2")
    made: Json = {"timestamp": int(site.now().timestamp() * 1000), "webhookEvent": event.name}
    kind = event.name.removeprefix("jira:").partition("_")[0]
    builders = {
        "issue": _issue, "comment": _comment, "attachment": _attachment, "issuelink": _link,
        "sprint": _sprint, "board": _board, "project": _project, "version": _version,
    }  # fmt: skip
    if event.name.startswith("issue_property"):
        return made | _property(site, shapes, event)
    return made | builders[kind](site, shapes, event)


def _whole(shapes: Renderer, issue: Issue) -> Json:
    return shapes.issue(issue, shapes.chosen([], "*navigable"))


def _slim(shapes: Renderer, issue: Issue) -> Json:
    made = shapes.issue(issue, shapes.chosen(SLIM, "id"))
    del made["expand"]
    return made


def _issue(site: Site, shapes: Renderer, event: Event) -> Json:
    assert event.issue is not None  # noqa: S101 - issue events carry their issue
    made: Json = {}
    if event.kind:
        made["issue_event_type_name"] = event.kind
    made["user"] = shapes.user(event.actor)
    made["issue"] = _whole(shapes, event.issue)
    if event.history:
        made["changelog"] = {"id": str(event.history.id), "items": shapes.items(event.history)}
    return made


def _comment(site: Site, shapes: Renderer, event: Event) -> Json:
    assert event.issue is not None  # noqa: S101 - comment events carry their issue
    made: Json = {"comment": shapes.comment(event.issue, event.subject)}
    if site.cloud:
        made["issue"] = _slim(shapes, event.issue)
    return made


def _attachment(site: Site, shapes: Renderer, event: Event) -> Json:
    """It names no issue."""
    return {"attachment": shapes.attachment(event.subject)}


def _link(site: Site, shapes: Renderer, event: Event) -> Json:
    """Ids are numbers here, and there are no keys."""
    one: Link = event.subject
    kind = {
        "id": int(one.type.id), "name": one.type.name, "outwardName": one.type.outward,
        "inwardName": one.type.inward, "isSubTaskLinkType": False, "isSystemLinkType": False,
    }  # fmt: skip
    return {"issueLink": {
        "id": one.id, "sourceIssueId": one.source.id, "destinationIssueId": one.target.id,
        "issueLinkType": kind, "systemLink": False,
    }}  # fmt: skip


def _sprint(site: Site, shapes: Renderer, event: Event) -> Json:
    made: Json = {"sprint": shapes.sprint(event.subject, event.name != "sprint_deleted")}
    if event.name == "sprint_updated" and event.old:
        made["oldValue"] = event.old
    return made


def _board(site: Site, shapes: Renderer, event: Event) -> Json:
    made = shapes.board(event.subject)
    made.pop("location", None)
    return {"board": made}


def _project(site: Site, shapes: Renderer, event: Event) -> Json:
    project = event.subject
    made: dict[str, Any] = {
        **shapes.project(project), "id": project.id,
        "projectLead": shapes.user(site.users[project.lead]),
        "assigneeType": "admin.assignee.type.unassigned",
    }  # fmt: skip
    return {"project": made}


def _version(site: Site, shapes: Renderer, event: Event) -> Json:
    """Ids are text here and the project's a number, as in the REST API."""
    return {"version": shapes.version(event.subject)}


def _property(site: Site, shapes: Renderer, event: Event) -> Json:
    assert event.issue is not None  # noqa: S101 - property events carry their issue
    value = event.issue.properties.get(event.subject)
    link = f"{shapes.root}/issue/{event.issue.id}/properties/{event.subject}"
    about = {"self": link, "key": event.subject, "value": value}
    return {"user": shapes.user(event.actor), "issue": _slim(shapes, event.issue),
            "property": about}  # fmt: skip
