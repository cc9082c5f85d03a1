"""What a resource needs of the client, and ways to make many calls that all resources share.

Resources see this, not the client's class, so that neither imports the other.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#pagination
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import IO, Any, Protocol, TypeVar

from jira_client.errors import PagesRepeat
from jira_client.flavour import Flavour
from jira_client.parse import mapping, rows, whole
from jira_client.protocol import Request
from jira_client.transport import Transport
from outgoing.wire import WireResponse

T = TypeVar("T")
R = TypeVar("R")
_MOST_PAGES = 10_000
_SAME_AGAIN = (
    "A list of Jira's does not end: asked for the next page, it gives the same one again. Try again "
    "later; if it stays so, report it to whoever runs this Jira, or what stands before it."
)


class Caller(Protocol):
    """The client, as its resources see it."""

    transport: Transport

    @property
    def flavour(self) -> Flavour:
        """The instance's capabilities. Raises JiraError where the instance has to be asked first."""

    def call(self, request: Request) -> Any:
        """The JSON value of a call. Raises JiraError."""

    def download(self, request: Request, sink: IO[bytes], most: int) -> None:
        """Writes what a call answers to `sink`, `most` bytes at most. Raises JiraError."""

    def exchange(self, request: Request) -> WireResponse:
        """The answer of a call, whatever its status. Raises ConnectFailed, AnswerLost."""


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in order, in pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def pages(caller: Caller, request: Request, size: int, *names: str) -> Iterator[Any]:
    """All rows of a list that Jira pages by `startAt` and `maxResults`, `size` rows a call.

    `names` are the keys that the rows may be under. Jira may hand out fewer rows than were asked for,
    so the list is over when the answer says `isLast`, when `total` rows have come, or when a page is
    short or empty. For metadata, which hardly changes while it is read; issues are never read like
    this. Raises JiraError; PagesRepeat for a list that does not end.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#pagination
    """
    start, before = 0, None
    for _ in range(_MOST_PAGES):
        params = {**request.params, "startAt": start, "maxResults": size}
        page = mapping(caller.call(replace(request, params=params)))
        found = next((rows(page[name]) for name in names if name in page), [])
        if found and found == before:
            raise PagesRepeat(_SAME_AGAIN)
        before = found
        yield from found
        start += len(found)
        total = whole(page.get("total"))
        last = page.get("isLast")
        if not found or last is True or (last is None and total is not None and start >= total):
            return
        # Neither said: a page shorter than the server's own limit was the last.
        if last is None and total is None and len(found) < (whole(page.get("maxResults")) or size):
            return
    raise PagesRepeat(_SAME_AGAIN)


def side_by_side(caller: Caller, work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """What `work` returns for each item, in order; as many calls at once as the pool has connections.

    Raises what `work` raises: the first error ends it, and calls that have not begun are not made.
    """
    width = min(caller.transport.pool_size, len(items))
    if width <= 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(width, thread_name_prefix="jira-call") as pool:
        try:
            yield from pool.map(work, items)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
