"""Projects, their statuses and their issue types.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Iterable
from typing import Any

from jira_client import parse
from jira_client.protocol import Request
from jira_client.resources.caller import Caller, pages
from jira_client.values import IssueType, Project, Status

# The most projects that one page holds:
# https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-search-get
_PAGE = 100
# Inside the class, `list` is the method.
IssueTypes = list[IssueType]


class Projects:
    """What the account may see of projects."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self, query: str = "") -> list[Project]:
        """All projects that the account sees and whose name or key holds `query`, sorted by key.

        Cloud searches and answers in pages; Data Center lists all, and they are sifted here. Raises
        JiraError.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-search-get
        """
        flavour = self._caller.flavour
        if flavour.project_style == "paged":
            request = Request(
                "GET", f"{flavour.api}/project/search", params={"query": query or None}
            )
            found = [parse.project(row) for row in pages(self._caller, request, _PAGE, "values")]
        else:
            rows = parse.rows(self._caller.call(Request("GET", f"{flavour.api}/project")))
            found = _matching((parse.project(row) for row in rows), query)
        return sorted(found, key=lambda project: project.key)

    def get(self, key_or_id: str) -> Project:
        """One project by key or id. Raises JiraError; NotFound where it is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-projectidorkey-get
        """
        return parse.project(parse.mapping(self._caller.call(self._one(key_or_id))))

    def with_types(self, project_id: str) -> tuple[Project, IssueTypes]:
        """One project, by its numeric id, and its issue types: one call, on Cloud two.

        Raises JiraError; NotFound where the project is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-projectidorkey-get
        """
        if self._caller.flavour.project_style == "paged":
            return self.get(project_id), self.issue_types(project_id)
        found = parse.mapping(self._caller.call(self._one(project_id)))
        return parse.project(found), _types_in(found.get("issueTypes"))

    def statuses(self, key_or_id: str) -> dict[str, tuple[Status, ...]]:
        """The statuses that issues of each type can have in the project, by the issue type's id.

        Raises JiraError; NotFound where the project is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-projectidorkey-statuses-get
        """
        request = Request(
            "GET",
            f"{self._caller.flavour.api}/project/{{project}}/statuses",
            {"project": key_or_id},
        )
        return {
            parse.text(row.get("id")): tuple(
                parse.status(status) for status in parse.rows(row.get("statuses") or [])
            )
            for row in parse.rows(self._caller.call(request))
        }

    def components(self, key_or_id: str) -> dict[str, str]:
        """The names of the project's components, by component id. Raises JiraError.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-components/#api-rest-api-3-project-projectidorkey-components-get
        """
        request = Request(
            "GET",
            f"{self._caller.flavour.api}/project/{{project}}/components",
            {"project": key_or_id},
        )
        found = parse.rows(self._caller.call(request))
        return {parse.text(row.get("id")): parse.text(row.get("name")) for row in found}

    def issue_types(self, project_id: str) -> IssueTypes:
        """The issue types of a project, in Jira's order. `project_id` is its numeric id.

        Cloud has a call for them, and tells the level of each; Data Center gives them with the project,
        without levels. Raises JiraError; NotFound where the project is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-types/#api-rest-api-3-issuetype-project-get
        """
        flavour = self._caller.flavour
        if flavour.project_style == "paged":
            path = f"{flavour.api}/issuetype/project"
            return _types_in(
                self._caller.call(Request("GET", path, params={"projectId": project_id}))
            )
        return self.with_types(project_id)[1]

    def _one(self, key_or_id: str) -> Request:
        path = f"{self._caller.flavour.api}/project/{{project}}"
        return Request("GET", path, {"project": key_or_id})


def _types_in(found: Any) -> list[IssueType]:
    return [parse.issue_type(row) for row in parse.rows(found or [])]


def _matching(found: Iterable[Project], query: str) -> list[Project]:
    wanted = query.strip().lower()
    return [
        project
        for project in found
        if wanted in project.name.lower() or wanted in project.key.lower()
    ]
