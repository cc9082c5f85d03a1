"""Links between issues, read "source <outward> target".

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from jira_client import parse
from jira_client.protocol import Expect, Request
from jira_client.resources.caller import Caller
from jira_client.values import LinkType


class Links:
    """Link types, and links. The links of an issue come with its `issuelinks` field."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def types(self) -> list[LinkType]:
        """The link types of the instance. Raises JiraError; NotFound where linking is switched off.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-link-types/#api-rest-api-3-issuelinktype-get
        """
        path = f"{self._caller.flavour.api}/issueLinkType"
        answer = parse.mapping(self._caller.call(Request("GET", path)))
        return [parse.link_type(row) for row in parse.rows(answer.get("issueLinkTypes") or [])]

    def create(self, type_name: str, source: str, target: str) -> None:
        """Links source to target, each by id or key. A second time changes nothing.

        What Jira calls `inwardIssue` is the source. Jira answers without an id: read the issue's links to
        learn it. Raises JiraError; NotFound where an issue or the type is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/#api-rest-api-3-issuelink-post
        """
        body = {
            "type": {"name": type_name},
            "inwardIssue": _named(source),
            "outwardIssue": _named(target),
        }
        path = f"{self._caller.flavour.api}/issueLink"
        self._caller.call(Request("POST", path, json=body, expect=Expect.NOTHING))

    def delete(self, link_id: str) -> None:
        """Removes a link. Raises JiraError; NotFound where it is gone already.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/#api-rest-api-3-issuelink-linkid-delete
        """
        path = f"{self._caller.flavour.api}/issueLink/{{link}}"
        self._caller.call(Request("DELETE", path, {"link": link_id}, expect=Expect.NOTHING))


def _named(id_or_key: str) -> dict[str, str]:
    return {"id" if id_or_key.isdigit() else "key": id_or_key}
