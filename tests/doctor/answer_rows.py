"""Something answers, but not as Jira's API does; or Jira is late, slow, overloaded, broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jira_client.auth import Anonymous
from jira_client.protocol import Request
from tests.doctor.rows import DATA_CENTER, Row
from tests.doctor.stage import Stage

PAST = ("operator", "/rest", "Advanced Settings")
CONTEXT = ("Instance URL", "context path")
SUMMARY = {"summary": "Changed while something fails"}


def asked(fault: str, value: object = True, **options: Any) -> Callable[[Stage], object]:
    """`/myself` while the fault is on; `options` go to the transport."""

    def provoke(stage: Stage) -> None:
        client = stage.client(**options)
        stage.fault(fault, value)
        client.myself()

    return provoke


def written(fault: str, value: object = True) -> Callable[[Stage], object]:
    """An edit while the fault is on."""

    def provoke(stage: Stage) -> None:
        client = stage.client()
        client.flavour  # noqa: B018 - asked before the fault is on
        stage.fault(fault, value, method="PUT")
        client.issues.edit("FALCON-1", SUMMARY)

    return provoke


def elsewhere(stage: Stage) -> None:
    root = stage.handle.url.removesuffix(stage.site.context)
    stage.client(Anonymous(), url=root + "/elsewhere").server_info()


def without_context(stage: Stage) -> None:
    stage.client(Anonymous(), url=stage.handle.url.removesuffix("/jira")).server_info()


def some_page(stage: Stage) -> None:
    stage.fault("html_page")
    stage.client(Anonymous()).server_info()


def removed(stage: Stage) -> None:
    """Cloud's old search."""
    stage.client().call(Request("GET", "/rest/api/2/search", params={"jql": "project = FALCON"}))


ROWS = (
    Row("not_jira", elsewhere, "not a Jira", ("browser", "Instance URL"), name="wrong path"),
    Row("not_jira", without_context, "not a Jira", ("context path",), DATA_CENTER,
        name="no context path"),
    Row("not_jira", some_page, "not a Jira", ("start page",), name="some page"),
    Row("login_page", asked("login_page"), "login page", PAST),
    Row("login_page", asked("login_redirect"), "login page", ("operator", "single sign-on"),
        name="redirect", seen=(("leads to", "https://sso.example.com/login"),)),
    Row("redirected", asked("redirect", "https://new.example.com/jira"), "base URL has moved",
        ("Instance URL", "General configuration"),
        seen=(("leads to", "https://new.example.com/jira/rest/api/2/myself"),)),
    Row("redirected", asked("redirect", "https://jira.lessons.example.com"), "base URL has moved",
        ("Instance URL",), name="sso inside a word"),
    Row("html_answer", asked("html_page"), "Something other", CONTEXT,
        seen=(("page title", "Welcome to the intranet"),)),
    Row("not_json", asked("garbage"), "Something other", CONTEXT),
    Row("not_json", asked("truncated", "json"), "Something other", ("proxy",), name="cut JSON"),
    Row("empty_answer", asked("empty"), "empty", ("Instance URL", "credentials")),
    Row("read_timed_out", asked("slow", 1500, read_timeout=0.3), "in time", ("operator", "load")),
    Row("connection_dropped", asked("answer_lost"), "ended before", ("proxy", "firewall")),
    Row("connection_dropped", written("answer_lost"), "looked up", ("proxy",), name="write",
        seen=(("outcome", "unknown: Jira may have carried it out"),)),
    Row("truncated", asked("truncated"), "cut off", ("proxy",)),
    Row("too_large", asked("huge", "0.2", max_bytes=100_000), "larger", ("JQL filter",)),
    Row("rate_limited", asked("rate_limit", 7), "pause for 7 seconds", ("Jira admin",
        "Rate limiting")),
    Row("server_fault", asked("error", 503), "failed inside", ("operator", "log")),
    Row("server_fault", written("answer_html"), "failed inside", ("operator",), name="proxy's 502",
        seen=(("outcome", "unknown: Jira may have carried it out"),)),
    Row("conflict_refused", written("error", 409), "Somebody changed", ("read again",)),
    Row("too_big", written("error", 413), "more than Jira takes", ("board",)),
    Row("workflow_invalid", written("error", 422), "workflow", ("project's admin",)),
    Row("api_gone", removed, "no longer offers", ("Test connection",), ("cloud",)),
    Row("api_gone", asked("error", 410), "no longer offers", ("update",), DATA_CENTER),
    Row("jira_error", asked("error", 418), "status 418", ("Jira admin",)),
)  # fmt: skip
