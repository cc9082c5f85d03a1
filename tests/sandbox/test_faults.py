"""Each fault does what it says, as often as it was told, where it was told."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest
import requests

from jira_sandbox.serving import Handle
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
