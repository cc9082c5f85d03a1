"""Watches children: starts them in order, starts one again that dies, stops them in the right order.

Must be used from the main thread only: on Linux a child's life hangs on the thread that started it.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

from almconnect.launcher.child import Child, Recipe

TICK = 0.2
LOOK_AT_LOGS = 5.0  # seconds
WAITS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before each next start of one that keeps dying
SETTLED = 60.0  # one that lived this long starts again with the first wait


class StartFailed(Exception):
    """A child ended, or was not ready in time; the message holds the end of its log."""


class Stopped(Exception):
    """A person or the system asked us to stop while we were starting."""


class Supervisor:
    """The children by name, in the order in which they were started."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self.environment, self.logs = environment, logs
        self.children: dict[str, Child] = {}
        self._deaths: dict[str, int] = {}
        self._due: dict[str, tuple[float, Recipe]] = {}
        self._stopping = threading.Event()

    def heed_signals(self) -> None:
        def stop(number: int, frame: FrameType | None) -> None:
            self._stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)

    def start(self, recipe: Recipe) -> Child:
        child = Child(recipe, environment=self.environment, logs=self.logs)
        self.children[recipe.name] = child
        return child

    def wait_until(
        self,
        child: Child,
        ready: Callable[[], bool],
        within: float,
        why_not: Callable[[], str] = str,
    ) -> None:
        """Block until `ready()`. Raises StartFailed if the child ends or takes longer; Stopped.

        `why_not` is asked for words when time is up.
        """
        limit = time.monotonic() + within
        while not ready():
            if child.ended() is not None:
                raise StartFailed(f"{child.name} ended at once. Its log:\n{child.last_lines()}")
            if time.monotonic() > limit:
                raise StartFailed(
                    f"{child.name} was not ready within {within:g} s. {why_not()}\n"
                    f"Its log:\n{child.last_lines()}"
                )
            if self._stopping.wait(0.1):
                raise Stopped

    def run(self, recipe: Recipe, within: float) -> str:
        """Run a command to its end; the first line it printed. Raises StartFailed, Stopped."""
        child = Child(recipe, environment=self.environment, logs=self.logs)
        limit = time.monotonic() + within
        try:
            while child.ended() is None:
                if time.monotonic() > limit:
                    raise StartFailed(f"{recipe.name} took longer than {within:g} s.")
                if self._stopping.wait(0.02):
                    raise Stopped
            if child.ended():
                raise StartFailed(f"{recipe.name} failed. Its log:\n{child.last_lines()}")
            return child.first_line(1.0) if recipe.first_line else ""
        finally:
            child.end()

    def watch(self) -> None:
        """Until asked to stop: a child that ended is named and, after a wait, started again."""
        logs_due = 0.0
        while not self._stopping.wait(TICK):
            for name, child in list(self.children.items()):
                if child.ended() is not None:
                    self._bury(name, child)
            now = time.monotonic()
            if now >= logs_due:
                logs_due = now + LOOK_AT_LOGS
                self._bound_logs()
            for name, (due, recipe) in list(self._due.items()):
                if now >= due:
                    del self._due[name]
                    self.start(recipe)
                    say(f"{name} started again")

    def _bound_logs(self) -> None:
        for child in self.children.values():
            try:
                child.bound_log()
            except OSError as problem:  # a full disk: the children go on, and it is tried again
                say(f"the log of {child.name} cannot be put aside: {problem}")

    def _bury(self, name: str, child: Child) -> None:
        code = child.ended()
        del self.children[name]
        child.end()
        if not child.recipe.restarts:
            say(f"{name} ended (exit {code})")
            return
        lived = time.monotonic() - child.started
        deaths = 0 if lived > SETTLED else self._deaths.get(name, 0)
        wait = WAITS[min(deaths, len(WAITS) - 1)]
        self._deaths[name] = deaths + 1
        self._due[name] = (time.monotonic() + wait, child.recipe)
        say(f"{name} ended unexpectedly (exit {code}); starting it again in {wait:g} s")
        say(child.last_lines(5))

    def stop(self, order: tuple[str, ...]) -> None:
        """End the named kinds first, in that order, then all others; the latest started first."""
        kinds = [kind for kind in order if any(_is(name, kind) for name in self.children)]
        for kind in kinds:
            chosen = [name for name in self.children if _is(name, kind)]
            for name in chosen:
                self.children[name].ask_to_end()
            for name in chosen:
                self.children.pop(name).end()
        for name in list(reversed(self.children)):
            self.children.pop(name).end()


def _is(name: str, kind: str) -> bool:
    return name == kind or name.startswith(kind + "-")


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
