"""Asking again within one slice of work: scattered failures of a Jira must not end an import.

Only for reads. Each call is repeated by itself, after what Jira asked to wait or a growing pause,
until the slice's time is over; then the last error goes to the caller, who tries later.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from jira_client.errors import JiraError, NotJson, ServerFault, TooBig, TooLarge
from sync.core.retry import Failure, Verdict, decide

T = TypeVar("T")
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 4.0
STUBBORN = 3  # answers of 500 to one question, while others are answered, until it is halved


class Patience:
    """One slice's patience, shared by its threads. `until` is a moment of `time.monotonic`."""

    def __init__(self, until: float) -> None:
        self.until = until
        self._over = threading.Event()
        self._answers = 0

    def end(self) -> None:
        """Nobody waits any longer: pauses end, and what fails now is raised."""
        self._over.set()

    def ask(self, work: Callable[[], T]) -> T:
        """The answer of `work()`. Raises JiraError where repeating is no use, or time is over."""
        tries = stubborn = 0
        while True:
            try:
                answer = work()
            except JiraError as error:
                tries += 1
                stubborn += isinstance(error, ServerFault) and error.status == 500
                if not is_passing(error) or (stubborn >= STUBBORN and self._answers):
                    raise
                pause = self._pause(error, tries)
                if time.monotonic() + pause > self.until or self._over.wait(pause):
                    raise
            else:
                self._answers += 1
                return answer

    def ask_in_halves(
        self, work: Callable[[Sequence[str]], Sequence[T]], ids: Sequence[str]
    ) -> tuple[list[T], list[str]]:
        """The answers for `ids`, and the ids that Jira cannot answer even alone.

        An answer beyond the bound, or a request that Jira fails on, is asked for in halves: one
        poisoned issue must not stop the others. Raises JiraError.
        """
        try:
            return list(self.ask(lambda: work(ids))), []
        except JiraError as error:
            if not self.concerns_its_issues(error):
                raise
            if len(ids) == 1:
                return [], list(ids)
        half = len(ids) // 2
        left, lost = self.ask_in_halves(work, ids[:half])
        right, also = self.ask_in_halves(work, ids[half:])
        return left + right, lost + also

    def concerns_its_issues(self, error: JiraError) -> bool:
        """Is it these issues, rather than Jira as a whole, that the answer fails for?"""
        if isinstance(error, TooLarge | TooBig):
            return True
        # A 500 while other questions are answered; a Jira that is down says so to every question.
        return isinstance(error, ServerFault) and error.status == 500 and self._answers > 0

    @staticmethod
    def _pause(error: JiraError, tries: int) -> float:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(tries - 1, 8))
        pause *= 0.7 + 0.6 * random.random()  # noqa: S311  # jitter, not a secret
        return max(pause, error.retry_after or 0.0)


def is_passing(error: JiraError) -> bool:
    """May the same read succeed in a moment? Refusals and login pages do not pass by themselves."""
    if isinstance(error, NotJson):
        return error.kind != "login_page"
    if isinstance(error, TooLarge):
        return False
    failure = Failure(error.code, transient=error.transient, outcome_unknown=error.outcome_unknown)
    return error.transient and decide(failure, 1).verdict is Verdict.LATER
