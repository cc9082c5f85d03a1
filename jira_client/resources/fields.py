"""Fields of the instance, and of the screens for creating and editing.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Mapping
from typing import Any

from jira_client import parse
from jira_client.protocol import Param, Request
from jira_client.resources.caller import Caller, pages
from jira_client.values import FieldInfo, FieldMeta, IssueType

# The most that one page of create metadata holds; more is refused with 400:
# https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-createmeta-projectidorkey-issuetypes-get
_PAGE = 200


class Fields:
    """Which fields exist, and which can be set where."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def all(self) -> list[FieldInfo]:
        """Every field of the instance that the account may see, custom fields included. Raises JiraError.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/#api-rest-api-3-field-get
        """
        found = self._caller.call(Request("GET", f"{self._caller.flavour.api}/field"))
        return [parse.field_info(row) for row in parse.rows(found)]

    def create_types(self, project_key: str) -> list[IssueType]:
        """The issue types that this account may create in a project.

        From Jira 8.4 on there is a call for the issue types alone; before, one answer held all create
        metadata, and 9.0 no longer has it. Raises JiraError; Invalid or NotFound, by version, where the
        account may create none.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-createmeta-projectidorkey-issuetypes-get
        Data Center: https://confluence.atlassian.com/jiracore/createmeta-rest-endpoint-to-be-removed-975040986.html
        """
        flavour = self._caller.flavour
        if flavour.createmeta_style == "legacy":
            return [parse.issue_type(row) for row in self._before_84({"projectKeys": project_key})]
        path = f"{flavour.api}/issue/createmeta/{{project}}/issuetypes"
        request = Request("GET", path, {"project": project_key})
        found = pages(self._caller, request, _PAGE, "issueTypes", "values")
        return [parse.issue_type(row) for row in found]

    def create_fields(self, project_key: str, issue_type_id: str) -> list[FieldMeta]:
        """The fields on the create screen of an issue type, with what each demands and allows.

        Raises JiraError; NotFound where the account may not create such an issue.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-createmeta-projectidorkey-issuetypes-issuetypeid-get
        Data Center: https://confluence.atlassian.com/jiracore/createmeta-rest-endpoint-to-be-removed-975040986.html
        """
        flavour = self._caller.flavour
        if flavour.createmeta_style == "legacy":
            return self._create_fields_before_84(project_key, issue_type_id)
        request = Request(
            "GET",
            f"{flavour.api}/issue/createmeta/{{project}}/issuetypes/{{type}}",
            {"project": project_key, "type": issue_type_id},
        )
        return [
            parse.field_meta(row) for row in pages(self._caller, request, _PAGE, "fields", "values")
        ]

    def edit_fields(self, issue: str) -> list[FieldMeta]:
        """The fields on the edit screen of an issue (id or key) that this account may set now.

        Raises JiraError; NotFound where the issue is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-editmeta-get
        """
        path = f"{self._caller.flavour.api}/issue/{{issue}}/editmeta"
        answer = parse.mapping(self._caller.call(Request("GET", path, {"issue": issue})))
        return list(parse.field_metas(answer.get("fields") or {}))

    def _create_fields_before_84(self, project_key: str, issue_type_id: str) -> list[FieldMeta]:
        params: dict[str, Param] = {
            "projectKeys": project_key,
            "issuetypeIds": issue_type_id,
            "expand": "projects.issuetypes.fields",
        }
        for kind in self._before_84(params):
            if parse.text(kind.get("id")) == issue_type_id:
                return list(parse.field_metas(kind.get("fields") or {}))
        return []

    def _before_84(self, params: Mapping[str, Param]) -> list[Mapping[str, Any]]:
        """The issue types of the one answer that Jira gave before 8.4."""
        path = f"{self._caller.flavour.api}/issue/createmeta"
        answer = parse.mapping(self._caller.call(Request("GET", path, params=params)))
        return [
            kind
            for project in parse.rows(answer.get("projects") or [])
            for kind in parse.rows(project.get("issuetypes") or [])
        ]
