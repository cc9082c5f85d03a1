"""Deliveries are reduced to names; what is no delivery is refused without harm."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jira_client.errors import BadPayload
from jira_client.webhook import deleted_issue, parse_event, signature_ok

SECRET, BODY = "It's a Secret to Everybody", b"Hello World!"
HEX = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"


def test_the_published_signature() -> None:
    assert signature_ok(SECRET, BODY, f"sha256={HEX}")
    assert signature_ok(SECRET, BODY, f"SHA256={HEX.upper()}")


@pytest.mark.parametrize(
    ("secret", "body", "header"),
    [
        (SECRET, b"Hello World", f"sha256={HEX}"),
        ("other", BODY, f"sha256={HEX}"),
        (SECRET, BODY, f"sha1={HEX}"),
        (SECRET, BODY, HEX),
        (SECRET, BODY, "sha256="),
        (SECRET, BODY, "sha256=ä"),
        (SECRET, BODY, None),
        ("", BODY, f"sha256={HEX}"),
    ],
)
def test_anything_else_is_no_signature(secret: str, body: bytes, header: str | None) -> None:
    assert not signature_ok(secret, body, header)


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nope",
        b"[1]",
        b'"text"',
        b'{"timestamp": NaN}',
        b'{"timestamp": -Infinity}',
        b"\xff\xfe{}",
        deep(65),
        deep(100_000),
        b'{"a":' + b"[" * 70 + b"]" * 70 + b"}",
        b'{"a": "' + b"x" * 2_500_000 + b'"}',
    ],
    ids=[
        "empty",
        "text",
        "list",
        "string",
        "nan",
        "inf",
        "bytes",
        "deep",
        "abyss",
        "lists",
        "huge",
    ],
)
def test_what_is_no_delivery(body: bytes) -> None:
    with pytest.raises(BadPayload):
        parse_event({}, body)


def test_depth_within_the_cap_and_doubled_names_are_read() -> None:
    assert parse_event({}, deep(64)).event == ""
    assert parse_event({}, b'{"webhookEvent": "a", "webhookEvent": "b"}').event == "b"


def test_half_a_surrogate_pair_is_read() -> None:
    assert parse_event({}, b'{"webhookEvent": "a", "x": "\\ud83d"}').event == "a"


@pytest.mark.parametrize("value", ["../../x", {"a": 1}, True, -5, 1.5, "9" * 30, None, ["1"]])
def test_odd_ids_are_no_ids(value: Any) -> None:
    body = {"webhookEvent": "jira:issue_updated", "issue": {"id": value, "key": value}}
    event = parse_event({}, json.dumps(body).encode())
    assert (event.issue_id, event.issue_key) == (None, None)


def test_attempts_of_one_delivery_are_told_by_headers() -> None:
    headers = {"X-Atlassian-Webhook-Identifier": "abc", "x-atlassian-webhook-retry": "2"}
    event = parse_event(headers, b"{}")
    assert (event.delivery_id, event.retry) == ("abc", 2)


EXPECTED = {
    "webhooks-cloud-2020/jira_issue_updated.project.json": ("jira:issue_updated", "19518", True),
    "webhooks-server-and-cloud/change_status_v1.json": ("jira:issue_updated", "10200", False),
    "webhooks-server-and-cloud/comment_created_no_issue_details.json": (
        "comment_created",
        "10000",
        False,
    ),
    "webhooks-server-and-cloud/example_anomalous_payload.json": ("", None, False),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_recorded_deliveries(name: str, jira_data: Path) -> None:
    event = parse_event({}, (jira_data / "recorded" / name).read_bytes())
    assert (event.event, event.issue_id, event.moved) == EXPECTED[name]


def test_every_recorded_delivery_about_an_issue_names_it(jira_data: Path) -> None:
    seen = 0
    for path in sorted((jira_data / "recorded").glob("webhooks-*/*.json")):
        event = parse_event({}, path.read_bytes())
        if event.event.startswith(("jira:issue", "comment")):
            assert event.issue_id, path.name
            seen += 1
        if event.event.startswith("issuelink"):
            assert event.link == ("20192", "20734")
        if event.event.startswith("sprint"):
            assert event.sprint_id, path.name
    assert seen > 35


def test_a_recorded_delivery_has_its_actor_and_time(recorded: Callable[[str], Any]) -> None:
    body = recorded("webhooks-cloud-2020/jira_issue_updated.json")
    event = parse_event({}, json.dumps(body).encode())
    assert event.actor_id == body["user"]["accountId"]
    assert event.timestamp == datetime.fromtimestamp(body["timestamp"] / 1000, UTC)
    assert event.project_key == "GOLD"


def test_the_last_shape_of_a_deleted_issue(jira_data: Path) -> None:
    folder = jira_data / "recorded" / "webhooks-cloud-2020"
    issue = deleted_issue((folder / "jira_issue_deleted.json").read_bytes())
    assert issue is not None
    assert issue.key == "TIGR-361"
    assert deleted_issue((folder / "jira_issue_created.json").read_bytes()) is None
