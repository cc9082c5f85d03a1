"""Searching by JQL: one page, everything, ids only, a count.

Everything is never read by offset, which loses issues while others change: Cloud hands out tokens,
elsewhere each page begins after the last id seen.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from jira_client import parse
from jira_client.errors import Invalid, NotFound
from jira_client.jql import and_, quote
from jira_client.protocol import Param, Request
from jira_client.resources.caller import Caller
from jira_client.resources.properties import with_properties
from jira_client.values import Issue, SearchPage

_IDS_PER_PAGE = 5000
_ANCHORS = 5  # ids to begin the next page behind, should the last have been deleted meanwhile
_ORDER_BY = re.compile(
    r"""\border\s+by\b(?=(?:[^"']|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')*$)""", re.I
)


class Search:
    """JQL searches."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def page(
        self,
        jql: str,
        fields: Sequence[str],
        after: str | int | None = None,
        limit: int = 100,
        properties: Sequence[str] = (),
        reconcile: Sequence[str] = (),
    ) -> SearchPage:
        """One page; `after` is the `next` of the page before.

        The page may be shorter than `limit` without being the last. `reconcile`: ids just written
        (at most 50), which an index that lags would miss; ignored where the index does not lag.
        """
        if self._caller.flavour.search_style == "token":
            return self._token_page(jql, fields, after, limit, properties, reconcile)
        page = self._offset_page(jql, fields, int(after or 0), limit)
        return SearchPage(
            with_properties(self._caller, page.issues, properties), page.next, page.total
        )

    def all(
        self,
        jql: str,
        fields: Sequence[str],
        limit: int = 100,
        properties: Sequence[str] = (),
        reconcile: Sequence[str] = (),
    ) -> Iterator[Issue]:
        """Every matching issue, each once; on Data Center by ascending id whatever ORDER BY says."""
        if self._caller.flavour.search_style != "token":
            yield from self._seek(jql, fields, limit, properties)
            return
        after: str | int | None = None
        seen: set[str] = set()
        while True:
            page = self.page(jql, fields, after, limit, properties, reconcile)
            for issue in page.issues:
                if issue.id not in seen:
                    seen.add(issue.id)
                    yield issue
            if page.next is None or page.next == after:
                return
            after = page.next

    def ids(self, jql: str) -> Iterator[str]:
        """The ids of every matching issue, cheaply: thousands a call."""
        for issue in self.all(jql, ("id",), _IDS_PER_PAGE):
            yield issue.id

    def ids_page(self, jql: str, after: Any = None) -> tuple[list[str], Any]:
        """A page of ids, thousands a call, and where the next begins (None behind the last)."""
        issues, following = self.kept_page(jql, ("id",), after, _IDS_PER_PAGE)
        return [issue.id for issue in issues], following

    def kept_page(
        self,
        jql: str,
        fields: Sequence[str],
        after: Any = None,
        limit: int = 100,
        properties: Sequence[str] = (),
    ) -> tuple[tuple[Issue, ...], Any]:
        """A page by ascending id, and where the next begins (None behind the last).

        `after` can be kept as JSON and used days later, by another process, with the same `jql`.
        """
        if self._caller.flavour.search_style == "token":
            ordered = f"{without_order(jql)} ORDER BY id ASC"
            page = self.page(ordered, fields, after, limit, properties)
            return page.issues, page.next if page.next != after else None
        return self.page_between(jql, fields, after=after, limit=limit, properties=properties)

    def id_at(self, jql: str, offset: int) -> str | None:
        """The id of the issue at this place by ascending id, None where there are fewer.

        To cut a project into ranges, never to read it: places shift while issues come and go. Not
        for deployments that page by token.
        """
        ordered = f"{without_order(jql)} ORDER BY id ASC"
        found = self._offset_page(ordered, ("id",), offset, 1).issues
        return found[0].id if found else None

    def page_between(
        self,
        jql: str,
        fields: Sequence[str],
        *,
        low: int | None = None,
        high: int | None = None,
        after: Sequence[str] | None = None,
        limit: int = 100,
        properties: Sequence[str] = (),
    ) -> tuple[tuple[Issue, ...], list[str] | None]:
        """A page of the issues with low ≤ id < high by ascending id, and behind which ids the next
        one begins (None behind the last). Not for deployments that page by token.

        Bounds should be ids that exist: some versions refuse to compare with others (Invalid).
        """
        floor = f"id >= {low}" if low is not None else ""
        clause = and_(without_order(jql), floor, f"id < {high}" if high is not None else "")
        if after:
            before = tuple(Issue(id=str(one), key="", fields={}) for one in after)
            page = self._page_after(clause, fields, limit, before)
        else:
            page = self._offset_page(f"{clause} ORDER BY id ASC", fields, 0, limit)
        following = [issue.id for issue in page.issues[-_ANCHORS:]]
        found = with_properties(self._caller, page.issues, properties)
        return found, following if following and page.next is not None else None

    def count(self, jql: str) -> int:
        """How many issues match; approximate on Cloud."""
        flavour = self._caller.flavour
        if flavour.approximate_count:
            path = f"{flavour.api}/search/approximate-count"
            body = {"jql": without_order(jql)}
            answer = parse.mapping(
                self._caller.call(Request("POST", path, json=body, writes=False))
            )
            return parse.whole(answer.get("count")) or 0
        return self._offset_page(jql, ("id",), 0, 0).total or 0

    def _token_page(
        self,
        jql: str,
        fields: Sequence[str],
        after: str | int | None,
        limit: int,
        properties: Sequence[str],
        reconcile: Sequence[str],
    ) -> SearchPage:
        body: dict[str, Any] = {"jql": jql, "maxResults": limit, "fields": list(fields)}
        if after is not None:
            body["nextPageToken"] = str(after)
        if properties:
            body["properties"] = list(properties)
        if reconcile:
            body["reconcileIssues"] = [int(issue) for issue in reconcile]
        path = f"{self._caller.flavour.api}/search/jql"
        answer = parse.mapping(self._caller.call(Request("POST", path, json=body, writes=False)))
        token = answer.get("nextPageToken")
        last = answer.get("isLast") is True or not token
        return SearchPage(parse.issues(parse.rows(answer.get("issues"))), None if last else token)

    def _offset_page(
        self,
        jql: str,
        fields: Sequence[str],
        start: int,
        limit: int,
        *,
        strict: bool = True,
        expand: Sequence[str] = (),
    ) -> SearchPage:
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
        path = f"{self._caller.flavour.api}/search"
        answer = parse.mapping(self._caller.call(Request("POST", path, json=body, writes=False)))
        found = parse.issues(parse.rows(answer.get("issues")))
        total = parse.whole(answer.get("total"))
        after = start + len(found)
        more = bool(found) and total is not None and after < total
        return SearchPage(found, after if more else None, total)

    def _seek(
        self, jql: str, fields: Sequence[str], limit: int, properties: Sequence[str]
    ) -> Iterator[Issue]:
        clause = without_order(jql)
        page = self._offset_page(f"{clause} ORDER BY id ASC".strip(), fields, 0, limit)
        while page.issues:
            yield from with_properties(self._caller, page.issues, properties)
            if page.next is None:
                return
            page = self._page_after(clause, fields, limit, page.issues)

    def _page_after(
        self, clause: str, fields: Sequence[str], limit: int, before: tuple[Issue, ...]
    ) -> SearchPage:
        """The page after the last issue; where that was deleted meanwhile, after one before it.

        Some versions refuse to compare with an id that no longer exists.
        """
        seen = {issue.id for issue in before}
        refused: Invalid | None = None
        for last in reversed(before[-_ANCHORS:]):
            jql = f"{and_(clause, f'id > {last.id}')} ORDER BY id ASC"
            try:
                page = self._offset_page(jql, fields, 0, limit)
            except Invalid as error:
                refused = error
                continue
            fresh = tuple(issue for issue in page.issues if issue.id not in seen)
            if fresh or page.next is None:
                return SearchPage(fresh, page.next, page.total)
        if refused is not None:
            raise refused
        return SearchPage(())

    def by_ids(
        self, ids: Sequence[str], fields: Sequence[str], expand: Sequence[str] = ()
    ) -> tuple[Issue, ...]:
        """The issues that exist among the given ids or keys, by one search where it can be.

        For deployments without a bulk read. An unknown id fails the whole search on some versions
        even unvalidated: then those that Jira names are asked alone, or else the halves.
        """
        if not ids:
            return ()
        try:
            return self._by_ids(ids, fields, expand)
        except Invalid as error:
            words = set(re.findall(r"[\w-]+", " ".join(error.messages)))
        named = list(ids) if len(ids) == 1 else [one for one in ids if one in words]
        # A refused search is no evidence of absence: the issue itself is asked for.
        found = tuple(issue for one in named for issue in self._alone(one, fields, expand))
        rest = [one for one in ids if one not in named]
        half = len(rest) if named else len(rest) // 2
        halves = rest[:half], rest[half:]
        return found + tuple(
            issue for some in halves for issue in self.by_ids(some, fields, expand)
        )

    def _alone(self, one: str, fields: Sequence[str], expand: Sequence[str]) -> tuple[Issue, ...]:
        path = f"{self._caller.flavour.api}/issue/{{issue}}"
        params: dict[str, Param] = {"fields": tuple(fields), "expand": tuple(expand) or None}
        request = Request("GET", path, {"issue": one}, params=params)
        try:
            return (parse.issue(parse.mapping(self._caller.call(request))),)
        except NotFound:
            return ()

    def _by_ids(
        self, ids: Sequence[str], fields: Sequence[str], expand: Sequence[str]
    ) -> tuple[Issue, ...]:
        numbers = [one for one in ids if one.isdigit()]
        keys = [quote(one) for one in ids if not one.isdigit()]
        parts = [f"id in ({', '.join(numbers)})"] if numbers else []
        parts += [f"key in ({', '.join(keys)})"] if keys else []
        clause = " OR ".join(parts)
        page = self._offset_page(clause, fields, 0, len(ids), strict=False, expand=expand)
        found = page.issues
        if page.next is not None and found:
            # The server's own limit is below ours.
            here = {issue.id for issue in found} | {issue.key for issue in found}
            rest = [one for one in ids if one not in here]
            if len(rest) < len(ids):
                found += self.by_ids(rest, fields, expand)
        return found


def without_order(jql: str) -> str:
    """The query without its ORDER BY; the words inside quotes are left alone."""
    match = _ORDER_BY.search(jql)
    return jql[: match.start()].strip() if match else jql.strip()
