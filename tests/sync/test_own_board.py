"""A project's sprints and points come from its own board, of either kind; which it is can be chosen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from jira_sandbox.model.boards import Board, Sprint
from jira_sandbox.model.fields import FLOAT, GREENHOPPER, Field
from jira_sandbox.server import Handle
from planning.models import Change, Iteration, Pi, SprintLink
from sync.mapping import new_sprints, project_mapping, sprints
from sync.models import Run
from tests.callers import ApiCaller
from tests.sync.world import PROJECT, World, build

pytestmark = pytest.mark.django_db(transaction=True)
ESTIMATE, POINTS = "customfield_10916", "customfield_10928"


def number(id: str, name: str, custom: str = FLOAT) -> Field:
    slot = id.replace("customfield_", "cf")
    return Field(id, name, slot, "number", "number", custom=custom, on_create=True, on_edit=True)


def listed_first(handle: Handle, board: Board) -> None:
    site = handle.site
    site.boards = {board.id: board, **site.boards}


def foreign_board(handle: Handle) -> Board:
    """Another team's Scrum board whose filter covers FALCON too, listed before FALCON's own."""
    site = handle.site
    with site.lock:
        ids = [site.project(key).id for key in ("OTTER", PROJECT)]
        board = Board(site.next_id("board", 1), "Everybody's", "scrum", ids, 99)
        listed_first(handle, board)
    return board


def team_managed(handle: Handle, *, sprints_on: bool = True) -> Board:
    """FALCON becomes team-managed: its only board is simple and estimates by a field of its own, while
    the site also has a number field “Story Points”.
    """
    site = handle.site
    with site.lock:
        project = site.project(PROJECT)
        for field in (number(ESTIMATE, "Story point estimate", GREENHOPPER + "jsw-story-points"),
                      number(POINTS, "Story Points")):  # fmt: skip
            site.fields[field.id] = field
        project.simplified = site.cloud
        board = next(one for one in site.boards.values() if one.project_ids == [project.id])
        board.kind, board.sprints, board.estimation = "simple", sprints_on, ESTIMATE
    return board


def test_the_projects_own_board_is_taken_wherever_it_is_listed(handle: Handle, rte: User) -> None:
    foreign = foreign_board(handle)
    world = build(handle, rte)
    own = next(one for one in handle.site.boards.values() if one.name == f"{PROJECT} board")
    assert world.project.board_id == own.id != foreign.id

    pi = Pi.objects.create(name="PI 2099.1")
    iteration = Iteration.objects.create(pi=pi, index=1, name="99.1.1")
    new_sprints.make(world.team.__class__.objects.get(pk=world.team.pk), [iteration], actor=rte)
    made = max(handle.site.sprints.values(), key=lambda one: one.id)
    assert made.board_id == own.id


def test_no_other_projects_board_is_taken_unasked(rte: User) -> None:
    from jira_sandbox.server import running

    with running(flavour="cloud") as handle:
        foreign = foreign_board(handle)
        with handle.site.lock:
            own = next(b for b in handle.site.boards.values() if b.name == f"{PROJECT} board")
            own.kind = "kanban"
        world = build(handle, rte)
        assert world.project.board_id is None
        project_mapping.change(world.project, actor=rte, values={"board_id": foreign.id})
        assert MappedProject.objects.get(pk=world.project.pk).board_id == foreign.id


def test_the_board_is_chosen_by_api_and_page(
    handle: Handle,
    rte: User,
    viewer: User,
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
    client_of: Callable[..., Any],
) -> None:
    foreign = foreign_board(handle)
    world = build(handle, rte)
    caller, address = api(token_of(rte)), f"/projects/{world.project.pk}"
    rows = caller.get(f"{address}/boards").json()["items"]
    assert [row["chosen"] for row in rows][:1] == [True]
    assert {row["id"] for row in rows} == {foreign.id, world.project.board_id}
    answer = caller.patch(address, {"board_id": foreign.id})
    assert (answer.status_code, answer.json()["board_id"]) == (200, foreign.id)
    for wrong in (9999, next(b.id for b in handle.site.boards.values() if b.kind == "kanban")):
        refused = caller.patch(address, {"board_id": wrong})
        assert refused.status_code == 422
        assert "board_id" in refused.json()["error"]["fields"]
    assert caller.patch(address, {"board_id": None}).json()["board_id"] is None

    page = reverse("sync:board", args=[world.project.pk])
    assert client_of(viewer).get(page).status_code == 403
    client = client_of(rte)
    assert "Everybody" in client.get(page).content.decode()
    assert client.post(page, {"board_id": str(foreign.id)}).status_code == 302
    assert MappedProject.objects.get(pk=world.project.pk).board_id == foreign.id
    shown = client.get(reverse("sync:project", args=[world.project.pk])).content.decode()
    assert "Everybody" in shown


def test_a_simple_boards_points_reach_the_field_it_estimates_by(handle: Handle, rte: User) -> None:
    team_managed(handle)
    world = build(handle, rte)
    assert world.project.field_map["story_points"] == ESTIMATE
    key = world.create_issue("estimated", **{ESTIMATE: 5})
    world.poll()
    assert world.item(key).story_points == 5
    world.edit(world.item(key), story_points=8)
    world.push()
    assert world.issue(key)[ESTIMATE] == 8
    assert world.issue(key)[POINTS] is None


def test_a_simple_boards_sprints_are_offered_and_made(handle: Handle, rte: User) -> None:
    board = team_managed(handle)
    world = build(handle, rte)
    assert world.project.board_id == board.id
    opened = sprints.left_to_adopt(world.project, world.team)
    assert {one.state for one in opened} == {"active", "future"}
    world.team.refresh_from_db()
    iteration = Iteration.objects.create(pi=Pi.objects.create(name="PI 9"), index=1, name="9.1")
    (made,) = new_sprints.make(world.team, [iteration], actor=rte)
    assert handle.site.sprints[made.sprint_id].board_id == board.id


def test_a_simple_board_without_sprints_still_says_how_it_estimates(
    handle: Handle, rte: User
) -> None:
    team_managed(handle, sprints_on=False)
    world = build(handle, rte)
    assert world.project.board_id is None
    assert world.project.field_map["story_points"] == ESTIMATE


@pytest.mark.parametrize("estimation", ["timeoriginalestimate", "timeestimate"])
def test_seconds_are_never_points(handle: Handle, rte: User, estimation: str) -> None:
    site = handle.site
    with site.lock:
        field = Field(estimation, "Original estimate", estimation, "number", "number",
                      on_create=True, on_edit=True)  # fmt: skip
        site.fields[estimation] = field
        for board in site.boards.values():
            board.estimation = estimation
        issue = next(one for one in site.issues.values() if one.project.key == PROJECT)
        issue.values[estimation] = 28_800.0
    world = build(handle, rte)
    assert world.project.field_map.get("story_points") != estimation
    assert world.item(issue.key).story_points != 28_800
    with pytest.raises(Refused, match="seconds"):
        project_mapping.change(
            world.project, actor=rte, values={"field_map": {"story_points": estimation}}
        )
    # Mapped by an earlier version: nothing is read from it, and nothing is written to it.
    world.project.field_map["story_points"] = estimation
    world.project.save(update_fields=["field_map"])
    item = world.item(issue.key)
    world.edit(item, story_points=13)
    world.settle()
    assert site.keys[issue.key].values[estimation] == 28_800.0
    assert "not mapped" in Change.objects.filter(item=item).latest("id").message


def test_sprints_linked_before_keep_their_facts_when_the_board_changes(world: World) -> None:
    site = world.handle.site
    sprint = Sprint(site.next_id("sprint", 1), "Other", world.project.board_id or 0, "active",
                    site.now(), site.now() + timedelta(days=9))  # fmt: skip
    site.sprints[sprint.id] = sprint
    world.iteration(1, sprint.id)
    project_mapping.change(world.project, actor=world.person, values={"board_id": None})
    assert SprintLink.objects.filter(sprint_id=sprint.id).exists()
    assert Run.objects.filter(project=world.project, state="failed").count() == 0
