"""Many issues in few calls: what came, what is missing, and which of many creations failed."""

import json
import re
from typing import Any

import pytest

from jira_client.errors import AnswerLost, JiraError, ServerFault
from jira_client.values import Created, CreateFailure
from outgoing.wire import WireRequest, WireResponse
from tests.jira_client.servers import CLOUD, DATA_CENTER, answer, scripted


def row(number: object) -> dict[str, Any]:
    return {"id": str(number), "key": f"A-{number}", "fields": {"summary": "x"}}


def test_cloud_reads_a_hundred_a_call_and_names_the_missing() -> None:
    def bulk(request: WireRequest) -> WireResponse:
        asked = json.loads(request.body or b"")["issueIdsOrKeys"]
        assert len(asked) <= 100
        return answer({"issues": [row(n) for n in asked if n != "7"], "issueErrors": []})

    client, transport = scripted(CLOUD, bulk)
    fetched = client.issues.fetch([str(n) for n in range(250)], ("summary",))
    assert [issue.id for issue in fetched.issues] == [str(n) for n in range(250) if n != 7]
    assert fetched.missing == ("7",)
    assert len(transport.sent) == 3


def test_an_issue_that_cloud_could_not_read_now_is_not_missing() -> None:
    def jira(request: WireRequest) -> WireResponse:
        if request.method == "GET":
            return answer(row(2))
        return answer({"issues": [row(1)], "issueErrors": [{"id": "2", "errorMessage": "busy"}]})

    client, _ = scripted(CLOUD, jira)
    fetched = client.issues.fetch(["1", "2"], ("summary",))
    assert ([issue.id for issue in fetched.issues], fetched.missing) == (["1", "2"], ())


def test_the_changes_are_asked_for_of_such_an_issue_too() -> None:
    def jira(request: WireRequest) -> WireResponse:
        if request.method == "GET":
            assert "expand=changelog" in request.target
            log = {"histories": [{"id": "1", "items": [{"field": "summary", "toString": "x"}]}]}
            return answer({**row(2), "changelog": log})
        return answer({"issues": [], "issueErrors": [{"id": "2", "errorMessage": "busy"}]})

    client, _ = scripted(CLOUD, jira)
    (issue,) = client.issues.fetch(["2"], ("summary",), history=True).issues
    assert [one.new_text for step in issue.history for one in step.items] == ["x"]


@pytest.mark.parametrize("words", ["A value with ID '3' does not exist", "No"])
def test_data_center_survives_unknown_ids_even_where_they_fail_the_search(words: str) -> None:
    known = {"1", "2", "4", "5"}

    def search(request: WireRequest) -> WireResponse:
        if request.method == "GET":
            return answer({"errorMessages": ["Issue Does Not Exist"]}, 404)
        body = json.loads(request.body or b"")
        assert body["validateQuery"] is False
        asked = re.findall(r"\d+", body["jql"])
        if set(asked) - known:
            return answer({"errorMessages": [words]}, 400)
        return answer({"issues": [row(n) for n in asked], "total": len(asked)})

    client, _ = scripted(DATA_CENTER, search)
    fetched = client.issues.fetch(["1", "2", "3", "4", "5"], ("summary",))
    assert {issue.id for issue in fetched.issues} == known
    assert fetched.missing == ("3",)


def test_a_search_that_always_fails_is_no_evidence_of_absence() -> None:
    def jira(request: WireRequest) -> WireResponse:
        return answer({}, 400) if request.method == "POST" else answer(row(request.target[18]))

    client, _ = scripted(DATA_CENTER, jira)
    fetched = client.issues.fetch(["1", "2", "3"], ("summary",))
    assert ([issue.id for issue in fetched.issues], fetched.missing) == (["1", "2", "3"], ())


def test_data_center_properties_come_issue_by_issue() -> None:
    def jira(request: WireRequest) -> WireResponse:
        if request.method == "POST":
            return answer({"issues": [row(1)], "total": 1})
        assert request.target == "/rest/api/2/issue/1?fields=id&properties=alm"
        return answer({**row(1), "properties": {"alm": {"op": "x"}}})

    client, _ = scripted(DATA_CENTER, jira)
    fetched = client.issues.fetch(["1"], ("summary",), properties=("alm",))
    assert fetched.issues[0].properties == {"alm": {"op": "x"}}


def item(name: str) -> dict[str, Any]:
    return {"fields": {"summary": name}, "properties": {"alm": {"op": name}}}


ERROR = {"status": 400, "elementErrors": {"errorMessages": ["no"], "errors": {"summary": "bad"}}}


def test_partial_creation_keeps_the_order_sent() -> None:
    body = {"issues": [row(10), row(12)], "errors": [{**ERROR, "failedElementNumber": 1}]}
    client, transport = scripted(CLOUD, answer(body, 201))
    results = client.issues.create_many([item("a"), item("b"), item("c")])
    assert results == [
        Created("10", "A-10"),
        CreateFailure(400, ("no",), {"summary": "bad"}),
        Created("12", "A-12"),
    ]
    sent = transport.bodies()[0]["issueUpdates"]
    assert sent[0]["properties"] == [{"key": "alm", "value": {"op": "a"}}]


def test_all_failed_is_400_and_still_one_result_each() -> None:
    body = {"issues": [], "errors": [{**ERROR, "failedElementNumber": n} for n in (0, 1)]}
    client, _ = scripted(DATA_CENTER, answer(body, 400))
    results = client.issues.create_many([item("a"), item("b")])
    assert [type(result) for result in results] == [CreateFailure, CreateFailure]


def test_fifty_a_call_and_a_later_failure_keeps_what_was_made() -> None:
    first = answer({"issues": [row(n) for n in range(50)], "errors": []}, 201)
    client, _ = scripted(CLOUD, first, answer(None, 502, b"<html>"))
    with pytest.raises(ServerFault) as caught:
        client.issues.create_many([item(str(n)) for n in range(60)])
    assert len(caught.value.partial) == 50
    assert caught.value.outcome_unknown


def test_an_answer_that_does_not_add_up_is_an_unknown_outcome() -> None:
    client, _ = scripted(CLOUD, answer({"issues": [row(1)], "errors": []}, 201))
    with pytest.raises(JiraError) as caught:
        client.issues.create_many([item("a"), item("b")])
    assert caught.value.outcome_unknown
    assert not isinstance(caught.value, AnswerLost)
