"""What blocks people beyond permissions: screens, issue types, boards; provoked in the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.models import Connection, MappedProject, ReportState
from connections.report import comparison, permission_report, report_rows
from jira_sandbox.model.project_admin import add_board, add_project
from jira_sandbox.model.projects import Project
from jira_sandbox.server import Handle

Operations = dict[str, dict[str, Any]]


def looked_at(connection: Connection, key: str) -> tuple[dict[str, Any], Operations]:
    """The told row of one project, and its operations by code."""
    row = permission_report.request(connection, [key], actor=None)
    found = permission_report.take(row.pk)
    assert found is not None
    assert found.state == ReportState.FINISHED, found.diagnosis
    told = report_rows.told(found.rows[0], found.account_name)
    return told, {one["code"]: one for one in told["operations"]}


def project_of(jira: Handle, key: str = "FALCON") -> Project:
    found = jira.site.project(key)
    assert found is not None
    return found


def test_a_plain_scrum_project_works(connected: Callable[..., Connection], jira: Handle) -> None:
    told, operations = looked_at(connected(jira), "FALCON")
    assert {code: one["state"] for code, one in operations.items()} == dict.fromkeys(
        operations, "held"
    )
    assert told["screens"]["state"] == "known"
    assert told["screens"]["create"] == [{"type": "Story", "missing": [], "demanded": []}]
    assert (told["board"]["state"], told["board"]["type"]) == ("held", "scrum")


def test_a_field_off_the_screens_is_named_with_the_button(
    connected: Callable[..., Connection],
    jira: Handle,
    client_of: Callable[..., Client],
    rte: Any,
) -> None:
    connection = connected(jira)
    points = jira.site.field_of("points")
    project_of(jira).hidden_fields.add(points.id)
    told, operations = looked_at(connection, "FALCON")
    create = operations["create_story"]
    assert create["state"] == "missing"
    assert (
        f"The field {points.name} is not on the create screen of Story in FALCON: ask a Jira admin"
        in create["message"]
    )
    assert "Project settings → Screens" in create["text"]
    assert "edit screen" in operations["edit"]["message"]
    assert operations["delete"]["state"] == "held"
    assert told["screens"]["create"][0]["missing"] == [points.name]
    page = client_of(rte).get(f"/connections/{connection.pk}/permissions/?view=operations")
    words = page.content.decode()
    assert "Every required permission is held; 2 obstacles of screens, types or boards" in words
    assert f"The field {points.name} is not on the create screen of Story in FALCON" in words
    newest = connection.reports.first()
    assert newest is not None
    assert "create screen of Story in FALCON" in comparison.text_for_admin(newest)


def test_a_kanban_board_has_no_sprints(connected: Callable[..., Connection], jira: Handle) -> None:
    told, operations = looked_at(connected(jira), "ART")
    assert told["board"]["state"] == "missing"
    assert operations["move_to_sprint"]["state"] == "missing"
    assert "is a Kanban board: a Scrum board is needed" in operations["move_to_sprint"]["message"]
    assert "Create a Scrum board" in operations["move_to_sprint"]["text"]
    assert operations["reorder"]["state"] == "held"
    assert "no issue type Story" in operations["create_story"]["message"]


def test_a_project_without_board_or_issue(
    connected: Callable[..., Connection], jira: Handle
) -> None:
    project = add_project(jira.site, "EMPTY", "Empty")
    connection = connected(jira)
    _, operations = looked_at(connection, "empty")  # a key is a key in any case
    assert "sees no board of EMPTY" in operations["move_to_sprint"]["message"]
    assert operations["edit"]["state"] == "held"
    assert "was not looked at: the project has no issue yet" in operations["edit"]["message"]
    add_board(jira.site, project)
    assert looked_at(connection, "EMPTY")[1]["move_to_sprint"]["state"] == "held"


def test_a_mapping_is_judged_by_its_own_maps(
    connected: Callable[..., Connection], jira: Handle
) -> None:
    connection, project = connected(jira), project_of(jira)
    wsjf = jira.site.field_of("wsjf").id
    project.hidden_fields.add(wsjf)
    assert looked_at(connection, "FALCON")[1]["create_story"]["state"] == "held"
    mapping = MappedProject.objects.create(
        connection=connection,
        remote_id=str(project.id),
        key="FALCON",
        name="Falcon",
        type_map={"Story": "10001", "Bug": "10004"},
        field_map={"summary": "summary", "wsjf": wsjf},
        link_map={"blocks": "Blocks", "delays": "Delays"},
        board_id=4711,
    )
    told, operations = looked_at(connection, "FALCON")
    assert [one["type"] for one in told["screens"]["create"]] == ["Story", "Bug"]
    assert "WSJF is not on the create screen of Bug" in operations["create_story"]["message"]
    assert "does not see the board 4711" in operations["move_to_sprint"]["message"]
    assert "no longer has the link type Delays" in operations["draw_dependency"]["message"]
    mapping.type_map = {"Story": "10001", "Risk": "10007"}
    mapping.save()
    message = looked_at(connection, "FALCON")[1]["create_story"]["message"]
    assert "cannot create the issue type Risk in FALCON" in message


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/createmeta/", "create_story"),
        ("/editmeta", "edit"),
        ("/agile/1.0/board", "move_to_sprint"),
        ("/issueLinkType", "draw_dependency"),
    ],
)
def test_a_question_that_fails_is_unknown_never_missing(
    connected: Callable[..., Connection], jira: Handle, path: str, code: str
) -> None:
    connection = connected(jira)
    jira.site.parts["faults"].switch("error", 500, None, path, None)
    _, operations = looked_at(connection, "FALCON")
    assert operations[code]["state"] == "unknown"
    assert "could not be read. Check this row again." in operations[code]["message"]
    assert "missing" not in {one["state"] for one in operations.values()}


def test_an_obstacle_that_came_and_went_is_a_difference(
    connected: Callable[..., Connection], jira: Handle
) -> None:
    connection = connected(jira)
    looked_at(connection, "FALCON")
    hidden = project_of(jira).hidden_fields
    for change, lost in ((hidden.add, True), (hidden.discard, False)):
        change("description")
        looked_at(connection, "FALCON")
        newest = connection.reports.first()
        assert newest is not None
        changes = comparison.changes_since(newest, comparison.previous(newest))
        assert {(one.name, one.lost) for one in changes} == {
            ("Create a story", lost),
            ("Edit an item", lost),
        }
