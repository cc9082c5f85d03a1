"""Versions of projects, which issues name as what they are fixed in: listed and made.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from datetime import date
from typing import Any

from jira_client import parse
from jira_client.protocol import Request
from jira_client.resources.caller import Caller
from jira_client.values import Version

# Inside the class, `list` would be the built-in one for readers, and the method for the type checker.
ListOfVersions = list[Version]


class Versions:
    """The versions of one project at a time."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def of_project(self, key_or_id: str) -> ListOfVersions:
        """All versions of the project, in Jira's order, released and archived ones too.

        Raises JiraError; NotFound where the project is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/#api-rest-api-3-project-projectidorkey-versions-get
        """
        path = f"{self._caller.flavour.api}/project/{{project}}/versions"
        found = self._caller.call(Request("GET", path, {"project": key_or_id}))
        return [parse.version(row) for row in parse.rows(found)]

    def create(
        self,
        project_id: str,
        name: str,
        *,
        start: date | None = None,
        release: date | None = None,
    ) -> Version:
        """The version made in the project, which is named by its numeric id.

        Needs “Administer Projects” there: without it Data Center refuses (PermissionRefused), and Cloud
        calls the project missing (NotFound). Raises JiraError; Invalid for a name that is taken.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/#api-rest-api-3-version-post
        """
        body: dict[str, Any] = {"projectId": int(project_id), "name": name}
        if start is not None:
            body["startDate"] = start.isoformat()
        if release is not None:
            body["releaseDate"] = release.isoformat()
        request = Request("POST", f"{self._caller.flavour.api}/version", json=body)
        return parse.version(parse.mapping(self._caller.call(request)))
