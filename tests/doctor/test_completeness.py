"""The table misses no code that the doctor can give, but for a few that no Jira can provoke."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jira_client import diagnosis
from jira_client.diagnosis import CODES, oauth
from tests.doctor.test_every_failure import PARAGRAPHS, ROWS

NOT_BY_JIRA = {
    "connect_failed": "the base of its kinds; the sender raises only these",
    "pages_repeat": "no sandbox lists without end: see tests/jira_client/test_endless_pages.py",
    "bad_payload": "a webhook's body, which comes to us: see tests/jira_client/test_webhook_events.py",
    "signing_unavailable": "this computer's cryptography; see tests/jira_client/test_keys.py",
    "key_unusable": "a private key of our own, nothing is sent: see tests/jira_client/test_keys.py",
    "internal": "our own fault",
}
FOLDER = Path(diagnosis.__file__).parent


def written() -> Iterator[str]:
    """The code of every Finding and Diagnosis in the explaining modules, as far as it is text."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            if getattr(node.func, "id", "") in ("Finding", "Diagnosis"):
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value


def test_every_code_is_provoked_or_excused() -> None:
    provoked = {row.code for row in ROWS}
    assert CODES - provoked == set(NOT_BY_JIRA)
    assert provoked <= CODES


def test_the_list_of_codes_is_what_the_modules_say() -> None:
    plain = {code for code in written() if code not in ("tls_", "proxy_", "oauth_", "html")}
    plain -= {"internal"}
    assert plain <= CODES
    said = {code for code in CODES if not code.startswith(("tls_", "proxy_", "oauth_"))}
    assert said - plain == {"internal", "jira_error"}


def test_every_word_of_the_provider_stands_in_every_place() -> None:
    names = {row.name for row in ROWS}
    for word in oauth.WORDS:
        if word not in ("callback_unconfirmed", "token_missing"):
            assert {f"{word} in {place}" for place in ("header", "body", "json", "html")} <= names


def test_every_code_has_its_paragraph() -> None:
    missing = {code for code in CODES if code.replace("_", "-") not in PARAGRAPHS}
    assert not missing
