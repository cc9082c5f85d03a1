"""The values that Jira's answers become: frozen, slotted, typed, in Jira's own words.

For every caller of the client, `sync.core` included, which is why nothing here does I/O, parses
JSON or imports more than the standard library. Parsing lives in `jira_client.parse`. Callers import
from this module.

Identifiers are strings wherever Jira writes them as strings, and whole numbers for boards and
sprints, which Jira Software numbers. Moments are aware datetimes in UTC.
"""

from jira_client.values.boards import Board, BoardColumn, BoardConfiguration, RankFailure, Sprint
from jira_client.values.instance import (
    Deployment,
    FieldInfo,
    FieldMeta,
    IssueType,
    LinkType,
    PermissionState,
    Person,
    Project,
    ServerInfo,
    SiteIdentity,
    Status,
    Version,
    Webhook,
)
from jira_client.values.issues import (
    Attachment,
    Comment,
    Created,
    CreateFailure,
    Fetched,
    History,
    HistoryItem,
    Issue,
    IssueLink,
    SearchPage,
    Transition,
)

__all__ = [
    "Attachment",
    "Board",
    "BoardColumn",
    "BoardConfiguration",
    "Comment",
    "CreateFailure",
    "Created",
    "Deployment",
    "Fetched",
    "FieldInfo",
    "FieldMeta",
    "History",
    "HistoryItem",
    "Issue",
    "IssueLink",
    "IssueType",
    "LinkType",
    "PermissionState",
    "Person",
    "Project",
    "RankFailure",
    "SearchPage",
    "ServerInfo",
    "SiteIdentity",
    "Sprint",
    "Status",
    "Transition",
    "Version",
    "Webhook",
]
