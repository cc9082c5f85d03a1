"""The readiness grid of a PI: what each check says, and in how many queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from connections.models import Connection, PermissionReport
from planning.models import Art, Iteration, Pi, SprintLink, Team, TeamBoard, WorkItem
from sync.mapping import new_sprints
from sync.pi_day.readiness import Ready, readiness
from tests.sync.world import World


@pytest.fixture
def pi(world: World) -> Pi:
    art = Art.objects.create(name="Travel")
    Team.objects.filter(pk=world.team.pk).update(art=art)
    made = Pi.objects.create(name="PI 9", art=art)
    first = timezone.localdate()
    Iteration.objects.create(
        pi=made, index=1, name="9.1", start=first, end=first + timedelta(days=13)
    )
    return made


def checks(row: Ready) -> dict[str, tuple[str, str]]:
    return {check.name: (check.state, check.mend) for check in row.checks}


def only(pi: Pi) -> dict[str, tuple[str, str]]:
    (row,) = readiness(pi)
    return checks(row)


def report(world: World, setup: dict[str, Any] | None = None, **states: str) -> None:
    """A finished report in which all permissions of the project are held but those in `states`."""
    from connections.report.report_rows import ALSO, CATALOGUE

    held = {line.key: "held" for line in (*CATALOGUE, *ALSO)} | states
    PermissionReport.objects.create(
        connection=world.connection,
        state="finished",
        rows=[
            {
                "key": "FALCON",
                "name": "Falcon",
                "id": world.project.remote_id,
                "states": held,
                "setup": setup,
            }
        ],
    )


def make_sprints(world: World) -> None:
    team = Team.objects.get(pk=world.team.pk)
    new_sprints.make(team, Iteration.objects.all(), actor=world.person)


def test_a_team_that_has_all_is_ready(world: World, pi: Pi) -> None:
    make_sprints(world)
    report(world, {"obstacles": []})
    Connection.objects.update(webhook_seen=timezone.now(), webhook_state="registered")
    (row,) = readiness(pi)
    assert {check.state for check in row.checks} == {"pass"}
    assert row.state == "pass"


def test_each_check_says_what_is_wrong_and_where_it_is_mended(world: World, pi: Pi) -> None:
    PermissionReport.objects.all().delete()
    found = only(pi)
    assert found["sprints"] == ("fail", "concord")
    assert found["permissions"] == found["screens"] == ("not_checked", "permissions")
    assert found["webhook"] == ("warning", "webhook")
    make_sprints(world)
    assert only(pi)["sprints"] == ("pass", "")
    report(
        world,
        {"obstacles": [{"operations": ["edit"], "state": "missing", "message": "m", "text": "t"}]},
        EDIT_ISSUES="missing",
    )
    found = only(pi)
    assert found["permissions"] == ("fail", "permissions")
    assert found["screens"] == ("warning", "fields")
    Iteration.objects.update(name="9.1 otherwise")
    assert only(pi)["dates"] == ("warning", "concord")
    WorkItem.objects.filter(pk=world.first().pk).update(sync_state="parked", team=world.team)
    assert only(pi)["parked"] == ("fail", "parked")
    Connection.objects.update(lifecycle="paused")
    assert only(pi)["reach"] == ("fail", "connection")


def test_boards_and_teams_without_any(world: World, pi: Pi) -> None:
    TeamBoard.objects.create(team=world.team, project=world.project, board_id=None)
    found = only(pi)
    assert found["board"] == found["sprints"] == found["dates"] == ("pass", "")
    TeamBoard.objects.all().delete()
    type(world.project).objects.update(board_id=None)
    assert only(pi)["board"] == ("fail", "board")
    homeless = Team.objects.create(name="Homeless", art=pi.art)
    rows = {row.team: row for row in readiness(pi)}
    assert rows[homeless].place is None
    assert rows[homeless].state == "fail"


def test_the_grid_costs_the_same_for_many_teams(world: World, pi: Pi) -> None:
    make_sprints(world)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            readiness(pi)
        return len(queries)

    before = cost()
    for number in range(8):
        team = Team.objects.create(name=f"Team {number}", art=pi.art, project=world.project)
        SprintLink.objects.create(
            iteration=pi.iterations.first(), team=team, sprint_id=100 + number
        )
    assert len(readiness(pi)) == 9
    assert cost() == before


def test_the_grid_on_its_page(
    world: World, pi: Pi, rte: User, viewer: User, client_of: Callable[..., Any]
) -> None:
    page = reverse("sync:readiness", args=[pi.pk])
    shown = client_of(rte).get(page).content.decode()
    assert "1 team is not ready" in shown
    assert reverse("sync:concord", args=[pi.pk]) in shown
    assert "Mend it" not in client_of(viewer).get(page).content.decode()
    part = client_of(rte).get(page, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="readiness"')
