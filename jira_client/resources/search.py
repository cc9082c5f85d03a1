"""Searching by JQL: one page, everything, ids only, a count.

Everything is never read by offset, which loses issues while others change: Cloud hands out tokens,
elsewhere each page begins after the last id seen.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Iterator, Sequence
from typing import Any

from jira_client import parse
from jira_client.jql import and_, by_id, without_order
from jira_client.protocol import Request
from jira_client.resources.caller import Caller
from jira_client.resources.paging import (
    ANCHORS,
    Place,
    following,
    offset_page,
    page_after,
    token_page,
)
from jira_client.resources.properties import with_properties
from jira_client.values import Issue, SearchPage

# The most issues that Cloud gives on a page where only ids are asked for:
# https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post
_IDS_PER_PAGE = 5000


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
        """One page of the issues that match; `after` is the `next` of the page before.

        The page may be shorter than `limit` without being the last. `reconcile`: ids just written
        (at most 50), which an index that lags would miss; ignored where the index does not lag.
        Raises JiraError; Invalid where Jira refuses the query.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post
        """
        if self._caller.flavour.search_style == "token":
            return token_page(self._caller, jql, fields, after, limit, properties, reconcile)
        page = offset_page(self._caller, jql, fields, int(after or 0), limit)
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
        """Every matching issue, each once; on Data Center by ascending id whatever ORDER BY says.

        Raises JiraError; PagesRepeat for a list that does not end.
        """
        if self._caller.flavour.search_style != "token":
            yield from self._seek(jql, fields, limit, properties)
            return
        after: Place | None = None
        seen: set[str] = set()
        while True:
            token = after.token if after else None
            page = self.page(jql, fields, token, limit, properties, reconcile)
            for issue in page.issues:
                if issue.id not in seen:
                    seen.add(issue.id)
                    yield issue
            after = following(after, page)
            if after is None:
                return

    def ids(self, jql: str) -> Iterator[str]:
        """The ids of all matching issues, up to 5,000 a call. Raises JiraError, as `all`."""
        for issue in self.all(jql, ("id",), _IDS_PER_PAGE):
            yield issue.id

    def ids_page(self, jql: str, after: Any = None) -> tuple[list[str], Any]:
        """A page of up to 5,000 ids, ascending, and where the next page begins (None after the last).

        `after` is what the page before returned as that. Raises JiraError, as `kept_page`.
        """
        issues, further = self.kept_page(jql, ("id",), after, _IDS_PER_PAGE)
        return [issue.id for issue in issues], further

    def kept_page(
        self,
        jql: str,
        fields: Sequence[str],
        after: Any = None,
        limit: int = 100,
        properties: Sequence[str] = (),
    ) -> tuple[tuple[Issue, ...], Any]:
        """A page of issues by ascending id, and where the next page begins (None after the last).

        `after` is what the page before returned as that. It can be kept as JSON and used by another
        process with the same `jql`; a token of Cloud's is good for seven days. Raises JiraError;
        PagesRepeat for a list that does not end.
        """
        if self._caller.flavour.search_style == "token":
            place = Place.read(after)
            token = place.token if place else None
            page = self.page(by_id(jql), fields, token, limit, properties)
            further = following(place, page)
            return page.issues, further.kept() if further else None
        return self.page_between(jql, fields, after=after, limit=limit, properties=properties)

    def id_at(self, jql: str, offset: int) -> str | None:
        """The id of the issue at this offset by ascending id, None where there are fewer.

        0 is the first issue. To cut a project into ranges, never to read it: offsets shift while
        issues come and go. Not for deployments that page by token. Raises JiraError.
        """
        found = offset_page(self._caller, by_id(jql), ("id",), offset, 1).issues
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
        """A page of the issues with low ≤ id < high by ascending id, and after which ids the next begins.

        Those are None after the last page. Not for deployments that page by token. Bounds should be
        ids that exist: some versions refuse to compare with others. Raises JiraError; Invalid for such
        a bound, PagesRepeat for a list that does not end.
        """
        floor = f"id >= {low}" if low is not None else ""
        clause = and_(without_order(jql), floor, f"id < {high}" if high is not None else "")
        if after:
            before = tuple(Issue(id=str(one), key="", fields={}) for one in after)
            page = page_after(self._caller, clause, fields, limit, before)
        else:
            page = offset_page(self._caller, by_id(clause), fields, 0, limit)
        anchors = [issue.id for issue in page.issues[-ANCHORS:]]
        found = with_properties(self._caller, page.issues, properties)
        return found, anchors if anchors and page.next is not None else None

    def count(self, jql: str) -> int:
        """How many issues match; on Cloud an estimate.

        Raises JiraError; Invalid where Jira refuses the query.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-approximate-count-post
        """
        flavour = self._caller.flavour
        if flavour.approximate_count:
            path = f"{flavour.api}/search/approximate-count"
            body = {"jql": without_order(jql)}
            answer = parse.mapping(
                self._caller.call(Request("POST", path, json=body, writes=False))
            )
            return parse.whole(answer.get("count")) or 0
        return offset_page(self._caller, jql, ("id",), 0, 0).total or 0

    def _seek(
        self, jql: str, fields: Sequence[str], limit: int, properties: Sequence[str]
    ) -> Iterator[Issue]:
        clause = without_order(jql)
        page = offset_page(self._caller, by_id(clause), fields, 0, limit)
        while page.issues:
            yield from with_properties(self._caller, page.issues, properties)
            if page.next is None:
                return
            page = page_after(self._caller, clause, fields, limit, page.issues)
