"""Registering webhooks: Cloud's and Data Center 9's path, and the other one of Data Center 10.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks
Data Center: https://confluence.atlassian.com/adminjiraserver/managing-webhooks-938846912.html
The path and body of Data Center 10 were seen in tools that register there; the vendor does not say them.
"""

from typing import Any

from ..jql import compiled
from ..refusal import Refusal
from ..routing import Call, Router
from ..webhooks.register import Attempt, Hook, Hooks, checked
from ..wire import Response, answer, nothing

OLD = "/rest/webhooks/1.0/webhook"
NEW = "/rest/jira-webhook/1.0/webhooks"
SECTION = "issue-related-events-section"


def hooks_of(call: Call) -> Hooks:
    found: Hooks = call.site.parts["webhooks"]
    return found


def _modern(call: Call) -> bool:
    """Data Center 10 and later: the old path is gone, the new one lives. Raises Refusal 404."""
    modern = not call.site.cloud and call.site.version >= 10
    if modern != call.request.path.startswith("/rest/jira-webhook/"):
        raise Refusal(404, f"null for uri: {call.request.path}", shape="message")
    return modern


def _gate(call: Call) -> bool:
    modern = _modern(call)
    call.demand(
        "ADMINISTER",
        None,
        403,
        "You do not have permission to administer webhooks: Jira administrator needed.",
    )
    return modern


def _found(call: Call) -> Hook:
    text = call.args["id"]
    found = hooks_of(call).known.get(int(text)) if text.isdecimal() else None
    if found is None:
        raise Refusal(404, f"There is no webhook with id {text}.")
    return found


def shown(call: Call, hook: Hook, modern: bool) -> dict[str, Any]:
    changed = int(hook.changed.timestamp() * 1000) if hook.changed else 0
    made: dict[str, Any] = {"name": hook.name, "url": hook.url, "events": list(hook.events)}
    if modern:
        configuration = {"EXCLUDE_BODY": str(hook.exclude_body).lower()}
        if hook.jql:
            configuration["FILTERS"] = hook.jql
        return made | {
            "id": hook.id, "active": hook.enabled, "configuration": configuration,
            "createdDate": changed, "updatedDate": changed, "sslVerificationRequired": True,
            "scopeType": "global",
        }  # fmt: skip
    owner = hook.owner
    made |= {
        "excludeBody": hook.exclude_body, "filters": {SECTION: hook.jql}, "enabled": hook.enabled,
        "self": call.url(f"{OLD}/{hook.id}"), "lastUpdated": changed,
        "lastUpdatedDisplayName": owner.display_name if owner else "",
        "lastUpdatedUser": (owner.account_id if call.site.cloud else owner.name) if owner else "",
    }  # fmt: skip
    if call.site.cloud:
        made["isSigned"] = bool(hook.secret)
    return made


def _apply(call: Call, hook: Hook, body: dict[str, Any], modern: bool) -> Hook:
    """Writes a registration into a hook. Raises Refusal 400 before anything changed."""
    name, url, events = checked(
        body.get("name", hook.name),
        body.get("url", hook.url),
        body.get("events", list(hook.events)),
    )
    if modern:
        told = body.get("configuration") or {}
        jql = told.get("FILTERS", hook.jql)
        exclude = str(told.get("EXCLUDE_BODY", hook.exclude_body)).lower() == "true"
        secret = told.get("SECRET", hook.secret)
        enabled = bool(body.get("active", hook.enabled))
    else:
        jql = (body.get("filters") or {}).get(SECTION, hook.jql)
        exclude = bool(body.get("excludeBody", hook.exclude_body))
        secret = body.get("secret", hook.secret) if call.site.cloud else ""
        enabled = bool(body.get("enabled", hook.enabled))
    if jql:
        compiled(call.site, call.user, jql)
    hook.name, hook.url, hook.events, hook.jql = name, url, events, jql or ""
    hook.exclude_body, hook.secret, hook.enabled = exclude, secret or "", enabled
    hook.owner, hook.changed = call.user, call.site.now()
    return hook


def listed(call: Call) -> Response:
    modern = _gate(call)
    return answer([shown(call, one, modern) for one in hooks_of(call).known.values()])


def create(call: Call) -> Response:
    modern = _gate(call)
    body = call.json_object()
    blank = Hook(call.site.next_id("webhook", 1), "", "", ())
    hook = hooks_of(call).add(_apply(call, blank, body, modern))
    return answer(shown(call, hook, modern), 201)


def read(call: Call) -> Response:
    modern = _gate(call)
    return answer(shown(call, _found(call), modern))


def edit(call: Call) -> Response:
    modern = _gate(call)
    return answer(shown(call, _apply(call, _found(call), call.json_object(), modern), modern))


def delete(call: Call) -> Response:
    _gate(call)
    del hooks_of(call).known[_found(call).id]
    return nothing()


def _logged(one: Attempt) -> dict[str, Any]:
    ok = one.answer.isdecimal() and int(one.answer) < 300
    return {
        "event": one.event,
        "start": int(one.at.timestamp() * 1000),
        "duration": one.milliseconds,
        "result": {"description": one.answer, "outcome": "SUCCESS" if ok else "FAILURE"},
    }


def latest(call: Call) -> Response:
    """The last delivery; 204 where there never was one."""
    _gate(call)
    log = _found(call).log
    return answer(_logged(log[0])) if log else nothing()


def statistics(call: Call) -> Response:
    _gate(call)
    shown = [_logged(one) for one in _found(call).log]
    good = sum(one["result"]["outcome"] == "SUCCESS" for one in shown)
    return answer({"successCount": good, "failureCount": len(shown) - good, "invocations": shown})


def mount(router: Router) -> None:
    for path in (OLD, NEW):
        router.add("GET", path, listed)
        router.add("POST", path, create)
        router.add("GET", path + "/{id}", read)
        router.add("PUT", path + "/{id}", edit)
        router.add("DELETE", path + "/{id}", delete)
    router.add("GET", NEW + "/{id}/latest", latest)
    router.add("GET", NEW + "/{id}/statistics", statistics)
    router.add("GET", NEW + "/{id}/statistics/summary", statistics)
