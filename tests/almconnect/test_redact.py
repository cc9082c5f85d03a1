"""Secrets are cut out of text; plain sentences, ids and counts are left as they are."""

from __future__ import annotations

import json
import logging
import uuid

import pytest

from almconnect.lib.logs import formatter
from almconnect.lib.redact import HIDDEN, redact, redact_value

CANARY = "cAnaRy0123456789abcdefGHIJKLmnopqrstuv"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {CANARY}",
        f"{{'Authorization': 'Basic {CANARY}=='}}",
        f'"authorization": "OAuth oauth_token=\\"{CANARY}\\""',
        f"sent Bearer {CANARY} to Jira",
        f'OAuth oauth_consumer_key="x", oauth_token="{CANARY}", oauth_signature="{CANARY}"',
        f"GET /request-token?oauth_verifier={CANARY}&x=1",
        f"oauth_token%3D{CANARY}",
        f"redis://:{CANARY}@redis:6379/0 refused",
        f"https://anna:{CANARY}@jira.example.com/",
        f"https://{CANARY}@jira.example.com/",
        f"Cookie: JSESSIONID={CANARY}; other={CANARY}",
        f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----",
        f"-----BEGIN PRIVATE KEY-----\n{CANARY}",
        f"password={CANARY}",
        f'{{"access_token": "{CANARY}"}}',
        f"alm_{CANARY}",
        f"POST /hooks/jira/{CANARY}",
        f"GET /setup/{CANARY}/",
    ],
)
def test_no_part_of_a_secret_is_left(text: str) -> None:
    assert CANARY not in redact(text)
    assert HIDDEN in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication is switched off on this Jira.",
        "Send a valid token: Authorization uses a bearer token.",
        "OAuth problem: the consumer key is not known.",
        "The token expired; re-authenticate the connection.",
        "https://jira.example.com:8443/jira/browse/TEAM-12",
        f"/api/v1/connections/{uuid.UUID(int=77)}/projects",
        f"GET /api/v1/items/{uuid.UUID(int=77)}",
        "anna@example.com",
    ],
)
def test_what_people_must_read_stays(text: str) -> None:
    assert redact(text) == text


def test_names_decide_for_values() -> None:
    seen = redact_value(
        {"token": CANARY, "token_id": "7", "password": 1234, "tokens": 3, "secret": {"a": "b"}}
    )
    assert seen == {
        "token": HIDDEN,
        "token_id": "7",
        "password": HIDDEN,
        "tokens": 3,
        "secret": HIDDEN,
    }


def test_bytes_and_objects_become_redacted_text() -> None:
    problem = ValueError(f"https://u:{CANARY}@x/")
    assert redact_value(f"Bearer {CANARY}".encode()) == f"Bearer {HIDDEN}"
    assert redact_value([problem, {"x"}]) == [f"https://{HIDDEN}@x/", ["x"]]


def test_a_log_line_with_a_traceback_is_json_without_the_secret() -> None:
    problem = ValueError(f"Authorization: Bearer {CANARY}")
    about = (ValueError, problem, None)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "went wrong", (), about)
    line = formatter().format(record)
    assert CANARY not in line
    assert json.loads(line)["event"] == "went wrong"
