"""Sprints' life, moving issues in and out, ranks."""

from __future__ import annotations

from jira_sandbox.model.lexorank import between, rank_of
from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller

AGILE = "/rest/agile/1.0"
DATES = {"startDate": "2027-01-04T08:00:00.000Z", "endDate": "2027-01-18T08:00:00.000Z"}


def ranks(handle: Handle) -> list[str]:
    issues = handle.site.of_project[handle.site.project("FALCON").id].values()
    return [one.key for one in sorted(issues, key=lambda one: one.values["rank"])]


def test_a_sprints_life(service: Caller, jira: Handle) -> None:
    made = service("POST", f"{AGILE}/sprint", {"name": "One", "originBoardId": 2, "goal": "g"})
    assert (made.status_code, made.json()["state"]) == (201, "future")
    path = f"{AGILE}/sprint/{made.json()['id']}"
    assert service("POST", path, {"state": "active"}).status_code == 400
    assert service("POST", path, {"state": "closed"}).status_code == 400
    assert service("POST", path, DATES).json()["goal"] == "g"
    assert service("PUT", path, {"name": "Two", "state": "future"}).json().get("goal") == ""
    assert "startDate" not in service.get(path)
    service("POST", path, DATES)
    assert service("POST", path, {"state": "active"}).json()["state"] == "active"
    closed = service("POST", path, {"state": "closed"}).json()
    assert closed["completeDate"]
    move = service("POST", f"{path}/issue", {"issues": ["FALCON-1"]})
    assert move.status_code == 400
    assert service("POST", path, {"name": "x" * 31}).status_code == 400


def test_only_scrum_boards_have_sprints(service: Caller, jira: Handle) -> None:
    kanban = service.get(f"{AGILE}/board", type="kanban")["values"][0]
    assert service("GET", f"{AGILE}/board/{kanban['id']}/sprint").status_code == 400
    assert service("GET", f"{AGILE}/board/2/sprint", state="active").json()["total"] == 1


def test_into_a_sprint_and_back(service: Caller, jira: Handle) -> None:
    keys = [service.story()["key"] for _ in range(3)]
    assert service("POST", f"{AGILE}/sprint/3/issue", {"issues": keys}).status_code == 204
    found = service.get(f"{AGILE}/sprint/3/issue", fields="summary")
    assert set(keys) <= {one["key"] for one in found["issues"]}
    assert service("POST", f"{AGILE}/backlog/issue", {"issues": keys[:1]}).status_code == 204
    assert sorted(service.keys("sprint = 3 AND summary ~ 'A story'")) == sorted(keys[1:])
    assert service("POST", f"{AGILE}/sprint/3/issue", {"issues": keys * 17}).status_code == 400


def test_the_sprint_field_can_be_edited(service: Caller, jira: Handle) -> None:
    field = jira.site.field_of("sprints").id
    key = service.story(**{field: 3})["key"]
    assert service.keys(f"key = {key} AND sprint = 3") == [key]
    service("PUT", f"/rest/api/2/issue/{key}", {"fields": {field: None}})
    assert service.keys(f"key = {key} AND sprint is EMPTY") == [key]


def test_ranks_follow_the_request(service: Caller, jira: Handle) -> None:
    body = {"issues": ["FALCON-9", "FALCON-8"], "rankBeforeIssue": "FALCON-2"}
    assert service("PUT", f"{AGILE}/issue/rank", body).status_code == 204
    assert ranks(jira)[:4] == ["FALCON-1", "FALCON-9", "FALCON-8", "FALCON-2"]
    body = {"issues": ["FALCON-1"], "rankAfterIssue": "FALCON-12"}
    assert service("PUT", f"{AGILE}/issue/rank", body).status_code == 204
    assert ranks(jira)[-1] == "FALCON-1"


def test_a_partly_refused_rank_is_207(service: Caller, jira: Handle) -> None:
    site = jira.site
    site.grant(site.project("OTTER"), site.users["svc-alm"], "SCHEDULE_ISSUES", False)
    body = {"issues": ["FALCON-3", "OTTER-1"], "rankBeforeIssue": "FALCON-1"}
    answer = service("PUT", f"{AGILE}/issue/rank", body)
    assert answer.status_code == 207
    assert [one["status"] for one in answer.json()["entries"]] == [200, 403]


def test_there_is_always_a_rank_between_two() -> None:
    low, high = rank_of(1), rank_of(2)
    for _ in range(300):
        middle = between(low, high)
        assert low < middle < high
        low, high = (middle, high) if len(middle) % 2 else (low, middle)
    assert between(None, low) < low < between(low, None)


def test_estimation_and_board_configuration(service: Caller, jira: Handle) -> None:
    shown = service.get(f"{AGILE}/board/2/configuration")
    field = shown["estimation"]["field"]["fieldId"]
    path = f"{AGILE}/issue/FALCON-1/estimation"
    assert service("PUT", path, {"value": "8.0"}).json() == {"fieldId": field, "value": "8.0"}
    assert service.fields("FALCON-1")[field] == 8.0
