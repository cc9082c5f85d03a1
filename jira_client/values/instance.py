"""The instance itself, people, projects, issue types, statuses, fields, link types and webhooks."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Deployment(StrEnum):
    """The family of Jira that an instance is of."""

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
class SiteIdentity:
    """Which Jira it is: the cloud id, or Data Center's application id, in small letters."""

    kind: Deployment
    id: str


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
class Version:
    """A version of a project; `start` and `release` are days, None where Jira has none."""

    id: str
    name: str
    start: date | None = None
    release: date | None = None
    released: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """A Jira project; `style` is `classic`, `next-gen` or empty where Jira does not say. `versions` and the
    names of its `components`: None where the answer does not hold them, as in lists of projects.
    `service`: one of Jira Service Management, where a comment may be an internal note.
    """

    id: str
    key: str
    name: str
    archived: bool = False
    style: str = ""
    versions: tuple[Version, ...] | None = None
    components: tuple[str, ...] | None = None
    service: bool = False


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
class LinkType:
    """A kind of link: `outward` reads from its source ("blocks"), `inward` from its target."""

    id: str
    name: str
    inward: str
    outward: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """A registered webhook; `signed` is None where the deployment does not tell."""

    id: str
    name: str
    url: str
    events: tuple[str, ...]
    enabled: bool = True
    signed: bool | None = None
