"""Webhook deliveries: is the signature right, and which issue, link or sprint does it hint at.

Nothing in a body is trusted: it names things, and they are read again from Jira. So this takes out
names only, from bodies of every Jira between Server 4 and Cloud, and never an address to call.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks
Data Center: https://confluence.atlassian.com/adminjiraserver/managing-webhooks-938846912.html
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from jira_client import json_text, parse
from jira_client.errors import BadPayload
from jira_client.values import History, Issue

# Bounds of our own, wide enough for every recorded delivery
MAX_DEPTH = 64
MAX_BYTES = 2_500_000
_ISSUE_IN_ADDRESS = re.compile(r"/issue/(\d+)/")
_KEY = re.compile(r"[^\W\d_]\w{0,254}-\d{1,18}")
_ID = re.compile(r"\d{1,18}")
_UTMOST_MS = 32_503_680_000_000  # the year 3000


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What a delivery says, reduced to names.

    event: Jira's event name, empty where the body has none. link: ids of (source, target).
    delivery_id: the same for all attempts of one delivery; None where Jira does not send it.
    retry: how many attempts went before. timestamp: aware, UTC. moved: the issue changed its key.
    """

    event: str
    issue_id: str | None = None
    issue_key: str | None = None
    project_id: str | None = None
    project_key: str | None = None
    link: tuple[str, str] | None = None
    sprint_id: int | None = None
    actor_id: str | None = None
    timestamp: datetime | None = None
    delivery_id: str | None = None
    retry: int = 0
    board_id: int | None = None
    moved: bool = False


def signature_ok(secret: str, raw_body: bytes, header: str | None) -> bool:
    """Whether the X-Hub-Signature header fits the body, byte for byte; SHA-256 only.

    Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks
    """
    if not secret or not header:
        return False
    method, _, shown = header.strip().partition("=")
    if method.lower() != "sha256":
        return False
    expected = hmac.new(secret.encode(), raw_body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), shown.strip().lower().encode())


def parse_event(
    headers: Mapping[str, str],
    body: bytes,
    *,
    max_depth: int = MAX_DEPTH,
    max_bytes: int = MAX_BYTES,
) -> WebhookEvent:
    """The issue, link, sprint, board or project that a delivery names, who acted and when.

    Raises BadPayload for what is no JSON object, or too much of one. Unknown events and missing parts
    are no error. Header names are taken in any case.
    """
    found = _load(body, max_depth, max_bytes)
    given = {name.lower(): value for name, value in headers.items()}
    issue = _object(found.get("issue"))
    fields = _object(issue.get("fields"))
    project = _object(fields.get("project")) or _object(found.get("project"))
    version = _object(found.get("version"))
    sprint = _object(found.get("sprint"))
    board = _object(found.get("board")) or _object(found.get("configuration"))
    return WebhookEvent(
        event=_event(found, issue),
        issue_id=_id(issue.get("id")) or _issue_of_comment(found),
        issue_key=_key(issue.get("key")),
        project_id=_id(project.get("id")) or _id(version.get("projectId")),
        project_key=_short(project.get("key")),
        link=_link(_object(found.get("issueLink"))),
        sprint_id=_number(sprint.get("id")),
        actor_id=_actor(found),
        timestamp=_timestamp(found.get("timestamp")),
        delivery_id=_short(given.get("x-atlassian-webhook-identifier")),
        retry=_number(given.get("x-atlassian-webhook-retry")) or 0,
        board_id=_number(board.get("id") or sprint.get("originBoardId")),
        moved=found.get("issue_event_type_name") == "issue_moved",
    )


def deleted_issue(body: bytes) -> Issue | None:
    """The issue as a `jira:issue_deleted` body last shows it, for people to see; None for another body.

    Raises BadPayload.
    """
    found = _load(body, MAX_DEPTH, MAX_BYTES)
    issue = _object(found.get("issue"))
    number, key = _id(issue.get("id")), _key(issue.get("key"))
    if found.get("webhookEvent") != "jira:issue_deleted" or not number or not key:
        return None
    return Issue(number, key, _object(issue.get("fields")))


def told_change(body: bytes) -> History | None:
    """The change that a `jira:issue_updated` body tells, for saying who made it; None without one.

    Raises BadPayload, and NotJira where the change has another shape than Jira's.
    """
    found = _load(body, MAX_DEPTH, MAX_BYTES)
    log = _object(found.get("changelog"))
    if not isinstance(log.get("items"), list):
        return None
    told = parse.history({**log, "author": _object(found.get("user"))})
    fields = _object(_object(found.get("issue")).get("fields"))
    (whole,) = parse.in_whole(fields, (told,))
    return replace(whole, created=_timestamp(found.get("timestamp")))


def _load(body: bytes, max_depth: int, max_bytes: int) -> Mapping[str, Any]:
    if len(body) > max_bytes:
        raise BadPayload(f"The webhook body is larger than {max_bytes:,} bytes.")
    try:
        found = json_text.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadPayload("The webhook body is not JSON.") from error
    if not isinstance(found, Mapping):
        raise BadPayload("The webhook body is JSON, but not an object.")
    if _deeper_than(found, max_depth):
        raise BadPayload(f"The webhook body nests deeper than {max_depth} levels.")
    return found


def _deeper_than(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(part for part in item.values() if isinstance(part, dict | list))
            elif isinstance(item, list):
                below.extend(part for part in item if isinstance(part, dict | list))
        if not below:
            return False
        level = below
    return True


def _event(found: Mapping[str, Any], issue: Mapping[str, Any]) -> str:
    name = found.get("webhookEvent")
    if isinstance(name, str) and name:
        return name[:100]
    # Old Server's "fire a webhook" post function names no event, only the transition.
    return "jira:issue_updated" if issue and "transition" in found else ""


def _issue_of_comment(found: Mapping[str, Any]) -> str | None:
    address = _object(found.get("comment")).get("self")
    match = _ISSUE_IN_ADDRESS.search(address) if isinstance(address, str) else None
    return match[1] if match else None


def _link(link: Mapping[str, Any]) -> tuple[str, str] | None:
    source, target = _id(link.get("sourceIssueId")), _id(link.get("destinationIssueId"))
    return (source, target) if source and target else None


def _actor(found: Mapping[str, Any]) -> str | None:
    comment = _object(found.get("comment"))
    for person in (found.get("user"), comment.get("updateAuthor"), comment.get("author")):
        user = _object(person)
        name = user.get("accountId") or user.get("name")
        if isinstance(name, str) and name:
            return name[:255]
    return None


def _timestamp(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _UTMOST_MS:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _id(value: Any) -> str | None:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _ID.fullmatch(text) else None


def _key(value: Any) -> str | None:
    return value if isinstance(value, str) and _KEY.fullmatch(value) else None


def _short(value: Any) -> str | None:
    return value[:255] if isinstance(value, str) and value else None


def _number(value: Any) -> int | None:
    text = _id(value)
    return int(text) if text else None
