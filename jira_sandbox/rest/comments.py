"""Comments of an issue, and the entity properties of comments.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
Properties: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comment-properties/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from .. import adf
from ..model.issues import Comment, Issue
from ..model.roles import ROLES
from ..model.site import Event
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .lookups import issue_of, page, renderer, visible_issue

LONGEST = 32_767
MOST = 5_000  # comments of one issue


def comments(call: Call) -> Response:
    issue = issue_of(call)
    shapes = renderer(call)
    made = page(call, [_shown(call, issue, one) for one in shapes.shown_comments(issue)], 5000)
    made["comments"] = made.pop("values")
    del made["isLast"]
    return answer(made)


def comment(call: Call) -> Response:
    issue = issue_of(call)
    made = add_comment(call, issue, call.json_object())
    return answer(renderer(call).comment(issue, made), 201)


def add_comment(call: Call, issue: Issue, body: dict[str, Any]) -> Comment:
    """Raises Refusal 403 without Add Comments, 400 for an empty or too long body, 413 for too many."""
    call.demand("ADD_COMMENTS", issue.project)
    text, document = _text(call, body.get("body"))
    if len(issue.comments) >= MOST:
        raise Refusal(413, "The issue has reached the limit of comments.")
    visibility = _visibility(body.get("visibility"))
    properties = _properties(call, body.get("properties"))
    moment = call.site.now()
    made = Comment(
        call.site.next_id("comment"),
        call.actor,
        text,
        moment,
        moment,
        document,
        visibility=visibility,
        properties=properties,
    )
    issue.comments.append(made)
    issue.updated = moment
    call.site.publish(Event("comment_created", call.actor, issue=issue, subject=made))
    return made


def read_comment(call: Call) -> Response:
    issue = issue_of(call)
    return answer(_shown(call, issue, _comment(call, issue)))


def edit_comment(call: Call) -> Response:
    """400 where the account may not: Jira's answer to that, also on Cloud."""
    issue = issue_of(call)
    one = _comment(call, issue)
    _demand(call, issue, one, "EDIT", "edit")
    body = call.json_object()
    one.body, one.adf = _text(call, body.get("body"))
    if "visibility" in body:
        one.visibility = _visibility(body["visibility"])
    one.properties |= _properties(call, body.get("properties"))
    one.editor = call.actor
    one.updated = issue.updated = call.site.now()
    call.site.publish(Event("comment_updated", call.actor, issue=issue, subject=one))
    return answer(renderer(call).comment(issue, one))


def delete_comment(call: Call) -> Response:
    issue = issue_of(call)
    one = _comment(call, issue)
    _demand(call, issue, one, "DELETE", "delete")
    issue.comments.remove(one)
    issue.updated = call.site.now()
    call.site.publish(Event("comment_deleted", call.actor, issue=issue, subject=one))
    return nothing()


def property_keys(call: Call) -> Response:
    _issue, one = _anywhere(call)
    keys = [
        {"self": call.rest(f"comment/{one.id}/properties/{key}"), "key": key}
        for key in one.properties
    ]
    return answer({"keys": keys})


def read_property(call: Call) -> Response:
    _issue, one = _anywhere(call)
    key = call.args["key"]
    if key not in one.properties:
        raise Refusal(404, f"The property with key '{key}' does not exist.")
    return answer({"key": key, "value": one.properties[key]})


def _shown(call: Call, issue: Issue, one: Comment) -> dict[str, Any]:
    """`expand=properties` is in no document, and taken by every Jira that was asked so."""
    made = renderer(call).comment(issue, one)
    if "properties" in call.many("expand"):
        made["properties"] = [{"key": key, "value": it} for key, it in one.properties.items()]
    return made


def _comment(call: Call, issue: Issue) -> Comment:
    shapes = renderer(call)
    for one in issue.comments:
        if str(one.id) == call.args["id"] and shapes.sees_comment(issue, one):
            return one
    raise Refusal(404, f"Can not find a comment for the id: {call.args['id']}.")


def _anywhere(call: Call) -> tuple[Issue, Comment]:
    """A comment by its id alone."""
    for issue in list(call.site.issues.values()):
        for one in issue.comments:
            if str(one.id) == call.args["id"] and visible_issue(call, str(issue.id)):
                return issue, one
    raise Refusal(404, f"Can not find a comment for the id: {call.args['id']}.")


def _demand(call: Call, issue: Issue, one: Comment, what: str, word: str) -> None:
    """Raises Refusal 400: all comments may be changed, or one's own, or none."""
    site, user = call.site, call.user
    own = one.author is user and site.may(user, f"{what}_OWN_COMMENTS", issue.project)
    if own or site.may(user, f"{what}_ALL_COMMENTS", issue.project):
        return
    raise Refusal(
        400 if user else 401,
        f"You do not have the permission to {word} the comment with id: {one.id}.",
    )


def _text(call: Call, raw: Any) -> tuple[str, Any]:
    document = raw if call.api == "3" and adf.is_document(raw) else None
    text = adf.wiki(document) if document else raw
    if not isinstance(text, str) or not text.strip():
        raise Refusal(400, errors={"comment": "Comment body can not be empty!"})
    if len(text) > LONGEST:
        words = (
            f"The entered text is too long. It exceeds the allowed limit of {LONGEST:,} characters."
        )
        raise Refusal(400, errors={"comment": words})
    return text, document


def _visibility(raw: Any) -> dict[str, str] | None:
    if raw is None:
        return None
    if not isinstance(raw, dict) or raw.get("type") not in ("role", "group"):
        raise Refusal(400, errors={"visibility": "A visibility has a type, role or group."})
    value = str(raw.get("value", ""))
    if raw["type"] == "role" and value not in {one.name for one in ROLES.values()}:
        raise Refusal(400, errors={"commentLevel": f"Role: {value} does not exist."})
    return {"type": raw["type"], "value": value}


def _properties(call: Call, raw: Any) -> dict[str, Any]:
    found = raw if isinstance(raw, list) and not call.site.plain_comments else []
    return {str(one["key"]): one.get("value") for one in found if isinstance(one, dict)}


def mount(router: Router) -> None:
    router.api("GET", "/issue/{issue}/comment", comments)
    router.api("POST", "/issue/{issue}/comment", comment)
    router.api("GET", "/issue/{issue}/comment/{id}", read_comment)
    router.api("PUT", "/issue/{issue}/comment/{id}", edit_comment)
    router.api("DELETE", "/issue/{issue}/comment/{id}", delete_comment)
    router.api("GET", "/comment/{id}/properties", property_keys)
    router.api("GET", "/comment/{id}/properties/{key}", read_property)
