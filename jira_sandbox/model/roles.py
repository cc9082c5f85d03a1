"""Project roles: who is in them per project, and which permissions the scheme gives them.

One permission scheme stands for all projects, as in a fresh Jira. It must not know requests.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-roles/
"""

from dataclasses import dataclass

from .permissions import CATALOGUE, MEMBER


@dataclass(frozen=True, slots=True)
class Role:
    """`permissions`: what the scheme grants to whoever is in the role."""

    id: int
    name: str
    description: str
    permissions: frozenset[str]


ROLES = {
    one.id: one
    for one in (
        Role(
            10002,
            "Administrators",
            "A project role that represents administrators in a project",
            frozenset(one.key for one in CATALOGUE if one.kind == "PROJECT"),
        ),
        Role(
            10001,
            "Developers",
            "A project role that represents developers in a project",
            frozenset(MEMBER),
        ),
        Role(
            10000,
            "Users",
            "A project role that represents users in a project",
            frozenset(
                (
                    "BROWSE_PROJECTS",
                    "ADD_COMMENTS",
                    "EDIT_OWN_COMMENTS",
                    "DELETE_OWN_COMMENTS",
                    "ASSIGNABLE_USER",
                )
            ),
        ),
    )
}


def roles_with(permission: str) -> list[Role]:
    """The roles that the scheme grants a permission to."""
    return [one for one in ROLES.values() if permission in one.permissions]
