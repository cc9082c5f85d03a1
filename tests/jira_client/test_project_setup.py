"""A project's set-up in the three shapes of createmeta, and what is not asked or not known."""

from __future__ import annotations

from typing import Any

import pytest

from jira_client import setup_findings
from jira_client.errors import AuthenticationRefused
from jira_client.flavour import Flavour
from jira_client.requirements import PROJECT_KEYS
from jira_client.setup_findings import Context
from jira_client.setup_survey import Instance, Screen, Survey, Wanted, instance_of, survey
from jira_client.values import (
    Board,
    Deployment,
    FieldMeta,
    IssueType,
    LinkType,
    PermissionState,
    Project,
)
from outgoing.wire import WireRequest, WireResponse
from tests.jira_client.servers import CLOUD, DATA_CENTER, answer, scripted

OLD = Flavour.for_deployment(Deployment.DATA_CENTER, (8, 3, 0))
ABC = Project("1", "ABC", "Abc")
HELD = dict.fromkeys(PROJECT_KEYS, PermissionState.HELD)
STORY = {"id": "7", "name": "Story", "subtask": False}
SUMMARY = {"fieldId": "summary", "name": "Summary", "required": True, "schema": {"type": "string"}}
COST = {"fieldId": "customfield_9", "name": "Cost centre", "required": True, "schema": {}}


def jira(shape: str) -> Any:
    """Answers like one Jira with a project ABC, whose Story demands a cost centre."""

    def reply(request: WireRequest) -> WireResponse:
        target = request.target
        if "createmeta" in target and shape == "legacy":
            assert "projectKeys=ABC" in target
            fields = {"summary": SUMMARY, "customfield_9": COST} if "expand" in target else {}
            kinds = [{**STORY, "fields": fields}]
            return answer({"projects": [{"key": "ABC", "issuetypes": kinds}]})
        if "createmeta" in target:
            last = "startAt=1" in target
            rows = [COST if last else SUMMARY] if "/issuetypes/7" in target else [STORY]
            paged = "/issuetypes/7" in target
            name = ("fields" if paged else "issueTypes") if shape == "cloud" else "values"
            total = 2 if paged else 1
            ends = {} if shape == "cloud" else {"isLast": last or not paged}
            return answer({name: rows, "total": total, "maxResults": 1, **ends})
        if "/search" in target:
            return answer({"issues": [], "total": 0, "isLast": True})
        if "/board" in target:
            board = {"id": 3, "name": "ABC board", "type": "scrum"}
            if "configuration" in target:
                return answer({"id": 3})
            return answer({"values": [board], "isLast": True})
        return answer([])

    return reply


@pytest.mark.parametrize(
    ("flavour", "shape"), [(CLOUD, "cloud"), (DATA_CENTER, "values"), (OLD, "legacy")]
)
def test_each_createmeta_is_read_to_its_last_page(flavour: Flavour, shape: str) -> None:
    client, _ = scripted(flavour, jira(shape))
    found = survey(client, ABC, Wanted(), HELD)
    assert found.types == (IssueType("7", "Story"),)
    assert found.create is not None
    assert [meta.id for meta in found.create[0].fields] == ["summary", "customfield_9"]
    assert found.no_issue
    demanded = [one for one in setup_findings.find(found, context()) if "demands" in one.message]
    assert "Jira demands the field Cost centre for a new Story in ABC" in demanded[0].message
    assert "“Cost centre” optional" in demanded[0].text


def test_what_the_account_may_not_do_is_not_asked() -> None:
    client, transport = scripted(CLOUD, jira("cloud"))
    survey(client, ABC, Wanted(), {"BROWSE_PROJECTS": PermissionState.HELD})
    assert not [one for one in transport.targets() if "meta" in one or "search" in one]


def test_a_refused_login_ends_it() -> None:
    client, _ = scripted(DATA_CENTER, answer({}, 401))
    with pytest.raises(AuthenticationRefused):
        survey(client, ABC, Wanted(), HELD)


def test_without_jira_software_there_are_no_sprints_and_no_order() -> None:
    def reply(request: WireRequest) -> WireResponse:
        return answer({}, 404) if "agile" in request.target else jira("cloud")(request)

    client, _ = scripted(CLOUD, reply)
    found = setup_findings.find(survey(client, ABC, Wanted(), HELD), context())
    (software,) = [one for one in found if "Jira Software" in one.message]
    assert set(software.operations) == {"move_to_sprint", "reorder"}
    assert "Application access" in software.text


@pytest.mark.parametrize("sprints", [True, False])
def test_a_team_managed_board_may_have_sprints(sprints: bool) -> None:
    def reply(request: WireRequest) -> WireResponse:
        if "/sprint" in request.target:
            refused = {"errorMessages": ["The board does not support sprints"]}
            return answer({"values": [], "isLast": True}) if sprints else answer(refused, 400)
        if "/board" in request.target:
            board = {"id": 3, "name": "Team", "type": "simple"}
            return answer({"values": [board], "isLast": True})
        return jira("cloud")(request)

    client, _ = scripted(CLOUD, reply)
    found = setup_findings.find(survey(client, ABC, Wanted(), HELD), context())
    assert any("without sprints" in one.message for one in found) is not sprints


def test_linking_that_is_switched_off_is_missing_and_a_failure_unknown() -> None:
    client, _ = scripted(CLOUD, answer([]), answer({}, 404))
    assert instance_of(client).links == ()
    client, _ = scripted(CLOUD, answer([]), answer({}, 500))
    assert instance_of(client).links is None


def test_a_hidden_person_field_is_the_permission_s_affair() -> None:
    """Jira hides the reporter from who may not set it: then the screen is not to blame."""
    screen = Screen(IssueType("7", "Story"), (FieldMeta("summary", "Summary"),))
    found = Survey(
        types=(IssueType("7", "Story"),), create=(screen,), boards=(SCRUM,), sprints=True
    )
    wanted = Wanted(mapped=True, types={"Story": "7"}, fields={"reporter": "reporter"})
    without = {**HELD, "MODIFY_REPORTER": PermissionState.MISSING}
    named = [one.operations for one in setup_findings.find(found, context(wanted))]
    assert ("set_reporter",) in named
    named = [one.operations for one in setup_findings.find(found, context(wanted, without))]
    assert ("set_reporter",) not in named


SCRUM = Board(3, "ABC board", "scrum")


def context(
    wanted: Wanted | None = None, states: dict[str, PermissionState] | None = None
) -> Context:
    blocks = LinkType("1", "Blocks", "is blocked by", "blocks")
    return Context("svc-alm", ABC, wanted or Wanted(), Instance((), (blocks,)), states or HELD)
