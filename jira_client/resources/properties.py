"""Entity properties of issues: small JSON values that no person sees in Jira.

Source: https://developer.atlassian.com/cloud/jira/platform/jira-entity-properties/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jira_client import parse
from jira_client.errors import NotFound
from jira_client.protocol import Expect, Request
from jira_client.resources.caller import Caller, side_by_side
from jira_client.values import Issue


def set_property(caller: Caller, issue: str, key: str, value: Any) -> None:
    """Stores any JSON value of up to 32,768 characters; the same call again changes nothing.

    Needs Edit Issues. Raises JiraError; NotFound where the issue is missing or invisible.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/#api-rest-api-3-issue-issueidorkey-properties-propertykey-put
    """
    path = f"{caller.flavour.api}/issue/{{issue}}/properties/{{key}}"
    args = {"issue": issue, "key": key}
    caller.call(Request("PUT", path, args, json=value, expect=Expect.NOTHING))


def get_property(caller: Caller, issue: str, key: str) -> Any:
    """The value of a property, None where the issue has none of this name.

    Raises JiraError; NotFound where the issue itself is missing or invisible.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/#api-rest-api-3-issue-issueidorkey-properties-propertykey-get
    """
    path = f"{caller.flavour.api}/issue/{{issue}}/properties/{{key}}"
    try:
        found = caller.call(Request("GET", path, {"issue": issue, "key": key}))
    except NotFound:
        # Jira says 404 for both; the issue itself tells them apart.
        path = f"{caller.flavour.api}/issue/{{issue}}"
        caller.call(Request("GET", path, {"issue": issue}, params={"fields": "id"}))
        return None
    return parse.mapping(found).get("value")


def with_properties(
    caller: Caller, issues: tuple[Issue, ...], keys: Sequence[str]
) -> tuple[Issue, ...]:
    """The issues with their properties, read one by one, several side by side. Raises JiraError.

    For deployments whose search does not return properties. An issue that is gone since the search
    keeps its place, without properties.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get
    """
    if not keys or not issues:
        return issues
    path = f"{caller.flavour.api}/issue/{{issue}}"

    def read(issue: Issue) -> Mapping[str, Any]:
        params = {"fields": "id", "properties": tuple(keys)}
        try:
            found = caller.call(Request("GET", path, {"issue": issue.id}, params=params))
        except NotFound:
            # Gone since the search; its absence shows at the next one.
            return {}
        return parse.issue(parse.mapping(found)).properties

    answers = side_by_side(caller, read, issues)
    return tuple(
        replace(issue, properties=found) for issue, found in zip(issues, answers, strict=True)
    )
