"""One page of a search, in either deployment's way: behind a token, at an offset, or behind an id."""

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
from jira_client.values import Issue, SearchPage

ANCHORS = 5  # ids to begin the next page behind, should the last have been deleted meanwhile
_MARKS = 4096  # tokens that are remembered: twenty million ids, or four hundred thousand issues
_MOST_EMPTY = 100  # pages in a row that bring nothing


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which page of a search the next begins: its token, marks of all tokens before it, and how
    many pages in a row brought nothing. A token that comes twice would lead in a circle.
    """

    token: str
    marks: tuple[str, ...] = ()
    empty: int = 0

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {"token": self.token, "marks": list(self.marks), "empty": self.empty}

    @classmethod
    def read(cls, kept: Any) -> Place | None:
        """From JSON, or from the bare token that earlier versions kept."""
        if isinstance(kept, Mapping):
            return cls(str(kept["token"]), tuple(kept.get("marks", ())), int(kept.get("empty", 0)))
        return cls(str(kept)) if kept else None


def following(place: Place | None, page: SearchPage) -> Place | None:
    """The place behind this page, which was read at `place`; None behind the last.

    Raises PagesRepeat where Jira hands out a token a second time, or pages without end.
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

    Some versions refuse to compare with an id that no longer exists. Raises PagesRepeat where issues
    come that are not behind it: they would come again and again.
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
