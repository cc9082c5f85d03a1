"""Ordering issues on a board. Needs Schedule Issues and Jira Software."""

from collections.abc import Sequence
from typing import Any

from jira_client import parse
from jira_client.protocol import Expect, Request
from jira_client.resources.caller import Caller, chunks
from jira_client.values import RankFailure

_AT_ONCE = 50


def rank(
    caller: Caller,
    ids: Sequence[str],
    before: str | None,
    after: str | None,
    rank_field: str | None,
) -> list[RankFailure]:
    """Puts issues in this order before or after one. Raises ValueError unless just one is given."""
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
