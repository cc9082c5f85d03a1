"""Permissions in one project and in many, and what they mean for the board."""

import json
from collections import Counter

import pytest

from jira_client.errors import AuthenticationRefused
from jira_client.permission_evaluation import Obstacle, evaluate
from jira_client.requirements import BY_KEY, OPERATIONS, PROJECT_KEYS
from jira_client.values import PermissionState, Project
from outgoing.wire import WireRequest, WireResponse
from tests.jira_client.servers import CLOUD, DATA_CENTER, answer, scripted

HELD, MISSING = PermissionState.HELD, PermissionState.MISSING
UNKNOWN, UNSUPPORTED = PermissionState.UNKNOWN, PermissionState.UNSUPPORTED
PROJECTS = [Project(str(n), f"P{n}", f"Project {n}") for n in range(1, 1502)]


def test_cloud_asks_once_per_thousand_projects() -> None:
    def check(request: WireRequest) -> WireResponse:
        asked = json.loads(request.body or b"")["projectPermissions"][0]
        assert len(asked["projects"]) <= 1000
        granted = [number for number in asked["projects"] if number % 2]
        return answer({"projectPermissions": [{"permission": "EDIT_ISSUES", "projects": granted}]})

    client, transport = scripted(CLOUD, check)
    states = client.permissions.of_projects(PROJECTS, ("EDIT_ISSUES",))
    assert len(transport.sent) == 2
    assert Counter(one["EDIT_ISSUES"] for one in states.values()) == {HELD: 751, MISSING: 750}


def test_a_key_that_cloud_does_not_know_is_unsupported_and_the_rest_is_asked_again() -> None:
    def check(request: WireRequest) -> WireResponse:
        if b"ODD" in (request.body or b""):
            return answer({"errorMessages": [], "errors": {"ODD": "Unrecognized permission"}}, 400)
        return answer({"projectPermissions": [{"permission": "EDIT_ISSUES", "projects": [1]}]})

    client, _ = scripted(CLOUD, check)
    states = client.permissions.of_projects(PROJECTS[:1], ("ODD", "EDIT_ISSUES"))
    assert states == {"1": {"ODD": UNSUPPORTED, "EDIT_ISSUES": HELD}}


def test_data_center_asks_each_project_and_one_failure_stays_alone() -> None:
    def mine(request: WireRequest) -> WireResponse:
        if "P2" in request.target:
            return answer({}, 500)
        if "P3" in request.target:
            return answer({"errorMessages": ["no project"]}, 404)
        return answer({"permissions": {"BROWSE_PROJECTS": {"havePermission": True}}})

    client, _ = scripted(DATA_CENTER, mine)
    seen: list[tuple[int, int]] = []
    keys = ("BROWSE_PROJECTS", "EDIT_ISSUES")
    states = client.permissions.of_projects(PROJECTS[:3], keys, lambda *step: seen.append(step))
    assert states["1"] == {"BROWSE_PROJECTS": HELD, "EDIT_ISSUES": UNSUPPORTED}
    assert states["2"] == {"BROWSE_PROJECTS": UNKNOWN, "EDIT_ISSUES": UNKNOWN}
    assert states["3"] == {"BROWSE_PROJECTS": MISSING, "EDIT_ISSUES": UNKNOWN}
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_refused_login_is_no_report() -> None:
    client, _ = scripted(DATA_CENTER, answer({}, 401))
    with pytest.raises(AuthenticationRefused):
        client.permissions.of_projects(PROJECTS[:20], ("EDIT_ISSUES",))


def test_old_servers_answer_with_old_keys() -> None:
    body = {
        "permissions": {"BROWSE": {"havePermission": True}, "EDIT_ISSUE": {"havePermission": False}}
    }
    client, _ = scripted(DATA_CENTER, answer(body))
    states = client.permissions.of_project("A", ("BROWSE_PROJECTS", "EDIT_ISSUES"))
    assert states == {"BROWSE_PROJECTS": HELD, "EDIT_ISSUES": MISSING}


def test_everything_held_is_ready() -> None:
    report = evaluate(dict.fromkeys(PROJECT_KEYS, HELD))
    assert report.is_ready
    assert {row.state for row in report.operations} == {HELD}
    assert not any(row.text for row in report.permissions)


def test_a_missing_key_names_what_breaks_and_what_to_ask() -> None:
    states = {**dict.fromkeys(PROJECT_KEYS, HELD), "SCHEDULE_ISSUES": MISSING}
    report = evaluate(states, account="svc-alm", project="Falcon")
    broken = {row.code for row in report.operations if row.state is MISSING}
    assert broken == {"move_to_sprint", "reorder"}
    row = next(row for row in report.permissions if row.key == "SCHEDULE_ISSUES")
    assert "Schedule Issues" in row.text
    assert "svc-alm" in row.text
    assert "Falcon" in row.text
    assert not report.is_ready


def test_workflow_access_is_one_line_with_two_keys() -> None:
    every = dict.fromkeys(PROJECT_KEYS, HELD)

    def access(**states: PermissionState) -> tuple[PermissionState, str]:
        rows = evaluate({**every, **states}).permissions
        row = next(row for row in rows if row.name == "Workflow access")
        return row.state, row.message

    assert access()[0] is HELD
    assert access(EDIT_WORKFLOW=UNSUPPORTED)[0] is HELD
    assert access(EDIT_WORKFLOW=UNKNOWN)[0] is UNKNOWN
    state, message = access(EDIT_WORKFLOW=MISSING)
    assert (state, message) == (
        MISSING,
        "Without Edit Workflows, missing statuses must be added in Jira by hand.",
    )


def test_the_catalogue_is_the_guide_s_and_other_keys_stand_apart() -> None:
    report = evaluate({})
    assert [row.name for row in report.permissions] == [
        "Project Admin",
        "Browse Project/s",
        "Create Issues",
        "Edit Issues",
        "Delete Issues",
        "Link Issues",
        "Schedule Issues",
        "Workflow access",
        "Manage Sprints",
        "Modify Reporter",
    ]
    assert [row.key for row in report.also] == [
        "TRANSITION_ISSUES",
        "ASSIGN_ISSUES",
        "ADD_COMMENTS",
        "EDIT_OWN_COMMENTS",
        "DELETE_OWN_COMMENTS",
        "CREATE_ATTACHMENTS",
    ]
    lacking = {**dict.fromkeys(PROJECT_KEYS, HELD), "TRANSITION_ISSUES": MISSING}
    assert not evaluate(lacking).is_ready


def test_an_obstacle_turns_a_held_operation_and_a_doubt_makes_it_unknown() -> None:
    every = dict.fromkeys(PROJECT_KEYS, HELD)
    wall = Obstacle(("edit",), MISSING, "The field is not there.", "Please add it.")
    doubt = Obstacle(("reorder",), UNKNOWN, "boards could not be read.")
    rows = {row.code: row for row in evaluate(every, obstacles=[wall, doubt]).operations}
    assert rows["edit"].message == "Will not work: The field is not there."
    assert rows["edit"].text == "Please add it."
    assert rows["reorder"].state is UNKNOWN
    assert rows["delete"].state is HELD


def test_unknown_is_never_missing_and_unsupported_refuses_nothing() -> None:
    report = evaluate({**dict.fromkeys(PROJECT_KEYS, HELD), "EDIT_WORKFLOW": UNSUPPORTED})
    assert report.is_ready
    assert {row.state for row in evaluate({}).operations} == {UNKNOWN}


def test_every_operation_uses_keys_of_the_catalogue() -> None:
    assert {key for row in OPERATIONS for key in row.keys} <= BY_KEY.keys()
