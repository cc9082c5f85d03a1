"""Attachments of an issue: added, told, fetched, deleted; and what may be attached at all.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
That Data Center gives the content at `/secure/attachment/` was seen at real instances.
"""

import re

from ..model.issues import Attachment, Issue
from ..model.site import Event
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .lookups import issue_of, renderer, visible_issue

PLAIN = "application/octet-stream"


def meta(call: Call) -> Response:
    most = call.site.largest_attachment
    return answer({"enabled": most > 0, "uploadLimit": most})


def add(call: Call) -> Response:
    """Raises Refusal 403 without Create Attachments or the token, 413 for what is too large."""
    issue = issue_of(call)
    if call.request.header("x-atlassian-token").lower() not in ("no-check", "nocheck"):
        raise Refusal(403, "XSRF check failed", shape="text")
    call.demand("CREATE_ATTACHMENTS", issue.project)
    files = _files(call)
    if not files:
        raise Refusal(400, "There is no file in the request.")
    if any(len(content) > call.site.largest_attachment for _name, _kind, content in files):
        raise Refusal(413, "The file exceeds the maximum attachment size of this Jira.")
    made = []
    for name, kind, content in files:
        moment = call.site.now()
        number = call.site.next_id("attachment")
        made.append(Attachment(number, name, call.actor, moment, kind, content))
        issue.attachments.append(made[-1])
        issue.updated = moment
        _publish(call, issue, "attachment_created", made[-1])
    return answer([renderer(call).attachment(one) for one in made])


def read(call: Call) -> Response:
    _issue, one = _anywhere(call)
    return answer(renderer(call).attachment(one))


def delete(call: Call) -> Response:
    issue, one = _anywhere(call)
    own = one.author is call.user and call.site.may(
        call.user, "DELETE_OWN_ATTACHMENTS", issue.project
    )
    if not own:
        call.demand("DELETE_ALL_ATTACHMENTS", issue.project)
    issue.attachments.remove(one)
    issue.updated = call.site.now()
    _publish(call, issue, "attachment_deleted", one)
    return nothing()


def content(call: Call) -> Response:
    """Cloud sends to another host, which takes no credentials; with `redirect=false` it answers itself."""
    _issue, one = _anywhere(call)
    if call.one("redirect") != "false":
        there = [("Location", "https://media.example.com/file?token=x")]
        return Response(303, b"", "text/html;charset=UTF-8", there)
    return _bytes(one)


def secure(call: Call) -> Response:
    _issue, one = _anywhere(call)
    return _bytes(one)


def _bytes(one: Attachment) -> Response:
    return Response(200, one.content, one.kind)


def _publish(call: Call, issue: Issue, name: str, one: Attachment) -> None:
    """The event of the attachment names no issue; that of the issue, which Jira tells too, does."""
    call.site.publish(Event(name, call.actor, issue=issue, subject=one))
    call.site.publish(Event("jira:issue_updated", call.actor, issue=issue, kind="issue_updated"))


def _anywhere(call: Call) -> tuple[Issue, Attachment]:
    for issue in list(call.site.issues.values()):
        for one in issue.attachments:
            if str(one.id) == call.args["id"] and visible_issue(call, str(issue.id)):
                return issue, one
    raise Refusal(404, f"The attachment with id '{call.args['id']}' does not exist.")


def _files(call: Call) -> list[tuple[str, str, bytes]]:
    """(name, type, content) of each part that is called `file`. Names are UTF-8, as clients write them."""
    kind = call.request.header("content-type")
    boundary = re.search(r'boundary="?([^";]+)', kind)
    if not kind.lower().startswith("multipart/form-data") or boundary is None:
        raise Refusal(415, "Unsupported Media Type", shape="message")
    found = []
    for part in call.request.body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        words = head.decode("utf-8", "replace")
        name = re.search(r'filename="([^"]*)"', words)
        if name and re.search(r'[; ]name="file"', words):
            told = re.search(r"(?im)^content-type:\s*(\S+)", words)
            found.append((name[1], told[1] if told else PLAIN, content.removesuffix(b"\r\n")))
    return found


def mount(router: Router) -> None:
    router.api("GET", "/attachment/meta", meta)
    router.api("POST", "/issue/{issue}/attachments", add)
    router.api("GET", "/attachment/content/{id}", content, "cloud")
    router.api("GET", "/attachment/{id}", read)
    router.api("DELETE", "/attachment/{id}", delete)
    router.add("GET", "/secure/attachment/{id}/{name}", secure, "datacenter")
