"""One page of a search: after a token (Cloud), at an offset or after an id (Data Center).

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from jira_client import parse
from jira_client.errors import Invalid, PagesRepeat
from jira_client.jql import and_, by_id
from jira_client.protocol import Request
from jira_client.resources.caller import Caller
from jira_client.resources.comments import completed
from jira_client.values import Issue, SearchPage

ANCHORS = 5  # ids to begin the next page behind, should the last have been deleted meanwhile
_MARKS = 4096  # tokens that are remembered: twenty million ids, or four hundred thousand issues
_MOST_EMPTY = 100  # pages in a row that bring nothing


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next page of a search begins: the token that leads there, marks of all tokens before it,
    and how many pages in a row held no issue. A token that comes twice would lead in a circle.
    """

    token: str
    marks: tuple[str, ...] = ()
    empty: int = 0

    def kept(self) -> dict[str, Any]:
        """The place as a JSON object, from which `read` makes it again."""
        return {"token": self.token, "marks": list(self.marks), "empty": self.empty}

    @classmethod
    def read(cls, kept: Any) -> Place | None:
        """The place from JSON, or from the bare token that earlier versions kept; None from nothing."""
        if isinstance(kept, Mapping):
            return cls(str(kept["token"]), tuple(kept.get("marks", ())), int(kept.get("empty", 0)))
        return cls(str(kept)) if kept else None


def following(place: Place | None, page: SearchPage) -> Place | None:
    """Where the page after `page` begins; None after the last one. `place` is where `page` was read.

    Raises PagesRepeat where Jira hands out a token a second time, or a hundred pages in a row without
    issues.
    """
    if page.next is None:
        return None
    token = str(page.next)
    mark = blake2s(token.encode(), digest_size=6).hexdigest()
    marks = place.marks if place else ()
    empty = 0 if page.issues else (place.empty if place else 0) + 1
    if mark in marks or (place and token == place.token) or empty > _MOST_EMPTY:
        raise PagesRepeat(
            "Jira's search does not end: it hands out a page a second time. Nothing was concluded from "
            "it. Try again later; if it stays so, report it to whoever runs this Jira, or what stands "
            "before it."
        )
    return Place(token, (*marks, mark)[-_MARKS:], empty)


def token_page(
    caller: Caller,
    jql: str,
    fields: Sequence[str],
    after: str | int | None,
    limit: int,
    properties: Sequence[str],
    reconcile: Sequence[str],
) -> SearchPage:
    """A page of a search on Cloud.

    `after` is the token that the page before handed out, None for the first page. Jira takes a bounded
    query only, and may return fewer issues than `limit` although more follow: a hundred at most where
    fields are asked for, 5,000 where only ids are. There is no total. `reconcile` names at most 50 ids
    whose latest state the page must show, since the index lags behind writes. Raises JiraError;
    Invalid where Jira refuses the query.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post
    """
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
    found = completed(caller, parse.issues(parse.rows(answer.get("issues"))), fields)
    return SearchPage(found, None if last else token)


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
    """A page of a search on Data Center, from the offset `start` (0 is the first issue) on.

    Jira may return fewer issues than `limit`, by a limit of its own; `total` counts all that match.
    `strict=False` lets Jira overlook unknown ids (`validateQuery`). `expand` is what comes with each
    issue, such as `changelog`. Raises JiraError; Invalid where Jira refuses the query.

    Source: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
    """
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
    found = completed(caller, parse.issues(parse.rows(answer.get("issues"))), fields)
    total = parse.whole(answer.get("total"))
    after = start + len(found)
    more = bool(found) and total is not None and after < total
    return SearchPage(found, after if more else None, total)


def page_after(
    caller: Caller, clause: str, fields: Sequence[str], limit: int, before: tuple[Issue, ...]
) -> SearchPage:
    """The page of a search on Data Center that begins after the last of the issues in `before`, by id.

    Some versions refuse to compare with an id that no longer exists: then the page begins after an
    issue before it, and leaves out what was read. Pages by id have no end at the 10,000th issue, as
    pages by offset have from Jira 10 on. Raises JiraError; PagesRepeat where Jira lists issues that do
    not come after that id: they would come again and again.

    Source: https://support.atlassian.com/jira/kb/handling-jql-rest-api-searching-exceeding-max_result_window-in-jira
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
        _prove_behind(page.issues, last)
        fresh = tuple(issue for issue in page.issues if issue.id not in seen)
        if fresh or page.next is None:
            return SearchPage(fresh, page.next, page.total)
    if refused is not None:
        raise refused
    return SearchPage(())


def _prove_behind(issues: Sequence[Issue], last: Issue) -> None:
    if last.id.isdigit() and any(
        one.id.isdigit() and int(one.id) <= int(last.id) for one in issues
    ):
        raise PagesRepeat(
            "Jira's search does not go on: asked for the issues behind one, it lists others again. "
            "Nothing was concluded from it. Try again later; if it stays so, report it to whoever runs "
            "this Jira, or what stands before it."
        )
