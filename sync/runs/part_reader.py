"""Reading a run's parts: ten calls side by side, while the lease is renewed and what was read is applied.

Threads only call Jira; rows are read and written by the caller's thread alone. What is read ahead is
bounded, whatever the project's size: where Jira reads in bulk the calls of one part go side by side, so
that few parts need be begun at once; the pages of a range follow each other, so there ten are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import product
from typing import TypeVar

from django.utils import timezone

from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError
from jira_client.values import Issue
from sync.core.mapping import OPERATION_PROPERTY
from sync.inbound import own_creates, polls
from sync.models import Run, RunPart
from sync.pairs.rules import rules_of
from sync.runs import issue_pages, parts
from sync.worker.lease import Held
from sync.worker.retry_policy import Patience

SIDE_BY_SIDE = 10
AHEAD = 12  # ranges that are being read, or wait to be applied
ISSUES_AHEAD = 2_000  # the same for parts whose calls go side by side
AT_ONCE = 100
PAGE = 200  # issues of a range that are asked for at once
NEIGHBOURS = 4
PULSE = 5.0  # seconds between renewals of the lease, however slow Jira is
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Read:
    """A part with its issues. `began`: when the read started, by our clock; `lost`: ids that Jira
    could not answer for.
    """

    part: RunPart
    issues: Sequence[Issue]
    began: datetime
    lost: Sequence[str] = ()


class Slice:
    """One slice's threads, patience and time. Use as a context: leaving it waits for no call."""

    def __init__(self, held: Held, soft: float, hard: float) -> None:
        now = time.monotonic()
        self.held = held
        self.soft, self.hard = now + soft, now + hard
        self.patience = Patience(self.soft)
        self.calls = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="run-call")
        self._parts = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="run-read")
        self._renewed = now

    def __enter__(self) -> Slice:
        return self

    def __exit__(self, *_: object) -> None:
        self.patience.end()
        for pool in (self.calls, self._parts):
            pool.shutdown(wait=False, cancel_futures=True)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.soft

    def ask(self, work: Callable[[], T]) -> T:
        """The answer of one call, patiently. Raises JiraError, LeaseLost."""
        return self._result(self.calls.submit(self.patience.ask, work))

    def side_by_side(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """The answers in order. Raises JiraError, LeaseLost."""
        futures = [self.calls.submit(self.patience.ask, lambda one=one: work(one)) for one in items]
        return [self._result(future) for future in futures]

    def each(self, work: Callable[[T], R], items: Iterator[T], most: int = AHEAD) -> Iterator[R]:
        """Answers as they come, `most` read ahead, until the soft end. Raises JiraError, LeaseLost.

        When the soft end comes before the first answer, that one is still waited for, so that a
        Jira that is slower than a slice does not hold a run up for ever.
        """
        ahead: set[Future[R]] = set()
        some = False
        while True:
            while len(ahead) < most and not self.is_over and (more := next(items, None)):
                ahead.add(self._parts.submit(work, more))
            if not ahead or (self.is_over and (some or time.monotonic() >= self.hard)):
                return
            done, ahead = wait(ahead, timeout=self._patience_left(), return_when=FIRST_COMPLETED)
            self._renew()
            failed: Exception | None = None
            for future in done:
                if error := future.exception():
                    failed = failed or _plain(error)
                    continue
                some = True
                yield future.result()
            if failed is not None:
                raise failed

    def _result(self, future: Future[R]) -> R:
        while not future.done():
            wait([future], timeout=PULSE)
            self._renew()
        return future.result()

    def _patience_left(self) -> float:
        return max(0.05, min(PULSE, self.hard - time.monotonic()))

    def _renew(self) -> None:
        if time.monotonic() - self._renewed >= PULSE / 2:
            self.held.renew()
            self._renewed = time.monotonic()


def _plain(error: BaseException) -> Exception:
    if isinstance(error, Exception):
        return error
    raise error


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads parts with the mapped fields. Called by any thread; touches no row.

    `calls`: where the calls of one part go side by side; None: one after the other. `ahead`: how many
    parts to read ahead.
    """

    jira: JiraClient
    scope: str
    fields: Sequence[str]
    marks: Sequence[str]
    bounds: Sequence[int]
    patience: Patience
    calls: Executor | None = None
    ahead: int = AHEAD

    @classmethod
    def of(cls, jira: JiraClient, run: Run, part: Slice, fields: Sequence[str] = ()) -> Reader:
        """`fields`: others than the mapped ones."""
        project = run.project
        marks = (OPERATION_PROPERTY,) if own_creates.waiting_creates(project) else ()
        bounds = RunPart.objects.filter(run=run, low__isnull=False).values_list("low", flat=True)
        bulk = jira.flavour.bulk_fetch
        return cls(
            jira,
            polls.scope(project),
            fields or rules_of(project).read_fields,
            marks,
            sorted({int(one) for one in bounds if one is not None}),
            part.patience,
            part.calls if bulk else None,
            ISSUES_AHEAD // issue_pages.width(run.total or 0) if bulk else AHEAD,
        )

    def read(self, part: RunPart) -> Read:
        """The issues of a part, whether it is a list of ids or a range."""
        began = timezone.now()
        if part.is_range:
            issues, lost = self.read_range(part)
        else:
            issues, lost = self.read_ids(parts.unpack(part.ids))
        return Read(part, issues, began, lost)

    def read_ids(self, ids: Sequence[str]) -> tuple[list[Issue], list[str]]:
        """These issues as far as they exist, and the ids that Jira failed to answer for."""

        def fetch(some: Sequence[str]) -> Sequence[Issue]:
            return self.jira.issues.fetch(some, self.fields, self.marks).issues

        ask = partial(self.patience.ask_in_halves, fetch)
        pieces = [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)]
        answers = self._answers(ask, pieces)
        issues = [issue for found, _ in answers for issue in found]
        return issues, [one for _, lost in answers for one in lost]

    def _answers(self, ask: Callable[[T], R], pieces: Sequence[T]) -> list[R]:
        if self.calls is None:
            return [ask(piece) for piece in pieces]
        asked = [self.calls.submit(ask, piece) for piece in pieces]
        return [one.result() for one in asked]

    def read_range(self, part: RunPart) -> tuple[list[Issue], list[str]]:
        """The issues of a range, and ids that Jira failed to answer for. Raises JiraError.

        A bound that was deleted meanwhile, and that Jira therefore refuses to compare with, is
        replaced by its neighbours further out; what is read beyond the range is left away.
        """
        lower = [one for one in self.bounds if part.low is not None and one <= part.low]
        upper = [one for one in self.bounds if part.high is not None and one >= part.high]
        lows = [*reversed(lower[-NEIGHBOURS:]), None]
        highs = [*upper[:NEIGHBOURS], None]
        tries = sorted(product(range(len(lows)), range(len(highs))), key=sum)
        for low, high in tries[:-1]:
            try:
                found, lost = self._pages(lows[low], highs[high])
            except Invalid:
                continue
            return [one for one in found if _is_within(one.id, part)], lost
        found, lost = self._pages(None, None)
        return [one for one in found if _is_within(one.id, part)], lost

    def _pages(self, low: int | None, high: int | None) -> tuple[list[Issue], list[str]]:
        """Page behind page; one that is too large is asked for smaller, down to the one issue."""
        issues: list[Issue] = []
        lost: list[str] = []
        after: list[str] | None = None
        limit = PAGE
        while True:
            page = partial(
                self.jira.search.page_between,
                self.scope,
                low=low,
                high=high,
                after=after,
                limit=limit,
                properties=self.marks,
            )
            try:
                found, after = self.patience.ask(partial(page, self.fields))
                issues += found
            except JiraError as error:
                if not self.patience.concerns_its_issues(error):
                    raise
                if limit > 1:
                    limit = max(1, limit // 4)
                    continue
                found, after = self.patience.ask(partial(page, ("id",)))
                lost += [one.id for one in found]
            if after is None:
                return issues, lost


def _is_within(issue_id: str, part: RunPart) -> bool:
    number = int(issue_id)
    above = part.low is None or number >= part.low
    return above and (part.high is None or number < part.high)
