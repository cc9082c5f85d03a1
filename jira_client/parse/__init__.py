"""Jira's JSON into values, tolerant of what old and new instances leave out or write otherwise.

A part that is needed and missing raises NotJira: then the answer is not what we asked for. It must
not do I/O. Callers import from this module.
"""

from jira_client.parse.of_board import board, board_configuration
from jira_client.parse.of_instance import (
    field_info,
    field_meta,
    field_metas,
    issue_type,
    link_type,
    person,
    project,
    server_info,
    status,
    version,
)
from jira_client.parse.of_issue import (
    attachment,
    attachments,
    comment,
    comments,
    has_all_comments,
    history,
    in_order,
    issue,
    issue_links,
    issues,
    transition,
)
from jira_client.parse.of_lists import in_whole
from jira_client.parse.of_sprint import sprint, sprints_in
from jira_client.parse.plain import day, mapping, moment, rows, text, whole

__all__ = [
    "attachment",
    "attachments",
    "board",
    "board_configuration",
    "comment",
    "comments",
    "day",
    "field_info",
    "field_meta",
    "field_metas",
    "has_all_comments",
    "history",
    "in_order",
    "in_whole",
    "issue",
    "issue_links",
    "issue_type",
    "issues",
    "link_type",
    "mapping",
    "moment",
    "person",
    "project",
    "rows",
    "server_info",
    "sprint",
    "sprints_in",
    "status",
    "text",
    "transition",
    "version",
    "whole",
]
