"""What lower packages ask of higher ones is filled in once, in the composition root, and nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sized
from pathlib import Path

from connections.access import gateway
from connections.cockpit import cockpit
from connections.health import site_identity
from connections.setup import deletion

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "almconnect", "connections", "planning", "sync", "jira_client")
LISTS = {"observers", "flows", "before_accepting", "counters", "farewells"}


def test_every_list_is_filled_once() -> None:
    filled: dict[str, Sized] = {
        "observers": gateway.observers,
        "flows": cockpit.flows,
        "before_accepting": site_identity.before_accepting,
        "counters": deletion.counters,
        "farewells": deletion.farewells,
    }
    own = {"observers": 1}  # the rate budget is of connections itself
    assert {name: len(held) for name, held in filled.items()} == {
        name: 1 + own.get(name, 0) for name in LISTS
    }


def appended_to(path: Path) -> Iterator[str]:
    """The names of module-level lists of other modules that this file appends to."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"append", "extend", "insert"}
            and isinstance(node.func.value, ast.Attribute)
            and node.func.value.attr in LISTS
        ):
            yield node.func.value.attr


def test_only_the_composition_root_fills_them() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): set(appended_to(path))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }
    assert {path: names for path, names in found.items() if names} == {"almconnect/apps.py": LISTS}
