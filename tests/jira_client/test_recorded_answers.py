"""Answers of real Jira instances, Server 4 to Cloud, pass through the parsers and keep their sense."""

from collections.abc import Callable
from typing import Any

from jira_client import parse
from jira_client.parse import issue_links, sprint, sprints_in
from jira_client.requirements import PROJECT_KEYS
from jira_client.values import Deployment, PermissionState
from tests.jira_client.servers import CLOUD, DATA_CENTER, answer, scripted

Recorded = Callable[[str], Any]
MIXED = "rest-cloud-and-server"


def test_server_info(recorded: Recorded) -> None:
    info = parse.server_info(recorded(f"{MIXED}/serverinfo.json"))
    assert info.base_url.startswith("http")
    assert info.version_numbers
    assert info.deployment in Deployment


def test_people(recorded: Recorded) -> None:
    assert parse.person(recorded(f"{MIXED}/myself.json")).email == "person3645@example.com"
    assert all(parse.person(row).id for row in parse.rows(recorded(f"{MIXED}/users.json")))


def test_projects_of_old_and_new(recorded: Recorded) -> None:
    for name in ("rest-server/all_projects.json", "rest-server-v2/project.json"):
        client, _ = scripted(DATA_CENTER, answer(recorded(name)))
        found = client.projects.list()
        assert found
        assert all(project.id.isdigit() and project.key and project.name for project in found)


def test_a_project_lists_its_issue_types(recorded: Recorded) -> None:
    client, _ = scripted(DATA_CENTER, answer(recorded("rest-server/project.json")))
    kinds = client.projects.issue_types("12310505")
    assert kinds
    assert all(kind.id and kind.name for kind in kinds)


def test_fields(recorded: Recorded) -> None:
    for name in (
        "rest-server/all_fields.json",
        f"{MIXED}/fields.json",
        "rest-server-v2/field.json",
    ):
        client, _ = scripted(DATA_CENTER, answer(recorded(name)))
        found = client.fields.all()
        assert found
        assert all(field.id and field.name for field in found)


def test_create_fields_since_version_9(recorded: Recorded) -> None:
    metas = recorded(f"{MIXED}/createmetav9.json")
    assert metas["values"]
    client, _ = scripted(DATA_CENTER, answer({**metas, "isLast": True}))
    assert all(meta.name for meta in client.fields.create_fields("A", "1"))


def test_permissions_of_a_real_server(recorded: Recorded) -> None:
    client, _ = scripted(DATA_CENTER, answer(recorded("rest-server/mypermissions/valid.json")))
    states = client.permissions.of_project("A", PROJECT_KEYS)
    assert states["BROWSE_PROJECTS"] in (PermissionState.HELD, PermissionState.MISSING)
    assert states["EDIT_WORKFLOW"] is PermissionState.UNSUPPORTED


def test_issues_and_their_links(recorded: Recorded) -> None:
    names = [f"{MIXED}/issue.json", f"{MIXED}/issue-1.json", f"{MIXED}/issue-2.json"]
    found = [parse.issue(recorded(name)) for name in [*names, "rest-server-v2/issue/10002.json"]]
    assert all(issue.key for issue in found)
    # The recording lost the second link's other end: what has no end is no link.
    (link,) = issue_links(found[0])
    assert (link.source_key, link.target_key) == (found[0].key, "TEST-2")


def test_searches(recorded: Recorded) -> None:
    body = recorded(f"{MIXED}/search.json")
    client, _ = scripted(CLOUD, answer(body))
    page = client.search.page("project = A", ("summary",))
    assert [issue.key for issue in page.issues] == [row["key"] for row in body["issues"]]


def test_transitions(recorded: Recorded) -> None:
    for name in ("rest-server/transitions.json", f"{MIXED}/transitions.json"):
        client, _ = scripted(DATA_CENTER, answer(recorded(name)))
        steps = client.issues.transitions("A-1")
        assert steps
        assert all(step.id and step.name for step in steps)


def test_boards_sprints_and_configuration(recorded: Recorded) -> None:
    client, _ = scripted(DATA_CENTER, answer(recorded("rest-server/all_boards.json")))
    assert all(board.id and board.type in ("scrum", "kanban") for board in client.boards.list())
    setup = parse.board_configuration(recorded("rest-server/board_configuration.json"))
    assert setup.columns
    rows = recorded("rest-server/sprints.json")["values"]
    assert [sprint(row).state in ("future", "active", "closed") for row in rows] == [True] * len(
        rows
    )
    assert sprint(recorded(f"{MIXED}/sprint-get.json")).id


def test_link_types(recorded: Recorded) -> None:
    server = {"issueLinkTypes": recorded("rest-server/all_issuelinktypes.json")}
    for body in (server, recorded(f"{MIXED}/issue-link-types.json")):
        client, _ = scripted(DATA_CENTER, answer(body))
        assert all(kind.inward and kind.outward for kind in client.links.types())


def test_sprint_strings_of_a_real_server(recorded: Recorded) -> None:
    text = str(recorded("rest-server-v2/sprint/1_issues.json"))
    strings = [part for part in text.split("'") if part.startswith("com.atlassian.greenhopper")]
    found = sprints_in(strings)
    assert len(found) == len(strings)
    assert all(one.id and one.name and one.state for one in found)
