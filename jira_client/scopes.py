"""Which scopes a token of Jira Cloud needs for each operation that this client calls.

Data, and what follows of it; a test holds it against the vendor's documents. Of each operation: the classic
scopes (“-”: there are none), and the granular ones; either all of the one or all of the other will do. It
must not ask Jira.

Source: https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/
Boards and sprints: https://developer.atlassian.com/cloud/jira/software/scopes-for-oauth-2-3LO-and-forge-apps/
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Scopes:
    """What one operation needs, by either way of naming scopes; `classic` None: by granular ones alone."""

    classic: tuple[str, ...] | None
    granular: tuple[str, ...]

    @property
    def shortest(self) -> tuple[str, ...]:
        """The few to ask for: the classic ones, where there are any."""
        return self.granular if self.classic is None else self.classic


_TABLE: Final[Mapping[str, tuple[str, str]]] = {
    "POST /rest/agile/1.0/backlog/issue": (
        "-",
        "write:board-scope:jira-software",
    ),
    "GET /rest/agile/1.0/board": (
        "-",
        "read:board-scope:jira-software read:project:jira",
    ),
    "GET /rest/agile/1.0/board/{board}": (
        "-",
        "read:board-scope:jira-software read:issue-details:jira",
    ),
    "GET /rest/agile/1.0/board/{board}/configuration": (
        "-",
        "read:board-scope.admin:jira-software read:project:jira",
    ),
    "GET /rest/agile/1.0/board/{board}/project": (
        "-",
        "read:board-scope.admin:jira-software read:project:jira",
    ),
    "GET /rest/agile/1.0/board/{board}/sprint": (
        "-",
        "read:sprint:jira-software",
    ),
    "PUT /rest/agile/1.0/issue/rank": (
        "-",
        "write:issue:jira-software",
    ),
    "POST /rest/agile/1.0/sprint": (
        "-",
        "write:sprint:jira-software",
    ),
    "DELETE /rest/agile/1.0/sprint/{sprint}": (
        "-",
        "delete:sprint:jira-software",
    ),
    "GET /rest/agile/1.0/sprint/{sprint}": (
        "-",
        "read:sprint:jira-software",
    ),
    "POST /rest/agile/1.0/sprint/{sprint}": (
        "-",
        "write:sprint:jira-software",
    ),
    "POST /rest/agile/1.0/sprint/{sprint}/issue": (
        "-",
        "write:sprint:jira-software",
    ),
    "GET /rest/api/2/attachment/content/{id}": (
        "read:jira-work",
        "read:attachment:jira",
    ),
    "GET /rest/api/2/attachment/meta": (
        "read:jira-work",
        "read:instance-configuration:jira",
    ),
    "GET /rest/api/2/attachment/{id}": (
        "read:jira-work",
        "read:application-role:jira read:attachment:jira read:avatar:jira read:group:jira "
        "read:user:jira",
    ),
    "GET /rest/api/2/comment/{comment}/properties/{key}": (
        "read:jira-work",
        "read:comment.property:jira",
    ),
    "GET /rest/api/2/field": (
        "read:jira-work",
        "read:avatar:jira read:field-configuration:jira read:field:jira "
        "read:project-category:jira read:project:jira",
    ),
    "GET /rest/api/2/filter/{filter}": (
        "read:jira-work",
        "read:application-role:jira read:avatar:jira read:filter:jira read:group:jira "
        "read:issue-type-hierarchy:jira read:jql:jira read:project-role:jira read:project:jira "
        "read:user:jira",
    ),
    "POST /rest/api/2/issue": (
        "write:jira-work",
        "read:issue:jira write:attachment:jira write:comment.property:jira write:comment:jira "
        "write:issue:jira",
    ),
    "POST /rest/api/2/issue/bulk": (
        "write:jira-work",
        "read:issue:jira write:attachment:jira write:comment.property:jira write:comment:jira "
        "write:issue:jira",
    ),
    "POST /rest/api/2/issue/bulkfetch": (
        "read:jira-work",
        "read:avatar:jira read:field-configuration:jira read:issue-meta:jira "
        "read:issue-security-level:jira read:issue.changelog:jira read:issue.vote:jira "
        "read:issue:jira read:status:jira read:user:jira",
    ),
    "GET /rest/api/2/issue/createmeta/{project}/issuetypes": (
        "read:jira-work",
        "read:avatar:jira read:field-configuration:jira read:issue-meta:jira",
    ),
    "GET /rest/api/2/issue/createmeta/{project}/issuetypes/{type}": (
        "read:jira-work",
        "read:avatar:jira read:field-configuration:jira read:issue-meta:jira",
    ),
    "DELETE /rest/api/2/issue/{issue}": (
        "write:jira-work",
        "delete:issue:jira",
    ),
    "GET /rest/api/2/issue/{issue}": (
        "read:jira-work",
        "read:avatar:jira read:field-configuration:jira read:issue-meta:jira "
        "read:issue-security-level:jira read:issue.changelog:jira read:issue.vote:jira "
        "read:issue:jira read:status:jira read:user:jira",
    ),
    "PUT /rest/api/2/issue/{issue}": (
        "write:jira-work",
        "write:issue:jira",
    ),
    "GET /rest/api/2/issue/{issue}/changelog": (
        "read:jira-work",
        "read:avatar:jira read:issue-meta:jira read:issue.changelog:jira",
    ),
    "GET /rest/api/2/issue/{issue}/comment": (
        "read:jira-work",
        "read:avatar:jira read:comment.property:jira read:comment:jira read:group:jira "
        "read:project-role:jira read:project:jira read:user:jira",
    ),
    "POST /rest/api/2/issue/{issue}/comment": (
        "write:jira-work",
        "read:avatar:jira read:comment.property:jira read:comment:jira read:group:jira "
        "read:project-role:jira read:project:jira read:user:jira write:comment:jira",
    ),
    "DELETE /rest/api/2/issue/{issue}/comment/{comment}": (
        "write:jira-work",
        "delete:comment.property:jira delete:comment:jira",
    ),
    "GET /rest/api/2/issue/{issue}/comment/{comment}": (
        "read:jira-work",
        "read:avatar:jira read:comment.property:jira read:comment:jira read:group:jira "
        "read:project-role:jira read:project:jira read:user:jira",
    ),
    "PUT /rest/api/2/issue/{issue}/comment/{comment}": (
        "write:jira-work",
        "read:avatar:jira read:comment.property:jira read:comment:jira read:group:jira "
        "read:project-role:jira read:project:jira read:user:jira write:comment:jira",
    ),
    "GET /rest/api/2/issue/{issue}/editmeta": (
        "read:jira-work",
        "read:field-configuration:jira read:issue-meta:jira",
    ),
    "GET /rest/api/2/issue/{issue}/properties/{key}": (
        "read:jira-work",
        "read:issue.property:jira",
    ),
    "PUT /rest/api/2/issue/{issue}/properties/{key}": (
        "write:jira-work",
        "write:issue.property:jira",
    ),
    "GET /rest/api/2/issue/{issue}/transitions": (
        "read:jira-work",
        "read:field-configuration:jira read:issue.transition:jira read:status:jira",
    ),
    "POST /rest/api/2/issue/{issue}/transitions": (
        "write:jira-work",
        "write:issue.property:jira write:issue:jira",
    ),
    "POST /rest/api/2/issueLink": (
        "write:jira-work",
        "write:comment:jira write:issue-link:jira write:issue:jira",
    ),
    "DELETE /rest/api/2/issueLink/{link}": (
        "write:jira-work",
        "delete:issue-link:jira",
    ),
    "GET /rest/api/2/issueLinkType": (
        "read:jira-work",
        "read:issue-link-type:jira",
    ),
    "GET /rest/api/2/issuetype/project": (
        "read:jira-work",
        "read:avatar:jira read:issue-type:jira read:project-category:jira read:project:jira",
    ),
    "GET /rest/api/2/mypermissions": (
        "read:jira-work",
        "read:permission:jira",
    ),
    "GET /rest/api/2/myself": (
        "read:jira-user",
        "read:application-role:jira read:avatar:jira read:group:jira read:user:jira",
    ),
    "POST /rest/api/2/permissions/check": (
        "",
        "read:permission:jira",
    ),
    "GET /rest/api/2/project/search": (
        "read:jira-work",
        "read:application-role:jira read:avatar:jira read:group:jira "
        "read:issue-type-hierarchy:jira read:issue-type:jira read:project-category:jira "
        "read:project-version:jira read:project.component:jira read:project.property:jira "
        "read:project:jira read:user:jira",
    ),
    "GET /rest/api/2/project/{project}": (
        "read:jira-work",
        "read:application-role:jira read:avatar:jira read:group:jira "
        "read:issue-type-hierarchy:jira read:issue-type:jira read:project-category:jira "
        "read:project-version:jira read:project.component:jira read:project.property:jira "
        "read:project:jira read:user:jira",
    ),
    "GET /rest/api/2/project/{project}/components": (
        "read:jira-work",
        "read:application-role:jira read:avatar:jira read:group:jira read:project.component:jira "
        "read:project:jira read:user:jira",
    ),
    "GET /rest/api/2/project/{project}/statuses": (
        "read:jira-work",
        "read:issue-status:jira read:issue-type:jira read:status:jira",
    ),
    "GET /rest/api/2/project/{project}/versions": (
        "read:jira-work",
        "read:project-version:jira",
    ),
    "POST /rest/api/2/search/approximate-count": (
        "read:jira-work",
        "read:field.default-value:jira read:field.option:jira read:field:jira read:group:jira "
        "read:issue-details:jira",
    ),
    "POST /rest/api/2/search/jql": (
        "read:jira-work",
        "read:field.default-value:jira read:field.option:jira read:field:jira read:group:jira "
        "read:issue-details:jira",
    ),
    "GET /rest/api/2/serverInfo": (
        "",
        "",
    ),
    "GET /rest/api/2/user/assignable/search": (
        "read:jira-user",
        "read:application-role:jira read:avatar:jira read:group:jira read:issue:jira "
        "read:project:jira read:user:jira",
    ),
    "GET /rest/api/2/user/search": (
        "read:jira-user",
        "read:application-role:jira read:avatar:jira read:group:jira read:user.property:jira "
        "read:user:jira",
    ),
    "POST /rest/api/2/version": (
        "manage:jira-project",
        "read:project-version:jira write:project-version:jira",
    ),
}
# What each operation of the permission report calls, besides reading
_OF_OPERATION: Final[Mapping[str, tuple[str, ...]]] = {
    "create_story": ("POST /rest/api/2/issue", "POST /rest/api/2/issue/bulk"),
    "edit": ("PUT /rest/api/2/issue/{issue}",),
    "change_status": ("POST /rest/api/2/issue/{issue}/transitions",),
    "move_to_sprint": (
        "POST /rest/agile/1.0/sprint/{sprint}/issue",
        "POST /rest/agile/1.0/backlog/issue",
    ),
    "reorder": ("PUT /rest/agile/1.0/issue/rank",),
    "draw_dependency": ("POST /rest/api/2/issueLink", "DELETE /rest/api/2/issueLink/{link}"),
    "set_reporter": ("PUT /rest/api/2/issue/{issue}",),
    "set_assignee": ("PUT /rest/api/2/issue/{issue}",),
    "comment": ("POST /rest/api/2/issue/{issue}/comment",),
    "edit_comment": ("PUT /rest/api/2/issue/{issue}/comment/{comment}",),
    "delete_comment": ("DELETE /rest/api/2/issue/{issue}/comment/{comment}",),
    "attach": ("POST /rest/api/2/issue/{issue}/attachments",),
    "delete": ("DELETE /rest/api/2/issue/{issue}",),
}
# Where the vendor's document of 2022 says none, and a token without these sees no boards.
STATED_ELSEWHERE: Final = frozenset({"GET /rest/agile/1.0/board"})

OPERATIONS: Final[Mapping[str, Scopes]] = {
    name: Scopes(None if classic == "-" else tuple(classic.split()), tuple(granular.split()))
    for name, (classic, granular) in _TABLE.items()
}
ISSUES, PEOPLE, PROJECTS, BOARDS, SPRINTS, WEBHOOK = AREAS = (
    *("issues", "people", "projects", "boards", "sprints", "webhook"),
)
_AREA_OF: Final = (
    (SPRINTS, re.compile(r"/agile/.*(sprint|backlog)")),
    (BOARDS, re.compile(r"/agile/|/filter/")),
    (WEBHOOK, re.compile(r"webhook")),
    (PEOPLE, re.compile(r"/(user|myself)\b")),
    (ISSUES, re.compile(r"/(issue|issueLink|search)(/(?!createmeta)|$)")),
)


def area_of(path: str) -> str:
    """To which area a path belongs; whatever is no other's is the projects'."""
    return next((area for area, pattern in _AREA_OF if pattern.search(path)), PROJECTS)


def of_call(method: str, path: str) -> Scopes | None:
    """What a call needs, by its path or its template; None where no document says it."""
    return next(
        (OPERATIONS[name] for name in OPERATIONS if _pattern(name).fullmatch(f"{method} {path}")),
        None,
    )


def lacking(operation: str, told: Collection[str]) -> tuple[str, ...]:
    """The scopes to ask for, where a token with the scopes `told` may not do an operation of the permission
    report (its code); empty where it may, or where no document says what it needs.
    """
    found: dict[str, None] = {}
    for name in _OF_OPERATION[operation]:
        needs = OPERATIONS.get(name)
        if needs is None or _do(needs, told):
            continue
        found |= dict.fromkeys(scope for scope in needs.shortest if scope not in told)
    return tuple(sorted(found))


def _do(needs: Scopes, told: Collection[str]) -> bool:
    """Whether all of the classic scopes, or all of the granular ones, are there."""
    classic = needs.classic is not None and all(one in told for one in needs.classic)
    return classic or all(one in told for one in needs.granular)


def of_area(area: str) -> tuple[str, ...]:
    """Every scope to ask for, so that all of an area works."""
    found: dict[str, None] = {}
    for name, needs in OPERATIONS.items():
        if area_of(name.partition(" ")[2]) == area:
            found |= dict.fromkeys(needs.shortest)
    return tuple(sorted(found))


def everything() -> tuple[str, ...]:
    """Every scope to ask for, so that all of the client's calls work."""
    return tuple(sorted({scope for area in AREAS for scope in of_area(area)}))


def _pattern(name: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", name)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))
