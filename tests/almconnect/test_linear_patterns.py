"""No pattern of ours takes more than about twice as long for twice as much of a stranger's text.

Every pattern of the packages below is found, whether it is a module's own or written at a call; so a new
one is tried as soon as it is there. (`jira_client` has its own such test.)
"""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from almconnect.lib.redact import redact

ROOT = Path(__file__).parents[2]
PACKAGES = ("accounts", "almconnect", "connections", "outgoing", "planning", "sync")
CALLS = {"search", "match", "fullmatch", "sub", "split", "findall", "finditer"}
WHOLE = {"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+"}  # is asked for a whole text alone, never searched for
OURS = {"connections.views.handbook"}  # reads our own docs, no stranger's text
UNITS = (
    *("a", "A", "0", " ", "\t", "\n", "_", "-", "/", "\\", "'", '"', "(", "[", "`", "*", ":", "="),
    *(
        "aA",
        "A_",
        "a ",
        " a",
        "://",
        "://a@",
        "/a",
        "'token'",
        "'token':",
        '"token":\'',
        "cookie:'",
    ),
    *(
        "basic ",
        "bearer a",
        "order by ",
        "-----BEGIN ",
        "authorization:\"'",
        "sha-256",
        "1.1",
        "**a",
    ),
    *("[a](", "[a]", "team ", "oauth_token=", "password=", "alm_", "\n \n", "# ", "x\\'"),
)
SHORT, LONG = 1_000, 8_000


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if "migrations" not in path.parts and name not in OURS:
                yield name, path


def written(path: Path) -> Iterator[re.Pattern[str]]:
    """Patterns that stand as plain text in a call of `re`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        func, first = node.func, node.args[0]
        of_re = isinstance(func.value, ast.Name) and func.value.id == "re" and func.attr in CALLS
        if of_re and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield re.compile(first.value, re.IGNORECASE)


def held(value: object) -> Iterator[re.Pattern[str]]:
    """Patterns of a module's name, also in tuples of tuples."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from held(one)


def patterns() -> dict[tuple[str, int], re.Pattern[str]]:
    found: dict[tuple[str, int], re.Pattern[str]] = {}
    for name, path in modules():
        own = [*written(path)]
        if "re.compile(" in path.read_text(encoding="utf-8"):
            for value in vars(importlib.import_module(name)).values():
                own += held(value)
        found |= {(one.pattern, one.flags): one for one in own}
    return found


def seconds(pattern: re.Pattern[str], text: str) -> float:
    """The better of two: another process may take the time of one."""
    best = float("inf")
    for _ in range(2):
        begun = time.process_time()
        if pattern.pattern not in WHOLE:
            sum(1 for _match in pattern.finditer(text))
        pattern.fullmatch(text)
        best = min(best, time.process_time() - begun)
    return best


def is_linear(pattern: re.Pattern[str], unit: str) -> bool:
    """Eight times the text: linear takes 8 times as long, quadratic 64 times."""
    long = seconds(pattern, unit * LONG)
    return long < 0.02 or long < 24 * max(seconds(pattern, unit * SHORT), 0.0005)


def test_every_pattern_is_linear() -> None:
    known = patterns()
    assert len(known) > 25
    slow = [
        (pattern.pattern, unit)
        for pattern in known.values()
        for unit in UNITS
        if not is_linear(pattern, unit)
    ]
    assert not slow


@pytest.mark.parametrize(("pattern", "unit"), [(r"\s+x", " "), (r"a[^'b]*b", "a"), (r"\w*=", "_")])
def test_the_measure_tells_a_quadratic_one(pattern: str, unit: str) -> None:
    assert not is_linear(re.compile(pattern), unit)


def test_the_net_below_all_logs_is_linear() -> None:
    for unit in UNITS:
        begun = time.process_time()
        redact(unit * SHORT)
        short = time.process_time() - begun
        begun = time.process_time()
        redact(unit * LONG)
        assert time.process_time() - begun < 40 * max(short, 0.003), unit
