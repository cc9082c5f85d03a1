"""Issues with their changes, links and transitions, and the results of reading and creating them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jira_client.values.instance import FieldMeta, LinkType, Status


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One field of one change; `old`/`new` are raw values, `*_text` what people see.

    `old_names`, `new_names`: of a field that holds several things, all that it held before and after.
    """

    field: str
    field_id: str | None
    old: str | None
    old_text: str | None
    new: str | None
    new_text: str | None
    old_names: tuple[str, ...] | None = None
    new_names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class History:
    """One change of an issue: who, when, which fields."""

    id: str
    author_id: str | None
    created: datetime | None
    items: tuple[HistoryItem, ...]
    author_name: str = ""


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
    history: tuple[History, ...] = ()
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of an issue. `body` is wiki text, None where Jira keeps it as a document.

    `editor_id`: who changed it last. `restricted`: not everybody who sees the issue may see it.
    `properties`: None where they did not come with it.
    """

    id: str
    author_id: str
    author_name: str
    body: str | None
    created: datetime | None = None
    updated: datetime | None = None
    editor_id: str = ""
    restricted: bool = False
    properties: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of an issue. `size` in bytes; `kind`: its MIME type, as Jira says it."""

    id: str
    filename: str
    size: int
    kind: str
    author_name: str = ""
    created: datetime | None = None
    author_id: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """A step this user can take now; choose it by `to.id`, never by name."""

    id: str
    name: str
    to: Status
    fields: tuple[FieldMeta, ...] = ()


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
