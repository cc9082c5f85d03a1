"""The issues that exist among given ids or keys, for deployments without a bulk read.

Source: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

import re
from collections.abc import Sequence

from jira_client import parse
from jira_client.errors import Invalid, NotFound
from jira_client.jql import quote
from jira_client.protocol import Param, Request
from jira_client.resources.caller import Caller
from jira_client.resources.comments import completed
from jira_client.resources.paging import offset_page
from jira_client.values import Issue


def by_ids(
    caller: Caller, ids: Sequence[str], fields: Sequence[str], expand: Sequence[str] = ()
) -> tuple[Issue, ...]:
    """The issues that exist among the given ids or keys, by one search where it can be. Raises JiraError.

    On some versions an unknown id fails the whole search, even with `validateQuery` off. Then the
    issues that Jira's refusal names are read one by one, and the rest is searched for again; where it
    names none, each half is searched for.
    """
    if not ids:
        return ()
    try:
        return _at_once(caller, ids, fields, expand)
    except Invalid as error:
        words = set(re.findall(r"[\w-]+", " ".join(error.messages)))
    named = list(ids) if len(ids) == 1 else [one for one in ids if one in words]
    # A refused search is no evidence of absence: the issue itself is asked for.
    found = tuple(issue for one in named for issue in _alone(caller, one, fields, expand))
    rest = [one for one in ids if one not in named]
    half = len(rest) if named else len(rest) // 2
    halves = rest[:half], rest[half:]
    return found + tuple(issue for some in halves for issue in by_ids(caller, some, fields, expand))


def _at_once(
    caller: Caller, ids: Sequence[str], fields: Sequence[str], expand: Sequence[str]
) -> tuple[Issue, ...]:
    numbers = [one for one in ids if one.isdigit()]
    keys = [quote(one) for one in ids if not one.isdigit()]
    parts = [f"id in ({', '.join(numbers)})"] if numbers else []
    parts += [f"key in ({', '.join(keys)})"] if keys else []
    clause = " OR ".join(parts)
    page = offset_page(caller, clause, fields, 0, len(ids), strict=False, expand=expand)
    found = page.issues
    if page.next is not None and found:
        # The server's own limit is below ours.
        here = {issue.id for issue in found} | {issue.key for issue in found}
        rest = [one for one in ids if one not in here]
        if len(rest) < len(ids):
            found += by_ids(caller, rest, fields, expand)
    return found


def _alone(
    caller: Caller, one: str, fields: Sequence[str], expand: Sequence[str]
) -> tuple[Issue, ...]:
    path = f"{caller.flavour.api}/issue/{{issue}}"
    params: dict[str, Param] = {"fields": tuple(fields), "expand": tuple(expand) or None}
    request = Request("GET", path, {"issue": one}, params=params)
    try:
        found = (parse.issue(parse.mapping(caller.call(request))),)
    except NotFound:
        return ()
    return completed(caller, found, fields)
