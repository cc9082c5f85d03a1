"""Creating issues in bulk, where part may succeed and part fail in one answer.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulk-post
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from jira_client import parse
from jira_client.errors import JiraError
from jira_client.protocol import Request, read
from jira_client.refusal import read_complaints
from jira_client.resources.caller import Caller, chunks
from jira_client.values import Created, CreateFailure

# The most issues that Cloud creates in one call; Data Center's page states no limit:
# https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulk-post
_AT_ONCE = 50


def creation(item: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON body for one new issue: `fields`, and `update` and `properties` where the item has them.

    The item holds properties by name; Jira takes them as a list of `key` and `value`.
    """
    body: dict[str, Any] = {"fields": dict(item.get("fields") or {})}
    if item.get("update"):
        body["update"] = dict(item["update"])
    if item.get("properties"):
        body["properties"] = [
            {"key": key, "value": value} for key, value in item["properties"].items()
        ]
    return body


def create_many(
    caller: Caller, items: Sequence[Mapping[str, Any]]
) -> list[Created | CreateFailure]:
    """What became of each new issue, in the order sent; 50 issues a call.

    Jira answers 201 with `issues` and `errors` where part of a call succeeded, and 400 with the same body
    where nothing did: neither is an error here. Raises JiraError where a call fails as a whole or its
    answer does not account for every issue; the error's `partial` holds the results of the calls before.
    """
    results: list[Created | CreateFailure] = []
    for some in chunks(items, _AT_ONCE):
        try:
            results.extend(_create_some(caller, some))
        except JiraError as error:
            error.partial = tuple(results)
            raise
    return results


def _create_some(
    caller: Caller, items: Sequence[Mapping[str, Any]]
) -> list[Created | CreateFailure]:
    body = {"issueUpdates": [creation(item) for item in items]}
    request = Request("POST", f"{caller.flavour.api}/issue/bulk", json=body)
    response = caller.exchange(request)
    # Jira says 400 when every single one failed, with the same body as a partial success.
    answer = _all_failed(response.body) if response.status == 400 else None
    if answer is None:
        answer = parse.mapping(read(request, response))
    return _in_order(answer, len(items))


def _all_failed(body: bytes) -> Mapping[str, Any] | None:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(answer, Mapping) or not isinstance(answer.get("errors"), list):
        return None
    rows = [row for row in answer["errors"] if isinstance(row, Mapping)]
    return answer if any("failedElementNumber" in row for row in rows) else None


def _in_order(answer: Mapping[str, Any], sent: int) -> list[Created | CreateFailure]:
    failures: dict[int, CreateFailure] = {}
    for row in parse.rows(answer.get("errors") or []):
        messages, fields = read_complaints(row.get("elementErrors") or {})
        number = parse.whole(row.get("failedElementNumber"))
        if number is not None:
            failures[number] = CreateFailure(parse.whole(row.get("status")) or 0, messages, fields)
    created = [
        Created(parse.text(row.get("id")), parse.text(row.get("key")))
        for row in parse.rows(answer.get("issues") or [])
    ]
    if len(created) + len(failures) != sent:
        raise JiraError(
            "Jira's answer to creating several issues does not account for each of them. Look up "
            "what was created before trying again.",
            method="POST",
            outcome_unknown=True,
            seen={"sent": str(sent), "created": str(len(created)), "failed": str(len(failures))},
        )
    rest = iter(created)
    return [failures[n] if n in failures else next(rest) for n in range(sent)]
