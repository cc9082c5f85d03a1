"""A board for each team and project: whose sprint an item goes to, and what choosing another changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.models import Change, Iteration, Pi, SprintLink, Team, TeamBoard, WorkItem
from planning.team_boards import board_of, sprints_at
from sync.mapping import new_sprints, project_mapping, sprints, team_boards
from sync.models import Run
from sync.runs import project_runs
from tests.callers import ApiCaller
from tests.sync.world import PROJECT, World


@pytest.fixture
def red(world: World) -> Team:
    return Team.objects.create(name="Red")


def jira_board(world: World, project: str = PROJECT, **more: Any) -> int:
    return world.control("POST", "boards", project=project, **more)["id"]


def jira_sprint(world: World, board: int, name: str, begins: date | None = None) -> int:
    """A future sprint of two weeks."""
    first = begins or timezone.localdate() + timedelta(days=7)
    body = {
        "name": name,
        "originBoardId": board,
        "startDate": f"{first.isoformat()}T09:00:00.000+0000",
        "endDate": f"{(first + timedelta(days=14)).isoformat()}T09:00:00.000+0000",
    }
    return world.jira("POST", "/rest/agile/1.0/sprint", **body)["id"]


def choose(world: World, team: Team, board: int | None, project: MappedProject | None = None):
    where = MappedProject.objects.get(pk=(project or world.project).pk)
    change = team_boards.plan(where, Team.objects.get(pk=team.pk), board)
    team_boards.apply(change, actor=world.person)
    work(world)
    return change


def work(world: World) -> None:
    for run in Run.objects.filter(state="waiting"):
        while project_runs.work(run.pk):
            pass
    world.project.refresh_from_db()


def sprints_of(world: World, key: str) -> set[int]:
    issue = world.handle.site.issue(key)
    return {one.id for one in issue.values["sprints"] if one.state != "closed"}


def planned(index: int = 1) -> Iteration:
    pi, _made = Pi.objects.get_or_create(name="PI 2099.1")
    return Iteration.objects.create(pi=pi, index=index, name=f"99.1.{index}")


def second_project(world: World, key: str = "OTTER") -> MappedProject:
    project, _run = project_mapping.map_project(world.connection, key, actor=world.person)
    work(world)
    return MappedProject.objects.get(pk=project.pk)


def link(iteration: Iteration, team: Team, sprint: int, project: MappedProject | None = None):
    return SprintLink.objects.create(
        iteration=iteration, team=team, sprint_id=sprint, project=project
    )


# ── Two boards in one project ────────────────────────────────────────────────────────────────────
def test_each_team_of_a_project_plans_on_its_own_board(world: World, red: Team) -> None:
    board = jira_board(world, name="Red board")
    choose(world, red, board)
    red.refresh_from_db()
    assert red.project_id == world.project.pk
    assert (board_of(world.team, world.project), board_of(red, world.project)) == (
        world.project.board_id,
        board,
    )
    iteration = planned()
    for team in (world.team, red):
        new_sprints.make(
            Team.objects.get(pk=team.pk), [iteration], actor=world.person, project=world.project
        )
    made = {one.team_id: one.sprint_id for one in iteration.sprint_links.all()}
    assert world.handle.site.sprints[made[red.pk]].board_id == board
    assert world.handle.site.sprints[made[world.team.pk]].board_id == world.project.board_id
    for team in (world.team, red):
        item = world.create(f"for {team.name}", team=str(team.pk), iteration=str(iteration.pk))
        world.settle()
        item.refresh_from_db()
        assert sprints_of(world, item.remote_key) == {made[team.pk]}


def test_the_sprints_of_its_board_are_taken_over_for_a_team(world: World, red: Team) -> None:
    board = jira_board(world, name="Red board")
    wanted = jira_sprint(world, board, "Red 99.1.1")
    choose(world, red, board)
    red.refresh_from_db()
    pi = Pi.objects.create(name="PI 2099.1")
    assert [one.id for one in sprints.left_to_adopt(world.project, red)] == [wanted]
    assert sprints.adopt(world.project, red, pi, world.person) == 1
    assert SprintLink.objects.get(team=red).sprint_id == wanted


def test_sprints_of_every_team_board_are_looked_at(world: World, red: Team) -> None:
    board = jira_board(world, name="Red board")
    sprint = jira_sprint(world, board, "Red 1")
    choose(world, red, board)
    mine = link(planned(), red, sprint)
    world.reconcile()
    mine.refresh_from_db()
    assert (mine.sprint_name, mine.sprint_state) == ("Red 1", "future")


# ── By board ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def by_board(world: World, red: Team) -> dict[str, int]:
    """Falcon and Red share FALCON, a board each, and the sprint says whose an issue is."""
    board = jira_board(world, name="Red board")
    choose(world, red, board)
    project_mapping.change(
        world.project,
        actor=world.person,
        values={"team_source": {"kind": "board", "values": {}}},
    )
    work(world)
    iteration, own = planned(), world.project.board_id
    assert own is not None
    found = {"red": jira_sprint(world, board, "R 1"), "falcon": jira_sprint(world, own, "F 1")}
    link(iteration, red, found["red"])
    link(iteration, world.team, found["falcon"])
    return found


def test_an_issue_is_of_the_team_whose_board_its_sprint_is_on(
    world: World, red: Team, by_board: dict[str, int]
) -> None:
    item = world.first()
    path = f"/rest/agile/1.0/sprint/{by_board['red']}/issue"
    world.jira("POST", path, issues=[item.remote_key])
    world.poll()
    item.refresh_from_db()
    assert (item.team_id, item.iteration.name if item.iteration else "") == (red.pk, "99.1.1")
    world.jira("POST", "/rest/agile/1.0/backlog/issue", issues=[item.remote_key])
    world.settle()
    item.refresh_from_db()
    assert (item.team_id, item.iteration_id, item.sync_state) == (red.pk, None, "synced")


def test_another_team_on_the_board_moves_the_issue_to_its_sprint(
    world: World, red: Team, by_board: dict[str, int]
) -> None:
    item = world.first()
    iteration = Iteration.objects.get(name="99.1.1")
    world.edit(item, team=str(world.team.pk), iteration=str(iteration.pk))
    world.settle()
    assert sprints_of(world, item.remote_key) == {by_board["falcon"]}
    world.edit(item, team=str(red.pk))
    world.settle()
    assert sprints_of(world, item.remote_key) == {by_board["red"]}
    item.refresh_from_db()
    assert (item.team_id, item.iteration_id, item.sync_state) == (red.pk, iteration.pk, "synced")


def test_a_team_without_a_sprint_stays_on_the_board_and_says_so(
    world: World, red: Team, by_board: dict[str, int]
) -> None:
    item = world.create("nowhere yet", team=str(red.pk))
    world.settle()
    item.refresh_from_db()
    assert (item.team_id, item.sync_state) == (red.pk, "synced")
    world.edit(item, team=str(world.team.pk))
    world.settle()
    item.refresh_from_db()
    assert (item.team_id, item.sync_state) == (world.team.pk, "synced")
    told = Change.objects.filter(item=item, kind="edit").values_list("message", flat=True)
    assert "in no sprint, whose board would say the team" in " ".join(told)


def test_two_teams_on_one_board_cannot_be_told_apart_by_it(world: World, red: Team) -> None:
    choose(world, red, world.project.board_id)
    with pytest.raises(Refused, match="share the board"):
        project_mapping.change(
            world.project,
            actor=world.person,
            values={"team_source": {"kind": "board", "values": {}}},
        )


# ── A team in several projects ───────────────────────────────────────────────────────────────────
def test_a_team_plans_one_iteration_in_two_projects(world: World) -> None:
    other = second_project(world)
    choose(world, world.team, other.board_id, other)
    team, iteration = Team.objects.get(pk=world.team.pk), planned()
    assert team.project_id == world.project.pk
    for project in (world.project, other):
        assert iteration in new_sprints.lacking(team, project)
        new_sprints.make(team, [iteration], actor=world.person, project=project)
        assert iteration not in new_sprints.lacking(team, project)
    rows = {one.project_id: one.sprint_id for one in iteration.sprint_links.all()}
    assert set(rows) == {None, other.pk}
    for project, sprint in ((world.project, rows[None]), (other, rows[other.pk])):
        item = world.create(
            f"in {project.key}",
            project=project,
            team=str(team.pk),
            iteration=str(iteration.pk),
        )
        world.settle()
        item.refresh_from_db()
        assert sprints_of(world, item.remote_key) == {sprint}
        assert item.sync_state == "synced"


def test_an_issue_put_in_a_sprint_of_the_further_project_takes_its_iteration(world: World) -> None:
    other = second_project(world)
    choose(world, world.team, other.board_id, other)
    assert other.board_id is not None
    sprint, iteration = jira_sprint(world, other.board_id, "Falcon 99.1.1"), planned()
    link(iteration, world.team, sprint, other)
    item = WorkItem.objects.filter(project=other).order_by("rank")[0]
    world.jira("POST", f"/rest/agile/1.0/sprint/{sprint}/issue", issues=[item.remote_key])
    project_runs.request(other, "reconcile")
    work(world)
    item.refresh_from_db()
    assert item.iteration_id == iteration.pk


def test_a_board_that_spans_projects_serves_the_team_in_both(world: World) -> None:
    other = second_project(world)
    board = jira_board(world, name="Both", shows=["OTTER"])
    for project in (world.project, other):
        choose(world, world.team, board, project)
    iteration = planned()
    link(iteration, world.team, jira_sprint(world, board, "Both 1"))
    team = Team.objects.get(pk=world.team.pk)
    assert iteration not in new_sprints.lacking(team, other)
    places = [(team.pk, world.project.pk), (team.pk, other.pk)]
    found = sprints_at(places)
    assert found[places[0]] == found[places[1]]
    item = world.create("there", project=other, team=str(team.pk), iteration=str(iteration.pk))
    world.settle()
    item.refresh_from_db()
    assert sprints_of(world, item.remote_key) == {next(iter(found[places[0]].values()))}


def test_a_team_without_sprints_in_a_project_sends_none_there(world: World) -> None:
    other = second_project(world)
    choose(world, world.team, None, other)
    iteration = world.iteration(1, 1)
    item = world.create(
        "kanban", project=other, team=str(world.team.pk), iteration=str(iteration.pk)
    )
    world.settle()
    item.refresh_from_db()
    assert item.iteration_id == iteration.pk
    assert sprints_of(world, item.remote_key) == set()
    assert "no sprint of the item's team" in item.sync_detail


# ── Choosing another board ───────────────────────────────────────────────────────────────────────
def test_what_another_board_takes_away_is_said_first_and_closed_sprints_stay(world: World) -> None:
    own, board = world.project.board_id, jira_board(world, name="New board")
    assert own is not None
    open_link = link(planned(1), world.team, jira_sprint(world, own, "F 1"))
    old = link(planned(2), world.team, 1)
    SprintLink.objects.filter(pk=old.pk).update(sprint_state="closed")
    item = world.first()
    world.edit(item, team=str(world.team.pk), iteration=str(open_link.iteration_id))
    world.settle()
    at = sprints_of(world, item.remote_key)

    change = team_boards.plan(world.project, world.team, board)
    assert [(one.link.pk, one.items) for one in change.losses] == [(open_link.pk, 1)]
    assert SprintLink.objects.filter(pk=open_link.pk).exists()

    choose(world, world.team, board)
    assert list(SprintLink.objects.values_list("pk", flat=True)) == [old.pk]
    assert sprints_of(world, item.remote_key) == at  # nothing moved in Jira
    item.refresh_from_db()
    assert item.iteration_id is None


def test_a_choice_is_taken_back(world: World) -> None:
    board = jira_board(world, name="New board")
    choose(world, world.team, board)
    team_boards.withdraw(world.project, world.team, actor=world.person)
    assert not TeamBoard.objects.exists()
    assert board_of(world.team, world.project) == world.project.board_id
    with pytest.raises(Refused, match="No board was chosen"):
        team_boards.withdraw(world.project, world.team, actor=world.person)


def test_unmapping_says_what_goes_with_it(
    world: World, red: Team, rte: User, client_of: Callable[..., Any]
) -> None:
    page = reverse("sync:unmap", args=[world.project.pk])
    assert "team here" not in client_of(rte).get(page).content.decode()
    board = jira_board(world, name="Red board")
    choose(world, red, board)
    link(planned(), red, jira_sprint(world, board, "R 1"), world.project)
    shown = client_of(rte).get(page).content.decode()
    assert "the board of 1 team here" in shown
    assert "1 sprint is an iteration of theirs" in shown


def test_boards_are_seen_and_chosen_by_api(
    world: World,
    red: Team,
    rte: User,
    viewer: User,
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
) -> None:
    board = jira_board(world, name="Red board", jql="labels = red")
    jira_sprint(world, board, "Red 1")
    caller, root = api(token_of(rte)), f"/projects/{world.project.pk}"
    rows = {row["id"]: row for row in caller.get(f"{root}/boards").json()["items"]}
    assert rows[world.project.board_id]["used_by"] == ["Falcon (FALCON)"]
    assert rows[board]["used_by"] == []
    held = caller.get(f"{root}/boards/{board}").json()
    assert "labels = red" in held["jql"]
    assert [one["name"] for one in held["open_sprints"]] == ["Red 1"]

    address = f"{root}/team-boards/{red.pk}"
    told = caller.put(address, {"board_id": board, "dry_run": True}).json()
    assert (told["applied"], TeamBoard.objects.count()) == (False, 0)
    assert caller.put(address, {"board_id": board}).json()["applied"] is True
    assert api(token_of(viewer)).put(address, {"board_id": board}).status_code == 403
    assert [
        (row["name"], row["board_id"], row["inherited"])
        for row in caller.get(f"{root}/team-boards").json()["items"]
    ] == [("Falcon", world.project.board_id, True), ("Red", board, False)]
    assert caller.put(address, {"board_id": 9999}).status_code == 422
    assert caller.delete(address).status_code == 204
    assert caller.delete(address).status_code == 404


def test_boards_are_seen_and_chosen_on_the_page(
    world: World, red: Team, rte: User, client_of: Callable[..., Any]
) -> None:
    board = jira_board(world, name="Red board")
    own = world.project.board_id
    assert own is not None
    link(planned(1), world.team, jira_sprint(world, own, "F 1"))
    client, page = client_of(rte), reverse("sync:board", args=[world.project.pk])
    shown = client.get(page).content.decode()
    assert "Red board" in shown
    assert "F 1" in shown
    address = reverse("sync:choose_board", args=[world.project.pk])
    sent = {"team": str(red.pk), "board_id": str(board)}
    assert client.post(address, sent).status_code == 302
    sent = {"team": str(world.team.pk), "board_id": str(board)}
    asked = client.post(address, sent)
    assert (asked.status_code, "lose their sprint" in asked.content.decode()) == (200, True)
    assert SprintLink.objects.exists()
    assert client.post(address, {**sent, "confirmed": "on"}).status_code == 302
    assert not SprintLink.objects.exists()
    shown = client.get(reverse("sync:project", args=[world.project.pk])).content.decode()
    assert "<li>Falcon: Red board</li><li>Red: Red board</li>" in shown
    wrong = client.post(address, {"team": str(red.pk), "board_id": "424242"})
    assert wrong.status_code == 422
