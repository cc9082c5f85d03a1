"""A Jira client for Cloud and Data Center that knows no framework.

The public names; everything else is reached through a `JiraClient`. It must not import Django,
Celery, or any of this product's apps.
"""

from jira_client.auth import Anonymous, Basic, Bearer, OAuth1
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_client.flavour import Flavour, flavour_of
from jira_client.parse import issue_links, sprints_in
from jira_client.transport import Transport
from jira_client.values import (
    Board,
    BoardColumn,
    BoardConfiguration,
    Created,
    CreateFailure,
    Deployment,
    Fetched,
    FieldInfo,
    FieldMeta,
    History,
    HistoryItem,
    Issue,
    IssueLink,
    IssueType,
    LinkType,
    PermissionState,
    Person,
    Project,
    RankFailure,
    SearchPage,
    ServerInfo,
    Sprint,
    Status,
    Transition,
    Webhook,
)
from outgoing.address import AddressPolicy

__all__ = [
    "AddressPolicy",
    "Anonymous",
    "Basic",
    "Bearer",
    "Board",
    "BoardColumn",
    "BoardConfiguration",
    "CreateFailure",
    "Created",
    "Deployment",
    "Fetched",
    "FieldInfo",
    "FieldMeta",
    "Flavour",
    "History",
    "HistoryItem",
    "Issue",
    "IssueLink",
    "IssueType",
    "JiraClient",
    "JiraError",
    "LinkType",
    "OAuth1",
    "PermissionState",
    "Person",
    "Project",
    "RankFailure",
    "SearchPage",
    "ServerInfo",
    "Sprint",
    "Status",
    "Transition",
    "Transport",
    "Webhook",
    "flavour_of",
    "issue_links",
    "sprints_in",
]
