"""The values that Jira's answers become: frozen, slotted, typed, in Jira's own words.

For every caller of the client, `sync.core` included, which is why nothing here does I/O, parses
JSON or imports more than the standard library. Parsing lives in `jira_client.parse`.

Identifiers are strings wherever Jira writes them as strings, and whole numbers for boards and
sprints, which Jira Software numbers. Moments are aware datetimes in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Deployment(StrEnum):
    """Which family of Jira answers."""

    CLOUD = "cloud"
    DATA_CENTER = "datacenter"


class PermissionState(StrEnum):
    """What is known of one permission: a failed question is unknown, never missing."""

    HELD = "held"
    MISSING = "missing"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What an instance says of itself; `date_header` is the clock of the answer itself."""

    base_url: str
    version: str
    version_numbers: tuple[int, ...]
    deployment: Deployment
    build_number: int | None
    server_time: datetime | None
    title: str
    date_header: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """A Jira user. `id` is what Jira accepts back: accountId on Cloud, user name elsewhere."""

    id: str
    name: str
    email: str | None = None
    active: bool = True
    time_zone: str | None = None
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A Jira project; `style` is `classic`, `next-gen` or empty where Jira does not say."""

    id: str
    key: str
    name: str
    archived: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class IssueType:
    """An issue type; `hierarchy_level` (-1 sub-task, 0, 1 epic, …) is known on Cloud only."""

    id: str
    name: str
    subtask: bool = False
    hierarchy_level: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """A workflow status; `category` is `new`, `indeterminate`, `done` or empty (not told)."""

    id: str
    name: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field of the instance. Find custom fields by `schema_custom`, never by id or name."""

    id: str
    name: str
    custom: bool = False
    schema_type: str | None = None
    schema_items: str | None = None
    schema_custom: str | None = None


@dataclass(frozen=True, slots=True)
class FieldMeta:
    """A field as a screen offers it: `allowed` holds Jira's own JSON values, unread."""

    id: str
    name: str
    required: bool = False
    has_default: bool = False
    schema_type: str | None = None
    schema_items: str | None = None
    schema_custom: str | None = None
    operations: tuple[str, ...] = ()
    allowed: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue with the fields that were asked for, in Jira's JSON (v2) shape.

    `history`: its changes, oldest first, where they were asked for; Cloud gives the newest ones.
    """

    id: str
    key: str
    fields: Mapping[str, Any]
    updated: datetime | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    history: tuple["History", ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """A step this user can take now; choose it by `to.id`, never by name."""

    id: str
    name: str
    to: Status
    fields: tuple[FieldMeta, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkType:
    """A kind of link: `outward` reads from its source ("blocks"), `inward` from its target."""

    id: str
    name: str
    inward: str
    outward: str


@dataclass(frozen=True, slots=True)
class IssueLink:
    """A link, read "source <outward> target". The source is what Jira calls inwardIssue."""

    id: str
    type: LinkType
    source_id: str
    source_key: str
    target_id: str
    target_key: str


@dataclass(frozen=True, slots=True)
class Board:
    """An agile board; `type` is `scrum`, `kanban` or `simple`."""

    id: int
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A column of a board with the ids of the statuses it shows."""

    name: str
    status_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardConfiguration:
    """How a board estimates and ranks; field ids as the REST API names them."""

    id: int
    estimation_field: str | None
    rank_field: str | None
    filter_id: str | None
    columns: tuple[BoardColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class Sprint:
    """A sprint; `state` is `future`, `active` or `closed`."""

    id: int
    name: str
    state: str
    board_id: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    complete: datetime | None = None
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A registered webhook; `signed` is None where the deployment does not tell."""

    id: str
    name: str
    url: str
    events: tuple[str, ...]
    enabled: bool = True
    signed: bool | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """An issue that Jira created."""

    id: str
    key: str


@dataclass(frozen=True, slots=True)
class CreateFailure:
    """One element of a bulk create that Jira refused, with its own words."""

    status: int
    messages: tuple[str, ...] = ()
    field_errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of a search. `next` is a token (Cloud) or an offset; None on the last page."""

    issues: tuple[Issue, ...]
    next: str | int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A bulk read: what came, and the ids or keys asked for that did not."""

    issues: tuple[Issue, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One field of one change; `old`/`new` are raw values, `*_text` what people see."""

    field: str
    field_id: str | None
    old: str | None
    old_text: str | None
    new: str | None
    new_text: str | None


@dataclass(frozen=True, slots=True)
class History:
    """One change of an issue: who, when, which fields."""

    id: str
    author_id: str | None
    created: datetime | None
    items: tuple[HistoryItem, ...]
    author_name: str = ""


@dataclass(frozen=True, slots=True)
class RankFailure:
    """An issue that a partly successful ranking (HTTP 207) left where it was."""

    issue_id: str
    issue_key: str
    status: int
    messages: tuple[str, ...] = ()
