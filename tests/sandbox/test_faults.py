"""Each fault does what it says, as often as it was told, where it was told."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest
import requests

from jira_sandbox.server import Handle
from tests.sandbox.callers import Browser, Caller

MYSELF = "/rest/api/2/myself"
ISSUE = "/rest/api/2/issue"


def fault(service: Caller, name: str, value: object = True, **more: object) -> None:
    answer = service("POST", "/sandbox/faults", {"name": name, "value": value, **more})
    assert answer.status_code == 200, answer.text


def test_rate_limit_for_two_calls(service: Caller, jira: Handle) -> None:
    fault(service, "rate_limit", 7, times=2)
    answers = [service("GET", MYSELF) for _ in range(3)]
    assert [one.status_code for one in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"


def test_an_error_only_where_path_and_method_match(service: Caller, jira: Handle) -> None:
    fault(service, "error", 503, path="/issue$", method="POST")
    assert service("GET", MYSELF).status_code == 200
    fields = {"project": {"key": "FALCON"}, "issuetype": {"name": "Story"}, "summary": "x"}
    assert service("POST", ISSUE, {"fields": fields}).status_code == 503
    fault(service, "error", None)
    assert service("POST", ISSUE, {"fields": fields}).status_code == 201


def test_the_login_page_instead_of_json(service: Caller, jira: Handle) -> None:
    fault(service, "login_page", times=1)
    answer = service("GET", MYSELF)
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (200, "text/html")


@pytest.mark.parametrize("name", ["answer_lost", "answer_html"])
def test_the_answer_is_lost_but_the_work_is_done(service: Caller, jira: Handle, name: str) -> None:
    fault(service, name, times=1, method="POST", path="/issue$")
    fields = {"project": {"key": "FALCON"}, "issuetype": {"name": "Story"}, "summary": "lost one"}
    before = len(jira.site.issues)
    if name == "answer_lost":
        with pytest.raises(requests.ConnectionError):
            service("POST", ISSUE, {"fields": fields})
    else:
        assert service("POST", ISSUE, {"fields": fields}).status_code == 502
    assert len(jira.site.issues) == before + 1
    assert len(service.keys('summary ~ "lost one"')) == 1


@pytest.mark.parametrize("value", [True, "json"])
def test_half_of_the_answer(service: Caller, jira: Handle, value: object) -> None:
    fault(service, "truncated", value, times=1, method="POST", path="/issue$")
    fields = {"project": {"key": "FALCON"}, "issuetype": {"name": "Story"}, "summary": "half one"}
    if value is True:
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            service("POST", ISSUE, {"fields": fields})
    else:
        answer = service("POST", ISSUE, {"fields": fields})
        assert (answer.status_code, answer.text[:5]) == (201, '{"id"')
        with pytest.raises(ValueError, match=r"char \d+"):
            answer.json()
    assert len(service.keys('summary ~ "half one"')) == 1


def test_a_truncated_answer_without_a_body_is_no_answer(service: Caller, jira: Handle) -> None:
    key = service.story()["key"]
    fault(service, "truncated", times=1, method="PUT")
    with pytest.raises(requests.ConnectionError):
        service("PUT", f"{ISSUE}/{key}", {"fields": {"summary": "changed"}})
    assert service.fields(key, "summary") == {"summary": "changed"}


def test_garbage_after_the_work(service: Caller, jira: Handle) -> None:
    key = service.story()["key"]
    fault(service, "garbage", times=1)
    answer = service("DELETE", f"{ISSUE}/{key}")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"codec|char \d+"):
        answer.json()
    assert service("GET", f"{ISSUE}/{key}").status_code == 404


def test_a_request_that_never_arrives(service: Caller, jira: Handle) -> None:
    before = len(jira.site.issues)
    fault(service, "request_lost", times=1)
    with pytest.raises(requests.ConnectionError):
        service.story()
    assert len(jira.site.issues) == before


def test_one_poison_issue_and_one_limited_one(service: Caller, jira: Handle) -> None:
    fault(service, "error", 500, path="/issue(/bulk)?$", body="poison")
    fault(service, "rate_limit", "9 jira-per-issue-on-write", path="/issue/FALCON-1$", method="PUT")
    new = {"project": {"key": "FALCON"}, "issuetype": {"name": "Story"}}
    bodies = [{"fields": new | {"summary": text}} for text in ("a poison", "a cure")]
    assert service("POST", ISSUE, bodies[0]).status_code == 500
    assert service("POST", ISSUE + "/bulk", {"issueUpdates": bodies}).status_code == 500
    assert service("POST", ISSUE, bodies[1]).status_code == 201
    edit = {"fields": {"summary": "x"}}
    limited = service("PUT", f"{ISSUE}/FALCON-1", edit)
    assert limited.status_code == 429
    assert limited.headers["Retry-After"] == "9"
    assert limited.headers["RateLimit-Reason"] == "jira-per-issue-on-write"
    assert service("PUT", f"{ISSUE}/FALCON-2", edit).status_code == 204


def test_two_poisons_side_by_side_and_both_away(service: Caller, jira: Handle) -> None:
    for word in ("arsenic", "cyanide"):
        fault(service, "error", 500, body=word)
    assert len(jira.site.parts["faults"].listed()) == 2
    fault(service, "error", None, body="arsenic")
    assert [one["body"] for one in jira.site.parts["faults"].listed()] == ["cyanide"]
    fault(service, "error", None)
    assert jira.site.parts["faults"].listed() == []


@pytest.mark.parametrize(
    ("name", "more"),
    [("slow", {"value": "soon"}), ("error", {"value": 500, "body": "("}), ("error", {"path": "["})],
)
def test_a_value_that_does_not_suit(
    service: Caller, jira: Handle, name: str, more: dict[str, object]
) -> None:
    assert service("POST", "/sandbox/faults", {"name": name} | more).status_code == 400


def test_clock_skew_shows_in_date_and_server_time(service: Caller, jira: Handle) -> None:
    fault(service, "clock_skew", 600)
    answer = service("GET", "/rest/api/2/serverInfo")
    ahead = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    fault(service, "clock_skew", None)
    honest = service("GET", "/rest/api/2/serverInfo")
    now = parsedate_to_datetime(honest.headers["Date"]).timestamp()
    assert 595 <= ahead - now <= 605


def test_another_base_url(service: Caller, jira: Handle) -> None:
    fault(service, "base_url", "https://jira.example.com/")
    assert service.get("/rest/api/2/serverInfo")["baseUrl"] == "https://jira.example.com"
    assert service("POST", "/sandbox/reset").status_code == 204
    assert service.get("/rest/api/2/serverInfo")["baseUrl"] == jira.url


def test_search_lags_and_reconciles_on_cloud(cloud: Handle) -> None:
    service = Caller(cloud)
    fault(service, "search_lag", 60)
    made = service.story(summary="brand new")
    assert service.keys(f"key = {made['key']}") == []
    body = {"jql": f"key = {made['key']}", "reconcileIssues": [int(made["id"])]}
    found = service("POST", "/rest/api/3/search/jql", body).json()
    assert found["issues"] == [{"id": made["id"]}]


def test_an_unknown_fault_is_refused(service: Caller, jira: Handle) -> None:
    answer = service("POST", "/sandbox/faults", {"name": "gremlins"})
    assert (answer.status_code, "Known:" in answer.text) == (400, True)


def test_a_person_switches_by_page(jira: Handle, service: Caller) -> None:
    browser = Browser(jira, "rita")
    browser.open("/sandbox/faults")
    browser.submit("/sandbox/faults/switch", name="rate_limit", value="3", times="1", clear="")
    assert jira.site.parts["faults"].listed() == []
    token = {"atl_token": browser.hidden()["atl_token"]}
    browser.session.post(
        jira.url + "/sandbox/faults/switch",
        data=token | {"name": "rate_limit", "value": "3", "times": "1"},
        timeout=10,
    )
    browser.close()
    assert service("GET", MYSELF).status_code == 429
