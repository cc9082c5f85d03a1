"""One door per kind of Jira and test process, and behind it a new Jira for each test.

The address stays, so that rows recorded with it fit again (recorded_rows.py). The Jira is never the one of
another test: each gets objects of its own, thawed from a seed that is at most `SECONDS` old.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

from jira_sandbox.app import furnish
from jira_sandbox.model.site import Site
from jira_sandbox.seed import seeded
from jira_sandbox.server import Handle, Server, bound, opened
from jira_sandbox.state.dump import dumped

SECONDS = (
    60.0  # what was seeded or recorded before is no longer "just now" to polls and comparisons
)
OF_ONE_SITE = {"lock", "listeners", "closers", "parts"}  # made anew by the site and its application

PLAIN = ("skew", "basic_disabled", "seen_as", "documents", "plain_comments", "largest_attachment")
WORDS = ("types", "statuses", "priorities", "resolutions", "link_types", "workflow", "fields")

Kind = tuple[str, int]  # flavour and version
State = tuple[Any, ...]


def state_of(site: Site) -> State:
    """All that a test may have changed of a Jira, to compare; but for its address, its counts of
    calls, and the page tokens of searches that were answered.
    """
    plain = {name: getattr(site, name) for name in PLAIN}
    words = {name: dict(getattr(site, name)) for name in WORDS}
    faults, limits = site.parts["faults"], site.parts["limits"]
    return (
        dumped(site),
        plain,
        words,
        faults.listed(),
        dict(limits._buckets),
        {*site.parts} - {"tokens"},
    )


@dataclass(frozen=True, slots=True, eq=False)
class Seed:
    """A seeded site as bytes. Equal to itself alone: two seeds differ in their moments."""

    kind: Kind
    made: float
    frozen: bytes
    state: State

    @classmethod
    def sown(cls, kind: Kind) -> Seed:
        site = seeded(kind[0], version=kind[1])
        furnish(site)
        held = {name: value for name, value in vars(site).items() if name not in OF_ONE_SITE}
        made = cls(kind, time.monotonic(), pickle.dumps(held), state_of(site))
        site.close()
        return made

    def thawed(self) -> Site:
        site = Site(*self.kind)
        vars(site).update(pickle.loads(self.frozen))  # noqa: S301  (our own bytes)
        return site

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self.made < SECONDS


class Doors:
    """The doors of this process, opened when they are first asked for."""

    def __init__(self) -> None:
        self._open: dict[Kind, tuple[Server, Thread]] = {}
        self._seeds: dict[Kind, Seed] = {}
        self.seed_of: dict[int, Seed] = {}  # by port: what was sown behind the door that is in use

    @contextmanager
    def sandbox(self, flavour: str, version: int = 10) -> Iterator[Handle]:
        """A freshly seeded Jira at the address of its kind. One block of a kind at a time."""
        kind = flavour, version
        seed = self._seeds.get(kind)
        if seed is None or not seed.is_fresh:
            seed = self._seeds[kind] = Seed.sown(kind)
        site = seed.thawed()
        if kind not in self._open:
            server = bound(site)[0]
            self._open[kind] = server, opened(server)
        server = self._open[kind][0]
        handle = server.show(site)
        assert handle.port not in self.seed_of, "this door is in use"
        self.seed_of[handle.port] = seed
        try:
            yield handle
        finally:
            del self.seed_of[handle.port]
            server.hang_up()
            site.close()

    def close(self) -> None:
        for server, thread in self._open.values():
            server.end()
            thread.join(5)
        self._open.clear()


doors = Doors()
