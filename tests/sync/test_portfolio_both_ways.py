"""An ART of 12 teams over 20 projects, mapped by one plan: every field edited on both sides, sprints made
and moved, and both sides equal by the soak's checker, project by project.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from connections.credentials import credentials
from connections.models import Connection, MappedProject
from connections.setup import settings_editing
from jira_sandbox.model.issues import Issue
from jira_sandbox.portfolio import ART, PLATFORMS, SHARED, TRAIN
from jira_sandbox.server import Handle, running
from planning.models import Art, Iteration, Pi, SprintLink, Team, WorkItem
from sync.mapping import mapping_plan, new_sprints
from sync.models import Conflict, Run
from sync.outbound import send_changes
from sync.runs import project_runs
from tests.soak.board_hands import BoardHands
from tests.soak.checker import violations
from tests.soak.held import held
from tests.soak.jira_hands import JiraHands
from tests.soak.scene import named
from tests.soak.ways import Ways
from tests.soak.written import Written
from tests.sync.world import World, credential

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Hands(BoardHands, JiraHands):
    """People on both sides of one project, in the iterations that the plan has made."""

    def __init__(self, world: World) -> None:
        self.world, self.rng, self.ways = world, random.Random(7), Ways.POLL  # noqa: S311
        self.written, self.count, self.teams, self.sprints, self.own = Written(), 0, {}, [], {}
        self.names = named(world)

    def other(self, name: str, now: Any) -> Any:
        """A value that does not stand there."""
        while True:
            self.count += 1
            value = self.value(name)
            if value != now:
                return value


@pytest.fixture(params=["cloud", "datacenter"])
def portfolio(request: pytest.FixtureRequest) -> Iterator[Handle]:
    with running(request.param, seed="portfolio", stories=6) as handle:
        yield handle


@pytest.fixture
def worlds(portfolio: Handle, rte: User) -> list[World]:
    """Each of the 20 projects, mapped and imported, its open sprints iterations of one PI."""
    connection = settings_editing.create(
        actor=rte, name="Portfolio", base_url=portfolio.url, auth_method="basic"
    )
    assert credentials.offer(connection, credential(portfolio), actor=rte)
    connection = Connection.objects.get(pk=connection.pk)
    art, pi = Art.objects.create(name="Travel"), Pi.objects.create(name="PI 2026.4")
    keys = [one.key for one in portfolio.site.projects.values()]
    plan = mapping_plan.plan(connection, keys, actor=rte, art=art, pi=pi)
    _work(plan.pk)
    for row in plan.rows.all():
        if row.key in SHARED:
            mapping_plan.decide(row, {"team": None, "team_name": SHARED[row.key][1][0]})
        elif row.key in {*PLATFORMS, TRAIN, ART}:
            mapping_plan.decide(row, {"belongs": "art" if row.key == ART else "none"})
    assert mapping_plan.confirm(plan, actor=rte) == 20
    _work(plan.pk)
    assert set(plan.rows.values_list("state", flat=True)) == {"mapped"}
    while runs := list(Run.objects.filter(state__in=("waiting", "running"))):
        for run in runs:
            while project_runs.work(run.pk):
                pass
    nobody = Team.objects.create(name="Nobody")
    found = []
    for project in MappedProject.objects.select_related("connection").order_by("key"):
        world = World(portfolio, connection, project, project.teams.first() or nobody, rte)
        admin = portfolio.site.users["admin"]
        cloud = portfolio.site.cloud
        world.session.auth = (
            (admin.email, admin.api_token) if cloud else (admin.name, admin.password)
        )
        world.session.headers["X-Atlassian-Token"] = "no-check"
        found.append(world)
    return found


def _work(plan: Any) -> None:
    while mapping_plan.work(plan):
        pass


def _settle(worlds: list[World]) -> None:
    """One connection: what is sent is sent for all of its projects."""
    for _ in range(2):
        worlds[0].make_due()
        while send_changes.send_slice(worlds[0].connection.pk):
            worlds[0].make_due()
        for world in worlds:
            world.poll()


@pytest.mark.django_db(transaction=True)
def test_every_field_goes_both_ways_and_sprints_are_made_and_moved(worlds: list[World]) -> None:
    hands = [Hands(world) for world in worlds]
    for one in hands:
        _edit_everything(one)
        assert min(len(one.written.board), len(one.written.jira)) >= 12
    _settle(worlds)
    teams = list(Team.objects.filter(project__isnull=False, art__isnull=False))
    made = _sprints_for_a_new_iteration(worlds, teams)
    _settle(worlds)
    assert len(teams) == 12
    moved_here = [_plan_on_the_board(one, made) for one in hands]
    moved_there = [_plan_in_jira(one, made) for one in hands]
    assert sum(map(bool, moved_here)) >= 12
    assert sum(map(bool, moved_there)) >= 12
    _settle(worlds)
    for item in filter(None, moved_here):
        issue = worlds[0].handle.site.issue(WorkItem.objects.get(pk=item.pk).remote_id)
        assert {one.id for one in issue.values["sprints"]} & set(made.values())
    for key in filter(None, moved_there):
        assert WorkItem.objects.get(remote_key=key).iteration is not None
    found = [
        f"{one.world.project.key}: {words}"
        for one in hands
        for words in violations(one.world, one.written, Ways.POLL)
    ]
    assert found == []
    assert not Conflict.objects.filter(resolved=None).exists()


def _edit_everything(hands: Hands) -> None:
    """Each mapped field on the board of one issue, and in Jira of another."""
    world = hands.world
    ours, *_, theirs = WorkItem.objects.filter(project=world.project).order_by("remote_id")
    issue: Issue = world.handle.site.issue(theirs.remote_id)
    for name in hands.fields:
        if name not in {**world.project.field_map, "status": ""}:
            continue
        here = WorkItem.objects.get(pk=ours.pk)
        if name != "parent" or here.type == "Story":
            hands.write_board(here, name, hands.other(name, None))
        if name != "parent" or issue.type.name == "Story":
            hands.write_jira(issue, name, hands.other(name, held(world, issue, name)))


def _sprints_for_a_new_iteration(worlds: list[World], teams: list[Team]) -> dict[Any, int]:
    """Team → the sprint that is made on its board for an iteration that none has yet."""
    pi = Pi.objects.get(name="PI 2026.4")
    last = pi.iterations.order_by("-index").first()
    assert last is not None
    iteration = Iteration.objects.create(pi=pi, index=last.index + 1, name="26.4.9")
    for team in teams:
        new_sprints.make(team, [iteration], actor=worlds[0].person)
    links = SprintLink.objects.filter(iteration=iteration)
    return {link.team_id: link.sprint_id for link in links}


def _plan_on_the_board(hands: Hands, made: dict[Any, int]) -> WorkItem | None:
    """A story into the new iteration, where its team has a sprint there; None where it has none."""
    if hands.world.team.pk not in made:
        return None
    iteration = Iteration.objects.get(name="26.4.9")
    item = WorkItem.objects.filter(project=hands.world.project, type="Story").first()
    assert item is not None
    hands.write_board(item, "iteration", str(iteration.pk))
    return item


def _plan_in_jira(hands: Hands, made: dict[Any, int]) -> str | None:
    if hands.world.team.pk not in made:
        return None
    item = WorkItem.objects.filter(project=hands.world.project, type="Story").last()
    assert item is not None
    body = {"issues": [item.remote_key]}
    path = f"/rest/agile/1.0/sprint/{made[hands.world.team.pk]}/issue"
    hands.world.jira("POST", path, **body)
    return item.remote_key
