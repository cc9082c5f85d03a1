"""A PI beside the sprints of its teams, and making them equal in one previewed step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from almconnect.lib.api import Refused
from planning.models import Art, Iteration, Pi, SprintLink, Team
from sync.pi_day import sprint_concord
from sync.pi_day.sprint_concord import Cell
from tests.callers import ApiCaller
from tests.sync.test_team_boards import choose, jira_board, jira_sprint, link
from tests.sync.world import World

FIRST = timezone.localdate() + timedelta(days=7)


@pytest.fixture
def pi(world: World) -> Pi:
    """Two iterations of two weeks, of the ART of the world's team."""
    art = Art.objects.create(name="Travel")
    Team.objects.filter(pk=world.team.pk).update(art=art)
    made = Pi.objects.create(name="PI 9", art=art)
    for index in (1, 2):
        start = FIRST + timedelta(days=14 * (index - 1))
        Iteration.objects.create(
            pi=made, index=index, name=f"9.{index}", start=start, end=start + timedelta(days=13)
        )
    return made


def cells(pi: Pi) -> dict[str, Cell]:
    (row,) = sprint_concord.look(pi).rows
    return {cell.iteration.name: cell for cell in row.cells}


def kinds(pi: Pi) -> dict[str, str]:
    return {name: cell.kind for name, cell in cells(pi).items()}


def make_equal(world: World, pi: Pi) -> list[str]:
    keys = [cell.key for cell in sprint_concord.look(pi).steps]
    return [one.failure for one in sprint_concord.make_equal(pi, keys, actor=world.person)]


def test_what_is_missing_is_made_and_then_all_is_equal(world: World, pi: Pi) -> None:
    assert kinds(pi) == {"9.1": "missing", "9.2": "missing"}
    assert make_equal(world, pi) == ["", ""]
    assert sprint_concord.look(pi).equal
    assert {one.sprint_name for one in SprintLink.objects.all()} == {"Falcon 9.1", "Falcon 9.2"}
    assert make_equal(world, pi) == []


def test_a_sprint_that_is_there_is_linked_and_brought_to_the_pis_days(world: World, pi: Pi) -> None:
    board = world.project.board_id
    assert board is not None
    there = jira_sprint(world, board, "Falcon 9.1", FIRST + timedelta(days=1))
    found = cells(pi)
    assert (found["9.1"].kind, found["9.1"].step) == ("missing", "link")
    assert make_equal(world, pi) == ["", ""]
    assert SprintLink.objects.get(iteration__name="9.1").sprint_id == there
    assert kinds(pi) == {"9.1": "equal", "9.2": "equal"}


def test_names_and_days_that_drift_go_from_the_pi_to_jira(world: World, pi: Pi) -> None:
    make_equal(world, pi)
    sprint = world.handle.site.sprints[SprintLink.objects.get(iteration__name="9.1").sprint_id]
    path = f"/rest/agile/1.0/sprint/{sprint.id}"
    world.jira("POST", path, name="Otherwise")
    Iteration.objects.filter(name="9.1").update(end=FIRST + timedelta(days=11))
    found = cells(pi)["9.1"]
    assert found.kind == "drifts"
    assert found.differs is not None
    assert found.differs["name"] == "Otherwise"
    assert set(found.differs) == {"name", "end"}
    assert make_equal(world, pi) == [""]
    assert kinds(pi)["9.1"] == "equal"
    assert sprint.name == "Falcon 9.1"


def test_a_running_sprint_keeps_its_start(world: World, pi: Pi) -> None:
    make_equal(world, pi)
    sprint = world.handle.site.sprints[SprintLink.objects.get(iteration__name="9.1").sprint_id]
    world.jira("POST", f"/rest/agile/1.0/sprint/{sprint.id}", state="active")
    began = sprint.start
    Iteration.objects.filter(name="9.1").update(start=FIRST + timedelta(days=2), name="9.1 late")
    assert make_equal(world, pi) == [""]
    assert (sprint.name, sprint.start) == ("Falcon 9.1 late", began)
    assert cells(pi)["9.1 late"].kind == "drifts"  # its start is a fact by now


