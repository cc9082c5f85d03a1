"""One page of a search, in either deployment's way: behind a token, at an offset, or behind an id."""

from collections.abc import Sequence
from typing import Any

from jira_client import parse
from jira_client.errors import Invalid
from jira_client.jql import and_, by_id
from jira_client.protocol import Request
from jira_client.resources.caller import Caller
from jira_client.values import Issue, SearchPage

ANCHORS = 5  # ids to begin the next page behind, should the last have been deleted meanwhile


def token_page(
    caller: Caller,
    jql: str,
    fields: Sequence[str],
    after: str | int | None,
    limit: int,
    properties: Sequence[str],
    reconcile: Sequence[str],
) -> SearchPage:
    """Cloud's: `after` is the token that the page before handed out, None for the first page."""
    body: dict[str, Any] = {"jql": jql, "maxResults": limit, "fields": list(fields)}
    if after is not None:
        body["nextPageToken"] = str(after)
    if properties:
        body["properties"] = list(properties)
    if reconcile:
        body["reconcileIssues"] = [int(issue) for issue in reconcile]
    path = f"{caller.flavour.api}/search/jql"
    answer = parse.mapping(caller.call(Request("POST", path, json=body, writes=False)))
    token = answer.get("nextPageToken")
    last = answer.get("isLast") is True or not token
    return SearchPage(parse.issues(parse.rows(answer.get("issues"))), None if last else token)


def offset_page(
    caller: Caller,
    jql: str,
    fields: Sequence[str],
    start: int,
    limit: int,
    *,
    strict: bool = True,
    expand: Sequence[str] = (),
) -> SearchPage:
    """Everybody else's: from the place `start` on; `strict=False` lets Jira overlook unknown ids."""
    body: dict[str, Any] = {
        "jql": jql,
        "startAt": start,
        "maxResults": limit,
        "fields": list(fields),
    }
    if not strict:
        body["validateQuery"] = False
    if expand:
        body["expand"] = list(expand)
    path = f"{caller.flavour.api}/search"
    answer = parse.mapping(caller.call(Request("POST", path, json=body, writes=False)))
    found = parse.issues(parse.rows(answer.get("issues")))
    total = parse.whole(answer.get("total"))
    after = start + len(found)
    more = bool(found) and total is not None and after < total
    return SearchPage(found, after if more else None, total)


def page_after(
    caller: Caller, clause: str, fields: Sequence[str], limit: int, before: tuple[Issue, ...]
) -> SearchPage:
    """The page after the last issue; where that was deleted meanwhile, after one before it.

    Some versions refuse to compare with an id that no longer exists.
    """
    seen = {issue.id for issue in before}
    refused: Invalid | None = None
    for last in reversed(before[-ANCHORS:]):
        jql = by_id(and_(clause, f"id > {last.id}"))
        try:
            page = offset_page(caller, jql, fields, 0, limit)
        except Invalid as error:
            refused = error
            continue
        fresh = tuple(issue for issue in page.issues if issue.id not in seen)
        if fresh or page.next is None:
            return SearchPage(fresh, page.next, page.total)
    if refused is not None:
        raise refused
    return SearchPage(())
