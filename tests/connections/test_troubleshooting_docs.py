"""docs/troubleshooting.md has a paragraph for every code that a person can meet, and no other.

The doctor's codes are its own list, which tests/doctor holds against the explaining modules. The
console's own are read out of the modules that make them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connections.health import diagnosis
from jira_client.diagnosis import CODES

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "connections").rglob("*.py"))
# Where each call holds its code: as the nth argument, or as `code=`.
PLACES = {"Finding": 3, "refuse": 2, "Row": 5, "NotReady": 0}
# Modules whose refusals of input are met in the middle of a flow, as codes of their own.
REFUSING = ("handshake.py", "token_exchange.py", "oauth_flow.py")


def paragraphs() -> dict[str, str]:
    text = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^### ([a-z0-9-]+)\n\n(.+)$", text, re.MULTILINE))


def headings() -> list[str]:
    text = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    return re.findall(r"^### (.+)$", text, re.MULTILINE)


def told(node: ast.expr) -> Iterator[str]:
    """The codes an expression may be: a text, one of two, or the needs of a permission."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from told(node.body)
        yield from told(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        assert ast.unparse(node) == "f'permissions_{need}'", ast.unparse(node)
        yield from ("permissions_required", "permissions_recommended")


def own_codes() -> set[str]:
    found: set[str] = set()
    for path in MODULES:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            called = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if called not in PLACES and not (called == "Refused" and path.name in REFUSING):
                continue
            values = [word.value for word in call.keywords if word.arg == "code"]
            place = PLACES.get(called, len(call.args))
            found.update(
                code for value in (*values, *call.args[place : place + 1]) for code in told(value)
            )
    return found


def every_code() -> set[str]:
    return {*CODES, *own_codes(), *diagnosis.ANCHORS}


@pytest.mark.parametrize("code", sorted(every_code()))
def test_every_code_has_its_paragraph(code: str) -> None:
    assert len(paragraphs().get(code.replace("_", "-"), "").split()) > 4


def test_every_paragraph_is_of_a_code_that_exists() -> None:
    known = {code.replace("_", "-") for code in every_code()}
    assert [one for one in headings() if one not in known] == []
    assert len(headings()) == len(set(headings()))


def test_the_codes_are_really_found() -> None:
    assert {
        "flow_foreign",
        "webhook_silent",
        "check_crashed",
        "oauth_denied",
        "stopped",
    } <= own_codes()
    assert {"permissions_required", "secret_missing", "not_encrypted"} <= own_codes()
