"""Issues with their comments, attachments, changes, links, remote links and properties.

It must not know screens, permissions or requests.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .people import User
from .projects import IssueType, LinkType, Project, Status


@dataclass(frozen=True, slots=True)
class Item:
    """One changed field of a changelog entry, in Jira's terms."""

    field: str
    field_id: str | None
    old: str | None
    old_text: str | None
    new: str | None
    new_text: str | None
    custom: bool = False


@dataclass(frozen=True, slots=True)
class History:
    id: int
    author: User
    created: datetime
    items: tuple[Item, ...]


@dataclass(slots=True, eq=False)
class Comment:
    id: int
    author: User
    body: str
    created: datetime
    updated: datetime
    adf: Any = None
    editor: User | None = None
    """Who changed it last; None: nobody but its author."""
    visibility: dict[str, str] | None = None
    """`type` and `value` of the role that alone may see it; None: everybody who sees the issue."""
    public: bool = True
    """False: an internal note of a service project."""
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Attachment:
    """A file; `kind`: its MIME type."""

    id: int
    filename: str
    author: User
    created: datetime
    kind: str
    content: bytes


@dataclass(slots=True, eq=False)
class RemoteLink:
    id: int
    global_id: str | None
    object: dict[str, Any]
    relationship: str | None = None


@dataclass(slots=True, eq=False)
class Link:
    """`source` is the inwardIssue of the request: "source <outward> target"."""

    id: int
    type: LinkType
    source: "Issue"
    target: "Issue"


@dataclass(slots=True, eq=False)
class Issue:
    """One issue. `values` holds everything a screen can change, by slot name (see fields.py)."""

    id: int
    number: int
    project: Project
    type: IssueType
    status: Status
    creator: User
    created: datetime
    updated: datetime
    values: dict[str, Any]
    old_keys: list[str] = field(default_factory=list)
    status_changed: datetime | None = None
    resolved: datetime | None = None
    archived: datetime | None = None
    archived_by: User | None = None
    seen_by: frozenset[str] | None = None
    """Issue security: the names of the only people who see it; None: all who may browse."""
    history: list[History] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    remote_links: list[RemoteLink] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    children: set["Issue"] = field(default_factory=set)

    @property
    def key(self) -> str:
        return f"{self.project.key}-{self.number}"

    @property
    def parent(self) -> "Issue | None":
        found: Issue | None = self.values.get("parent")
        return found

    @property
    def subtasks(self) -> "list[Issue]":
        found = [child for child in self.children if child.type.subtask]
        return sorted(found, key=lambda child: child.id)
