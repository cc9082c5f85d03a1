"""Comments of issues: read whole, written, changed and taken away.

Text is wiki markup on both deployments, since it goes by the v2 API. Nothing is repeated here: a lost
answer raises with `outcome_unknown`.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jira_client import parse
from jira_client.errors import NotFound
from jira_client.protocol import Expect, Param, Request
from jira_client.resources.caller import Caller, pages, side_by_side
from jira_client.values import Comment, Issue

FIELD = "comment"  # of an issue: its comments, or the first of them
_AT_ONCE = 100


class Comments:
    """Everything about comments. Issues are named by id or key."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def of_issue(self, issue: str, *, properties: bool = False) -> list[Comment]:
        """All comments of an issue that the account may see, in Jira's order, oldest first.

        `properties`: their entity properties come too where Jira gives them; that a list can be
        expanded by them is said for Cloud's list by ids alone, and was seen on both deployments.
        Raises JiraError; NotFound where the issue is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-get
        """
        return [parse.comment(row) for row in _rows(self._caller, issue, properties=properties)]

    def get(self, issue: str, comment: str) -> Comment:
        """One comment, by its id.

        Raises JiraError; NotFound where the issue or the comment is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-id-get
        """
        return self._one("GET", issue, comment)

    def add(self, issue: str, body: str, properties: Mapping[str, Any] | None = None) -> Comment:
        """Adds a comment and returns it as Jira keeps it. `properties`: entity properties by name.

        Needs Add Comments. Jira knows no idempotency key: where the error says `outcome_unknown`, look
        for the comment before sending it again. Raises JiraError; Invalid where Jira refuses the text.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-post
        """
        told: dict[str, Any] = {"body": body}
        if properties:
            told["properties"] = [{"key": key, "value": it} for key, it in properties.items()]
        path = f"{self._caller.flavour.api}/issue/{{issue}}/comment"
        answer = self._caller.call(Request("POST", path, {"issue": issue}, json=told))
        return parse.comment(parse.mapping(answer))

    def edit(self, issue: str, comment: str, body: str) -> Comment:
        """Replaces the text of a comment and returns it as Jira keeps it.

        Needs Edit Own Comments, or Edit All Comments for those of others; Jira refuses with 400 where
        that is missing. Raises JiraError; NotFound where the comment is gone.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-id-put
        """
        return self._one("PUT", issue, comment, {"body": body})

    def delete(self, issue: str, comment: str) -> None:
        """Deletes a comment, for good.

        Needs Delete Own Comments, or Delete All Comments for those of others; Jira refuses with 400
        where that is missing. Raises JiraError; NotFound where it is gone already.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-id-delete
        """
        path = f"{self._caller.flavour.api}/issue/{{issue}}/comment/{{comment}}"
        args = {"issue": issue, "comment": comment}
        self._caller.call(Request("DELETE", path, args, expect=Expect.NOTHING))

    def get_property(self, comment: str, key: str) -> Any:
        """The value of an entity property, None where the comment has none of this name, or is gone.

        Raises JiraError.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comment-properties/#api-rest-api-3-comment-commentid-properties-propertykey-get
        """
        path = f"{self._caller.flavour.api}/comment/{{comment}}/properties/{{key}}"
        try:
            found = self._caller.call(Request("GET", path, {"comment": comment, "key": key}))
        except NotFound:
            return None
        return parse.mapping(found).get("value")

    def _one(self, method: str, issue: str, comment: str, json: Any = None) -> Comment:
        path = f"{self._caller.flavour.api}/issue/{{issue}}/comment/{{comment}}"
        args = {"issue": issue, "comment": comment}
        answer = self._caller.call(Request(method, path, args, json=json))
        return parse.comment(parse.mapping(answer))


def completed(
    caller: Caller, issues: tuple[Issue, ...], fields: Sequence[str]
) -> tuple[Issue, ...]:
    """The issues, each with all of its comments where the field of comments was asked for.

    A read of many issues brings the first comments of each only, and says how many there are; the list
    of those that have more is read, several side by side. An issue that is gone since keeps what it
    came with. Raises JiraError.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-get
    """
    if FIELD not in fields:
        return issues
    cut = [one for one in issues if not parse.has_all_comments(one)]
    if not cut:
        return issues

    def read(issue: Issue) -> Issue:
        try:
            found = _rows(caller, issue.id)
        except NotFound:
            return issue  # gone since the read; its absence shows at the next one
        whole = {"comments": found, "total": len(found), "startAt": 0}
        return replace(issue, fields={**issue.fields, FIELD: whole})

    whole = dict(zip([one.id for one in cut], side_by_side(caller, read, cut), strict=True))
    return tuple(whole.get(issue.id, issue) for issue in issues)


def _rows(caller: Caller, issue: str, *, properties: bool = False) -> list[Mapping[str, Any]]:
    """By pages, each comment once.

    A comment that is deleted while the pages are read moves those behind it forward, so that one may
    be missed: the issue has changed then, and is read again.
    """
    params: dict[str, Param] = {"expand": "properties"} if properties else {}
    path = f"{caller.flavour.api}/issue/{{issue}}/comment"
    request = Request("GET", path, {"issue": issue}, params=params)
    found: dict[str, Mapping[str, Any]] = {}
    for row in pages(caller, request, _AT_ONCE, "comments"):
        found.setdefault(parse.text(row.get("id")), row)
    return list(found.values())
