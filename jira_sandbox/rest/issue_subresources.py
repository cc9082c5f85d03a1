"""Transitions, entity properties and the changelog of an issue.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
Properties: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from ..model.issue_changes import change
from ..model.issues import Issue
from ..model.projects import Transition
from ..model.site import Event
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .comments import add_comment
from .field_reader import Reader
from .lookups import issue_of, page, renderer, visible_issue
from .metadata import field_meta

PROPERTY_MOST = 32768


def _open(call: Call, issue: Issue) -> list[Transition]:
    """The transitions this person can make now."""
    if not call.site.may(call.user, "TRANSITION_ISSUES", issue.project):
        return []
    return [
        one
        for one in issue.project.transitions.values()
        if one.to != issue.status.id and (not one.sources or issue.status.id in one.sources)
    ]


def transitions(call: Call) -> Response:
    issue = issue_of(call)
    shapes = renderer(call)
    with_fields = "transitions.fields" in call.many("expand")
    made: list[dict[str, Any]] = []
    for one in _open(call, issue):
        shown: dict[str, Any] = {"id": one.id, "name": one.name,
                                 "to": shapes.status(call.site.statuses[one.to])}  # fmt: skip
        if call.site.cloud:
            shown |= {"hasScreen": bool(one.required), "isGlobal": not one.sources, "isInitial": False,
                      "isAvailable": True, "isConditional": False, "isLooped": False}  # fmt: skip
        if with_fields:
            shown["fields"] = {
                id: field_meta(call, issue.project, call.site.fields[id], False)
                | {"required": True}
                for id in one.required
            }
        if not call.one("transitionId") or call.one("transitionId") == one.id:
            made.append(shown)
    return answer({"expand": "transitions", "transitions": made})


def transition(call: Call) -> Response:
    issue = issue_of(call)
    body = call.json_object()
    wanted = body.get("transition")
    wanted = str(wanted.get("id", "")) if isinstance(wanted, dict) else ""
    chosen = next((one for one in _open(call, issue) if one.id == wanted), None)
    if chosen is None:
        raise Refusal(
            400,
            "It seems that you have tried to perform a workflow operation that is "
            f"not valid for the current state of this issue. The transition id is "
            f"'{wanted}'.",
        )
    reader = Reader(
        call.site,
        call.actor,
        call.api,
        issue.project,
        issue.type,
        issue,
        chosen.required or ("resolution",),
    )
    update = dict(call.part(body, "update"))
    comments = update.pop("comment", [])
    given = call.part(body, "fields")
    for id, raw in given.items():
        reader.set(id, raw)
    for id in chosen.required:
        if given.get(id) is None:
            reader.errors.setdefault(id, f"{call.site.fields[id].name} is required.")
    perform(call, issue, chosen, reader.done())
    for operation in comments:
        add_comment(call, issue, operation.get("add") or {})
    return nothing()


def perform(call: Call, issue: Issue, chosen: Transition, changes: dict[str, Any]) -> None:
    """Moves the status; into done sets a resolution, out of it clears it."""
    status = call.site.statuses[chosen.to]
    if "resolution" not in changes:
        done = call.site.resolutions["10000"]
        changes["resolution"] = done if status.category == "done" else None
    change(call.site, call.actor, issue, {"status": status, **changes}, "issue_generic")


# -- properties


def property_keys(call: Call) -> Response:
    issue = issue_of(call)
    keys = [{"self": call.rest(f"issue/{issue.id}/properties/{key}"), "key": key}
            for key in issue.properties]  # fmt: skip
    return answer({"keys": keys})


def read_property(call: Call) -> Response:
    issue = issue_of(call)
    key = call.args["key"]
    if key not in issue.properties:
        raise Refusal(404, f"The property with key '{key}' does not exist.")
    return answer({"key": key, "value": issue.properties[key]})


def set_property(call: Call) -> Response:
    """201 for a new property, 200 for one replaced; any JSON up to 32,768 characters."""
    issue = issue_of(call)
    call.demand("EDIT_ISSUES", issue.project)
    if len(call.request.body.decode("utf-8", "replace")) > PROPERTY_MOST:
        raise Refusal(400, "The property value is too long. It must not exceed 32768 characters.")
    if not call.request.body:
        raise Refusal(400, "The property value must not be empty.")
    key, value = call.args["key"], call.request.json()
    status = 200 if key in issue.properties else 201
    issue.properties[key] = value
    call.site.publish(Event("issue_property_set", call.actor, issue=issue, subject=key))
    return Response(status)


def delete_property(call: Call) -> Response:
    issue = issue_of(call)
    call.demand("EDIT_ISSUES", issue.project)
    if call.args["key"] not in issue.properties:
        raise Refusal(404, f"The property with key '{call.args['key']}' does not exist.")
    del issue.properties[call.args["key"]]
    call.site.publish(Event("issue_property_deleted", call.actor, issue=issue,
                            subject=call.args["key"]))  # fmt: skip
    return nothing()


# -- changelog


def changelog(call: Call) -> Response:
    issue = issue_of(call)
    shapes = renderer(call)
    return answer(
        {"self": call.rest(f"issue/{issue.id}/changelog")}
        | page(call, [shapes.history(one) for one in issue.history], 100)
    )


def changelog_bulk(call: Call) -> Response:
    """Cloud: the changelogs of up to 1,000 issues at once."""
    body = call.json_object()
    wanted = body.get("issueIdsOrKeys") or []
    if not wanted or len(wanted) > 1000:
        raise Refusal(400, "issueIdsOrKeys must hold 1 to 1000 items.")
    only = set(body.get("fieldIds") or ())
    shapes = renderer(call)
    made: list[Any] = []
    for issue in filter(None, (visible_issue(call, id) for id in wanted)):
        entries = [
            shapes.history(one) for one in issue.history
            if not only or any(item.field_id in only for item in one.items)
        ]  # fmt: skip
        made.append({"issueId": str(issue.id), "changeHistories": entries})
    return answer({"issueChangeLogs": made})


def mount(router: Router) -> None:
    router.api("GET", "/issue/{issue}/transitions", transitions)
    router.api("POST", "/issue/{issue}/transitions", transition)
    router.api("GET", "/issue/{issue}/properties", property_keys)
    router.api("GET", "/issue/{issue}/properties/{key}", read_property)
    router.api("PUT", "/issue/{issue}/properties/{key}", set_property)
    router.api("DELETE", "/issue/{issue}/properties/{key}", delete_property)
    router.api("GET", "/issue/{issue}/changelog", changelog, "cloud")
    router.api("POST", "/changelog/bulkfetch", changelog_bulk, "cloud")
