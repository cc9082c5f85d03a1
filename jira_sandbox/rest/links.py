"""Issue links and remote links.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/
Remote links: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from ..model.issue_creation import unlink
from ..model.issues import Issue, Link, RemoteLink
from ..model.links_and_moves import link
from ..model.projects import LinkType
from ..refusal import Refusal, no_issue
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .lookups import changeable, issue_of, renderer, visible_issue


def _type(call: Call, named: Any) -> LinkType:
    named = named if isinstance(named, dict) else {}
    for one in call.site.link_types.values():
        if str(named.get("id", "")) == one.id or named.get("name") == one.name:
            return one
    raise Refusal(404, f"No issue link type with name '{named.get('name')}' found.")


def _refuse_link(call: Call) -> Refusal:
    if call.site.cloud:
        return Refusal(404, "Issue link not permitted or issue not found.")
    return Refusal(401, "You do not have the permission to link issues.")


def _end(call: Call, named: Any) -> Issue:
    named = named if isinstance(named, dict) else {}
    found = visible_issue(call, named.get("id") or named.get("key") or "")
    if found is None:
        raise no_issue()
    changeable(call, found)
    return found


def create(call: Call) -> Response:
    """201 without a body and without an id, as Jira answers."""
    body = call.json_object()
    kind = _type(call, body.get("type"))
    source, target = _end(call, body.get("inwardIssue")), _end(call, body.get("outwardIssue"))
    _link(call, kind, source, target)
    return Response(201)


def _link(call: Call, kind: LinkType, source: Issue, target: Issue) -> None:
    if not call.site.may(call.user, "LINK_ISSUES", source.project):
        raise _refuse_link(call)
    if source is target:
        raise Refusal(400, "You cannot link an issue to itself.")
    link(call.site, call.actor, kind, source, target)


def link_from(call: Call, issue: Issue, body: dict[str, Any]) -> None:
    """The `update.issuelinks.add` form: the other end is named inward or outward."""
    kind = _type(call, body.get("type"))
    if "outwardIssue" in body:
        _link(call, kind, issue, _end(call, body["outwardIssue"]))
    else:
        _link(call, kind, _end(call, body.get("inwardIssue")), issue)


def _found(call: Call) -> Link:
    text = call.args["link"]
    found = call.site.links.get(int(text)) if text.isdecimal() else None
    if found is None or not all(
        call.site.sees_issue(call.user, one) for one in (found.source, found.target)
    ):
        raise Refusal(404, f"No issue link with id '{text}' exists.")
    return found


def read(call: Call) -> Response:
    found = _found(call)
    shapes = renderer(call)
    return answer({
        "id": str(found.id), "self": call.rest(f"issueLink/{found.id}"),
        "type": shapes.link_type(found.type), "inwardIssue": shapes.brief(found.source),
        "outwardIssue": shapes.brief(found.target),
    })  # fmt: skip


def delete(call: Call) -> Response:
    found = _found(call)
    if not call.site.may(call.user, "LINK_ISSUES", found.source.project):
        raise _refuse_link(call)
    unlink(call.site, call.actor, found)
    return nothing()


def _remote(call: Call, one: RemoteLink, issue: Issue) -> dict[str, Any]:
    made: dict[str, Any] = {"id": one.id, "self": call.rest(f"issue/{issue.id}/remotelink/{one.id}"),
                            "object": one.object}  # fmt: skip
    if one.global_id:
        made["globalId"] = one.global_id
    if one.relationship:
        made["relationship"] = one.relationship
    return made


def remote_links(call: Call) -> Response:
    issue = issue_of(call)
    wanted = call.one("globalId")
    found = [one for one in issue.remote_links if not wanted or one.global_id == wanted]
    if wanted:
        if not found:
            raise Refusal(404, f"No remote link with the global id '{wanted}' exists.")
        return answer(_remote(call, found[0], issue))
    return answer([_remote(call, one, issue) for one in found])


def upsert_remote(call: Call) -> Response:
    """201 created, or 200 updated where the `globalId` exists already."""
    issue = issue_of(call)
    call.demand("LINK_ISSUES", issue.project)
    body = call.json_object()
    object = body.get("object")
    if not isinstance(object, dict) or not object.get("url") or not object.get("title"):
        raise Refusal(400, errors={"object": "url and title are required."})
    wanted = body.get("globalId")
    status = 200
    one = next((o for o in issue.remote_links if wanted and o.global_id == wanted), None)
    if one is None:
        status = 201
        one = RemoteLink(call.site.next_id("remote"), wanted, object)
        issue.remote_links.append(one)
    one.object, one.relationship = object, body.get("relationship")
    made = {"id": one.id, "self": call.rest(f"issue/{issue.id}/remotelink/{one.id}")}
    return answer(made, status)


def delete_remote(call: Call) -> Response:
    issue = issue_of(call)
    call.demand("LINK_ISSUES", issue.project)
    wanted = call.args["id"]
    left = [one for one in issue.remote_links if str(one.id) != wanted]
    if len(left) == len(issue.remote_links):
        raise Refusal(404, "The remote link does not exist.")
    issue.remote_links = left
    return nothing()


def mount(router: Router) -> None:
    router.api("POST", "/issueLink", create)
    router.api("GET", "/issueLink/{link}", read)
    router.api("DELETE", "/issueLink/{link}", delete)
    router.api("GET", "/issue/{issue}/remotelink", remote_links)
    router.api("POST", "/issue/{issue}/remotelink", upsert_remote)
    router.api("DELETE", "/issue/{issue}/remotelink/{id}", delete_remote)
