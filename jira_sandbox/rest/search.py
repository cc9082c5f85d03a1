"""Search: offset pages on Data Center, token pages on Cloud.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

import secrets
from collections import OrderedDict
from datetime import timedelta
from typing import Any

from ..jql import bounded
from ..jql import search as run
from ..model.issues import Issue
from ..model.site import Site
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer
from .issue_page_encoder import Writer
from .issues import full
from .lookups import renderer, visible_issue

GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full "
    "migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
DC_MOST = 1000
WINDOW = 10000
CLOUD_MOST = 100
CLOUD_MOST_IDS = 5000
TOKENS_KEPT = 500


class Tokens:
    """Where token searches stopped: the ids still to come, kept for a while."""

    def __init__(self) -> None:
        self.left: OrderedDict[str, list[int]] = OrderedDict()

    def keep(self, ids: list[int]) -> str:
        token = secrets.token_urlsafe(24)
        self.left[token] = ids
        while len(self.left) > TOKENS_KEPT:
            self.left.popitem(last=False)
        return token


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part for part in value.split(",") if part]
    return [str(one) for one in value or ()]


def _parameters(call: Call, lists: tuple[str, ...]) -> dict[str, Any]:
    """The same names from the query of a GET and from the body of a POST."""
    if call.request.method == "POST":
        return call.json_object()
    found: dict[str, Any] = {name: call.many(name) for name in lists}
    single = ("jql", "startAt", "maxResults", "nextPageToken", "validateQuery")
    return found | {name: call.one(name) for name in single if call.one(name)}


def _whole(given: dict[str, Any], name: str, default: int) -> int:
    try:
        return int(given.get(name, default))
    except (TypeError, ValueError) as error:
        raise Refusal(400, f"The value of '{name}' must be a number.") from error


def search(call: Call) -> Response:
    if call.site.cloud:
        raise Refusal(410, GONE)
    given = _parameters(call, ("fields", "expand", "properties"))
    start, size = _whole(given, "startAt", 0), min(_whole(given, "maxResults", 50), DC_MOST)
    if call.site.version >= 10 and start + size > WINDOW:
        raise Refusal(
            500,
            "Search limit exceeded: the requested page exceeded the search platform "
            "limit of 10,000.",
        )
    lenient = str(given.get("validateQuery", "true")).lower() in ("false", "warn", "none")
    found = run(call.site, call.user, str(given.get("jql", "")), lenient)
    shown = found.issues[start : start + size]
    around: dict[str, Any] = {
        "expand": "schema,names",
        "startAt": start,
        "maxResults": size,
        "total": len(found.issues),
    }
    if found.warnings:
        around["warningMessages"] = found.warnings
    return _page(call, shown, given, "*navigable", around)


def _page(
    call: Call, issues: list[Issue], given: dict[str, Any], default: str, around: dict[str, Any]
) -> Response:
    fields, expand = _listed(given.get("fields")), _listed(given.get("expand"))
    properties = _listed(given.get("properties"))
    if expand:
        whole = [full(call, one, fields, expand, properties, default) for one in issues]
        return answer({"issues": whole, **around})
    shapes = renderer(call)
    return Writer(shapes, shapes.chosen(fields, default), properties).answer(issues, **around)


def _slim(fields: list[str]) -> bool:
    return not set(fields or ["id"]) - {"id", "key"}


def search_jql(call: Call) -> Response:
    """Cloud: sequential pages by token, no total, only `id` unless fields are asked for."""
    given = _parameters(call, ("fields", "expand", "properties", "reconcileIssues"))
    fields = _listed(given.get("fields"))
    slim = _slim(fields)
    size = max(1, min(_whole(given, "maxResults", 50), CLOUD_MOST_IDS if slim else CLOUD_MOST))
    tokens: Tokens = call.site.parts.setdefault("tokens", Tokens())
    token = given.get("nextPageToken")
    if token:
        if token not in tokens.left:
            raise Refusal(400, "The nextPageToken is invalid or expired.")
        ids = tokens.left[token]
    else:
        ids = _matches(call, str(given.get("jql", "")), given.get("reconcileIssues") or [])
    issues = [one for id in ids[:size] if (one := visible_issue(call, id))]
    around: dict[str, Any] = {"isLast": len(ids) <= size}
    if len(ids) > size:
        around["nextPageToken"] = tokens.keep(ids[size:])
    if slim:
        return answer({"issues": _slimmed(issues, fields), **around})
    return _page(call, issues, given, "id", around)


def _slimmed(issues: list[Issue], fields: list[str]) -> list[dict[str, Any]]:
    if "key" in fields:
        return [{"id": str(one.id), "key": one.key} for one in issues]
    return [{"id": str(one.id)} for one in issues]


def _matches(call: Call, text: str, reconcile: list[Any]) -> list[int]:
    if not bounded(text):
        raise Refusal(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search "
            "restriction to your query.",
        )
    if len(reconcile) > 50:
        raise Refusal(400, "reconcileIssues must not hold more than 50 ids.")
    found = run(call.site, call.user, text, lenient=False).issues
    lag = search_lag(call.site)
    if lag:
        known = {str(id) for id in reconcile}
        edge = call.site.now() - lag
        found = [one for one in found if one.created <= edge or str(one.id) in known]
    return [one.id for one in found]


def search_lag(site: Site) -> timedelta:
    """How far Cloud's index is behind: new issues are not found until then (a fault)."""
    lag: timedelta = site.parts.get("search_lag", timedelta(0))
    return lag


def count(call: Call) -> Response:
    text = str(call.json_object().get("jql", ""))
    return answer({"count": len(_matches(call, text, []))})


def mount(router: Router) -> None:
    for method in ("GET", "POST"):
        router.api(method, "/search", search)
        router.api(method, "/search/jql", search_jql, "cloud")
    router.api("POST", "/search/approximate-count", count, "cloud")
