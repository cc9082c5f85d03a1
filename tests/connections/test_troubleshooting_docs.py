"""Every code that a person can meet has its paragraph in docs/troubleshooting.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connections import diagnosing
from jira_client import errors
from jira_client.diagnosis import explain, oauth

ROOT = Path(__file__).resolve().parents[2]
TLS = ("unknown_ca", "self_signed", "expired", "host_mismatch", "fingerprint_mismatch", "other")
PAGES = ("login_page", "html", "empty", "garbage")


def headings() -> set[str]:
    text = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    return set(re.findall(r"^### ([a-z0-9-]+)$", text, re.MULTILINE))


def every_error(kind: type[errors.JiraError] = errors.JiraError) -> Iterator[errors.JiraError]:
    yield kind("x")
    for child in kind.__subclasses__():
        if child.__module__ == "jira_client.errors":
            yield from every_error(child)


def all_errors() -> list[errors.JiraError]:
    problems = (*oauth._KNOWN, "signature_invalid", "timestamp_refused")
    return [
        *(one for one in every_error() if not isinstance(one, errors.OAuthProblem)),
        *(errors.TlsFailed("x", kind=kind) for kind in TLS),
        *(errors.NotJson("x", kind=kind) for kind in PAGES),
        *(errors.OAuthProblem("x", problem=problem) for problem in problems),
    ]


def own_codes() -> set[str]:
    """Codes written in our own modules: the fourth of a Finding, `code=…`, and flow refusals."""
    found = set()
    for name in ("probes", "handshake", "flows", "checkup"):
        tree = ast.parse((ROOT / f"connections/{name}.py").read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            called = getattr(call.func, "id", getattr(call.func, "attr", ""))
            places = {"Finding": 3, "refuse": 2, "Row": 5}
            values = [word.value for word in call.keywords if word.arg == "code"]
            if called in places and len(call.args) > places[called]:
                values.append(call.args[places[called]])
            found |= {v.value for v in values if isinstance(v, ast.Constant)}
    return {code for code in found if code}


@pytest.mark.parametrize("error", all_errors(), ids=lambda one: type(one).__name__)
def test_jira_s_failures(error: errors.JiraError) -> None:
    found = explain(error)
    assert found.anchor in headings(), found.code
    assert found.what
    assert found.remedy


def test_our_own() -> None:
    codes = own_codes()
    assert {"flow_foreign", "webhook_silent", "check_crashed", "oauth_denied"} <= codes
    missing = {code.replace("_", "-") for code in codes - {"not_found"}} - headings()
    assert not missing
    assert set(diagnosing.ANCHORS.values()) <= headings()
