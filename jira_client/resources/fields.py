"""Fields of the instance, and of the screens for creating and editing."""

from jira_client import parse
from jira_client.protocol import Request
from jira_client.resources.caller import Caller, pages
from jira_client.values import FieldInfo, FieldMeta

_PAGE = 200


class Fields:
    """Which fields exist, and which can be set where."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def all(self) -> list[FieldInfo]:
        """Every field of the instance."""
        found = self._caller.call(Request("GET", f"{self._caller.flavour.api}/field"))
        return [parse.field_info(row) for row in parse.rows(found)]

    def create_fields(self, project_key: str, issue_type_id: str) -> list[FieldMeta]:
        """The fields on the create screen. Raises NotFound where the account may not create."""
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
        """The fields on the edit screen of an issue, by id or key."""
        path = f"{self._caller.flavour.api}/issue/{{issue}}/editmeta"
        answer = parse.mapping(self._caller.call(Request("GET", path, {"issue": issue})))
        return list(parse.field_metas(answer.get("fields") or {}))

    def _create_fields_before_84(self, project_key: str, issue_type_id: str) -> list[FieldMeta]:
        request = Request(
            "GET",
            f"{self._caller.flavour.api}/issue/createmeta",
            params={
                "projectKeys": project_key,
                "issuetypeIds": issue_type_id,
                "expand": "projects.issuetypes.fields",
            },
        )
        answer = parse.mapping(self._caller.call(request))
        for project in parse.rows(answer.get("projects") or []):
            for kind in parse.rows(project.get("issuetypes") or []):
                if parse.text(kind.get("id")) == issue_type_id:
                    return list(parse.field_metas(kind.get("fields") or {}))
        return []
