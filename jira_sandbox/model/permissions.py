"""The permission keys this Jira knows, current and legacy. It must not know who holds what.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permission-schemes/#built-in-permissions
Data Center: https://confluence.atlassian.com/adminjiraserver/managing-project-permissions-938847145.html
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Permission:
    """One key; `legacy` is the old Data Center spelling, `cloud_only` keys are unknown there."""

    id: str
    key: str
    name: str
    description: str
    legacy: str | None = None
    kind: str = "PROJECT"
    cloud_only: bool = False
    datacenter_only: bool = False


CATALOGUE = (
    Permission(
        "23",
        "ADMINISTER_PROJECTS",
        "Administer Projects",
        "Ability to administer a project in Jira.",
        "PROJECT_ADMIN",
    ),
    Permission(
        "10",
        "BROWSE_PROJECTS",
        "Browse Projects",
        "Ability to browse projects and the issues within them.",
        "BROWSE",
    ),
    Permission("11", "CREATE_ISSUES", "Create Issues", "Ability to create issues.", "CREATE_ISSUE"),
    Permission("12", "EDIT_ISSUES", "Edit Issues", "Ability to edit issues.", "EDIT_ISSUE"),
    Permission("16", "DELETE_ISSUES", "Delete Issues", "Ability to delete issues.", "DELETE_ISSUE"),
    Permission(
        "21",
        "LINK_ISSUES",
        "Link Issues",
        "Ability to link issues together and create linked issues.",
        "LINK_ISSUE",
    ),
    Permission(
        "28",
        "SCHEDULE_ISSUES",
        "Schedule Issues",
        "Ability to view or edit an issue's due date, and to rank it.",
        "SCHEDULE_ISSUE",
    ),
    Permission(
        "45",
        "VIEW_READONLY_WORKFLOW",
        "View Read-Only Workflow",
        "Users with this permission may view a read-only version of a workflow.",
        "VIEW_WORKFLOW_READONLY",
    ),
    Permission(
        "54",
        "EDIT_WORKFLOW",
        "Edit Workflows",
        "Ability to edit the workflows of a project.",
        None,
        cloud_only=True,
    ),
    Permission("-1", "MANAGE_SPRINTS_PERMISSION", "Manage sprints", "Ability to manage sprints."),
    Permission(
        "30",
        "MODIFY_REPORTER",
        "Modify Reporter",
        "Ability to modify the reporter when creating or editing an issue.",
    ),
    Permission("46", "TRANSITION_ISSUES", "Transition Issues", "Ability to transition issues."),
    Permission(
        "13",
        "ASSIGN_ISSUES",
        "Assign Issues",
        "Ability to assign issues to other people.",
        "ASSIGN_ISSUE",
    ),
    Permission(
        "17",
        "ASSIGNABLE_USER",
        "Assignable User",
        "Users with this permission may be assigned to issues.",
    ),
    Permission(
        "15", "ADD_COMMENTS", "Add Comments", "Ability to comment on issues.", "COMMENT_ISSUE"
    ),
    Permission(
        "34",
        "EDIT_ALL_COMMENTS",
        "Edit All Comments",
        "Ability to edit all comments made on issues.",
        "COMMENT_EDIT_ALL",
    ),
    Permission(
        "35",
        "EDIT_OWN_COMMENTS",
        "Edit Own Comments",
        "Ability to edit own comments made on issues.",
        "COMMENT_EDIT_OWN",
    ),
    Permission(
        "36",
        "DELETE_ALL_COMMENTS",
        "Delete All Comments",
        "Ability to delete all comments made on issues.",
        "COMMENT_DELETE_ALL",
    ),
    Permission(
        "37",
        "DELETE_OWN_COMMENTS",
        "Delete Own Comments",
        "Ability to delete own comments made on issues.",
        "COMMENT_DELETE_OWN",
    ),
    Permission(
        "19",
        "CREATE_ATTACHMENTS",
        "Create Attachments",
        "Users with this permission may create attachments.",
        "CREATE_ATTACHMENT",
    ),
    Permission(
        "38",
        "DELETE_ALL_ATTACHMENTS",
        "Delete All Attachments",
        "Users with this permission may delete all attachments.",
        "ATTACHMENT_DELETE_ALL",
    ),
    Permission(
        "39",
        "DELETE_OWN_ATTACHMENTS",
        "Delete Own Attachments",
        "Users with this permission may delete own attachments.",
        "ATTACHMENT_DELETE_OWN",
    ),
    Permission(
        "25", "MOVE_ISSUES", "Move Issues", "Ability to move issues between projects.", "MOVE_ISSUE"
    ),
    Permission(
        "50",
        "BROWSE_ARCHIVE",
        "Browse Project Archive",
        "Ability to browse archived issues of a project.",
        datacenter_only=True,
    ),
    Permission(
        "0",
        "ADMINISTER",
        "Administer Jira",
        "Create and administer projects, issue types, fields, workflows, and schemes.",
        kind="GLOBAL",
    ),
)

GUIDE = (
    "ADMINISTER_PROJECTS", "BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "DELETE_ISSUES",
    "LINK_ISSUES", "SCHEDULE_ISSUES", "VIEW_READONLY_WORKFLOW", "EDIT_WORKFLOW",
    "MANAGE_SPRINTS_PERMISSION", "MODIFY_REPORTER", "TRANSITION_ISSUES", "ASSIGN_ISSUES",
    "ASSIGNABLE_USER", "ADD_COMMENTS", "MOVE_ISSUES", "EDIT_OWN_COMMENTS", "DELETE_OWN_COMMENTS",
    "CREATE_ATTACHMENTS",
)  # fmt: skip
"""What the connection guide asks for a service user, and what its operations rest on."""

MEMBER = (
    "BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "LINK_ISSUES", "SCHEDULE_ISSUES",
    "TRANSITION_ISSUES", "ASSIGN_ISSUES", "ASSIGNABLE_USER", "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS", "DELETE_OWN_COMMENTS", "CREATE_ATTACHMENTS", "DELETE_OWN_ATTACHMENTS",
    "VIEW_READONLY_WORKFLOW", "MANAGE_SPRINTS_PERMISSION",
)  # fmt: skip

KEYS = frozenset(one.key for one in CATALOGUE)
"""Current keys of either flavour."""


def known(cloud: bool) -> dict[str, Permission]:
    """Current keys of this flavour, in the catalogue's order."""
    return {one.key: one for one in CATALOGUE
            if not (one.datacenter_only if cloud else one.cloud_only)}  # fmt: skip
