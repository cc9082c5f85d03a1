"""Which tests run and in which order, where somebody asks for fewer than all: options of pytest.

`--one-flavour` keeps, of each test that runs on Cloud and on Data Center, one of the two: which one is
decided by the test's name, so that either flavour gets about half. `--half first` does so for the tests of
rows alone, and `--half second` runs just the others of those, and what has no flavour: two runs on two
databases (.ci/run) run each such test on both flavours and on both databases, and none of them four times.
`--first PATH` puts a file's tests before all others; it may be given several times. `--shortest-first`
begins with the files that take least.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from pathlib import Path

import pytest

from tests import environment

FLAVOURS = ("cloud", "datacenter")
HALVES = ("first", "second")
ELSEWHERE = ("browser", "process", "redis")  # marks of what is no test of rows alone


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("ALM Connect")
    group.addoption("--one-flavour", action="store_true", help="each test on one flavour of Jira")
    group.addoption(
        "--half",
        choices=HALVES,
        default=environment.HALF,
        help="tests of rows alone on one flavour, or on the other",
    )
    group.addoption("--shortest-first", action="store_true", help="long files last")
    group.addoption("--first", action="append", default=[], help="a file whose tests come first")


def select(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out and reorder `items` in place, as the options ask."""
    if config.getoption("one_flavour"):
        _keep(config, items, _on_one_flavour(items))
    if half := config.getoption("half"):
        rows = [item for item in items if _of_rows_alone(item)]
        kept = _on_one_flavour(rows, HALVES.index(half))
        _keep(config, items, kept if half == "second" else kept | {*items} - {*rows})
    first = {Path(one).resolve() for one in config.getoption("first")}
    items.sort(key=lambda item: item.path not in first)


def _keep(config: pytest.Config, items: list[pytest.Item], kept: set[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=[one for one in items if one not in kept])
    items[:] = [one for one in items if one in kept]


def _of_rows_alone(item: pytest.Item) -> bool:
    """Whether it is of the database and of nothing else: what is worth a run on each database."""
    marks = {mark.name for mark in item.iter_markers()}
    return "database" in marks and not marks & {*ELSEWHERE}


def _on_one_flavour(items: list[pytest.Item], turn: int = 0) -> set[pytest.Item]:
    """`turn` 1 takes the other flavour of each."""
    alike: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        alike[_without_flavour(item)].append(item)
    kept: set[pytest.Item] = set()
    for name, same in alike.items():
        wanted = FLAVOURS[(zlib.crc32(name.encode()) + turn) % len(FLAVOURS)]
        kept.update([one for one in same if wanted in _parameters(one)] or same)
    return kept


def _without_flavour(item: pytest.Item) -> str:
    return "-".join([item.nodeid.partition("[")[0], *sorted(_parameters(item) - {*FLAVOURS})])


def _parameters(item: pytest.Item) -> set[str]:
    """The words between the brackets of a test's name."""
    callspec = getattr(item, "callspec", None)
    return set(callspec.id.split("-")) if callspec else set()