def test_what_is_gone_is_made_again_and_what_is_there_twice_is_left_to_a_person(
    world: World, pi: Pi
) -> None:
    make_equal(world, pi)
    gone = SprintLink.objects.get(iteration__name="9.1").sprint_id
    world.jira("DELETE", f"/rest/agile/1.0/sprint/{gone}")
    board = world.project.board_id
    assert board is not None
    jira_sprint(world, board, "Falcon 9.2")
    found = cells(pi)
    assert (found["9.1"].kind, found["9.1"].step) == ("gone", "create")
    assert (found["9.2"].kind, found["9.2"].step) == ("duplicate", "")
    assert found["9.2"].others == ("Falcon 9.2",)
    assert make_equal(world, pi) == [""]
    assert SprintLink.objects.get(iteration__name="9.1").sprint_id != gone
    assert kinds(pi) == {"9.1": "equal", "9.2": "duplicate"}


def test_a_sprint_that_was_closed_too_early_is_said(world: World, pi: Pi) -> None:
    make_equal(world, pi)
    sprint = SprintLink.objects.get(iteration__name="9.1").sprint_id
    for state in ("active", "closed"):
        world.jira("POST", f"/rest/agile/1.0/sprint/{sprint}", state=state)
    assert kinds(pi)["9.1"] == "closed_early"
    Iteration.objects.filter(name="9.1").update(
        start=date(2020, 1, 1), end=date(2020, 1, 14)
    )  # over on the board too
    assert kinds(pi)["9.1"] == "equal"


def test_each_team_and_project_has_a_row_and_kanban_says_so(world: World, pi: Pi) -> None:
    red = Team.objects.create(name="Red", art=pi.art)
    choose(world, red, jira_board(world, name="Red board"))
    kanban = Team.objects.create(name="Kanban", art=pi.art)
    choose(world, kanban, None)
    found = sprint_concord.look(pi)
    assert [(row.team.name, {cell.kind for cell in row.cells}) for row in found.rows] == [
        ("Falcon", {"missing"}),
        ("Kanban", {"no_board"}),
        ("Red", {"missing"}),
    ]
    assert make_equal(world, pi) == [""] * 4
    assert sprint_concord.look(pi).equal


def test_a_jira_that_does_not_answer_or_refuse_says_why(world: World, pi: Pi) -> None:
    world.grant("MANAGE_SPRINTS_PERMISSION", False)
    first, second = make_equal(world, pi)
    assert first
    assert second
    world.fault("error", 503)
    (row,) = sprint_concord.look(pi).rows
    assert {cell.kind for cell in row.cells} == {"unknown"}
    assert row.failure
    assert not sprint_concord.look(pi).equal
    with pytest.raises(Refused, match="no such iteration"):
        sprint_concord.make_equal(pi, ["a:b:c"], actor=world.person)


def test_nothing_but_what_was_ticked_is_carried_out(world: World, pi: Pi) -> None:
    first = cells(pi)["9.1"]
    sprint_concord.make_equal(pi, [first.key], actor=world.person)
    assert kinds(pi) == {"9.1": "equal", "9.2": "missing"}


def test_by_api_and_on_the_page(
    world: World,
    pi: Pi,
    rte: User,
    viewer: User,
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
    client_of: Callable[..., Any],
) -> None:
    board = world.project.board_id
    assert board is not None
    link(
        Iteration.objects.get(name="9.2"),
        world.team,
        jira_sprint(world, board, "Falcon 9.2", FIRST + timedelta(days=15)),
    )
    caller, path = api(token_of(rte)), f"/pis/{pi.pk}/sprints"
    told = caller.get(path).json()
    (row,) = told["rows"]
    assert [(one["kind"], one["step"]) for one in row["cells"]] == [
        ("missing", "create"),
        ("drifts", "update"),
    ]
    assert api(token_of(viewer)).post(path, {"cells": []}).status_code == 403
    page = reverse("sync:concord", args=[pi.pk])
    shown = client_of(viewer).get(page).content.decode()
    assert "Make the ticked ones equal" not in shown
    client = client_of(rte)
    assert "Make the ticked ones equal" in client.get(page).content.decode()
    key = row["cells"][0]["key"]
    equal = reverse("sync:make_concord", args=[pi.pk])
    assert client_of(viewer).post(equal, {"cell": [key]}).status_code == 403
    assert client.post(equal, {"cell": [key]}).status_code == 302
    assert client.post(equal, {"cell": ["x"]}).status_code == 302
    done = caller.post(path, {"cells": [row["cells"][1]["key"]]}).json()
    assert [one["failure"] for one in done["done"]] == [""]
    told = caller.get(path).json()
    assert (told["equal"], told["rows"][0]["cells"][0]["kind"]) == (True, "equal")
