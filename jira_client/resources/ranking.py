"""Ordering issues on a board, which needs Schedule Issues and Jira Software.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-issue/#api-rest-agile-1-0-issue-rank-put
Data Center: https://docs.atlassian.com/jira-software/REST/server/
"""

from collections.abc import Sequence
from typing import Any

from jira_client import parse
from jira_client.protocol import Expect, Request
from jira_client.resources.caller import Caller, chunks
from jira_client.values import RankFailure

# The most issues of one call:
# https://developer.atlassian.com/cloud/jira/software/rest/api-group-issue/#api-rest-agile-1-0-issue-rank-put
_AT_ONCE = 50


def rank(
    caller: Caller,
    ids: Sequence[str],
    before: str | None,
    after: str | None,
    rank_field: str | None,
) -> list[RankFailure]:
    """Puts issues, in this order, before or after another one, 50 a call; all by id or key.

    Returns the issues that Jira left where they were: it answers 204 where all were ranked, and 207
    with a status for each where some were not. `rank_field` is the id of the rank field, as
    `customfield_10019`; None lets Jira choose. Raises JiraError, and ValueError unless just one of
    `before` and `after` is given.
    """
    if (before is None) == (after is None):
        raise ValueError("Ranking needs either `before` or `after`.")
    failures: list[RankFailure] = []
    for some in chunks(ids, _AT_ONCE):
        body: dict[str, Any] = {"issues": list(some)}
        if before is not None:
            body["rankBeforeIssue"] = before
        else:
            body["rankAfterIssue"] = after
            # The next fifty follow the last of these.
            after = some[-1]
        if rank_field:
            body["rankCustomFieldId"] = int(rank_field.removeprefix("customfield_"))
        path = f"{caller.flavour.agile}/issue/rank"
        answer = caller.call(Request("PUT", path, json=body, expect=Expect.NOTHING))
        if answer:
            failures.extend(_failures(answer))
    return failures


def _failures(answer: Any) -> list[RankFailure]:
    found = []
    for row in parse.rows(parse.mapping(answer).get("entries") or []):
        status = parse.whole(row.get("status")) or 0
        if status >= 300:
            messages = tuple(parse.text(one) for one in row.get("errors") or ())
            found.append(
                RankFailure(
                    parse.text(row.get("issueId")),
                    parse.text(row.get("issueKey")),
                    status,
                    messages,
                )
            )
    return found
