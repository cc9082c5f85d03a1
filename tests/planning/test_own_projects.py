"""An ART's own projects: several, of which the first takes new features; what follows where one leaves."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from connections.models import MappedProject
from planning import own_project_editing, own_projects
from planning.board import lay_out
from planning.models import Art, SolutionTrain, Team, TeamBoard, WorkItem
from planning.structure_editing import edit_part
from tests.callers import ApiCaller
from tests.planning.reading import Page

Make = Callable[..., WorkItem]


@pytest.fixture
def projects(map_project: Callable[..., MappedProject]) -> list[MappedProject]:
    return [map_project("FEAT"), map_project("CAPS"), map_project("PLAT")]


@pytest.fixture
def board(api: Callable[..., ApiCaller], token_of: Callable[..., str], rte: User) -> ApiCaller:
    return api(token_of(rte))


def keys(owner: Art | SolutionTrain) -> list[str]:
    owner.refresh_from_db()
    return [one.key for one in own_projects.projects_of(owner)]


def test_they_are_given_taken_and_the_next_one_moves_up(
    art: Art, projects: list[MappedProject], rte: User
) -> None:
    for one in projects:
        own_project_editing.give("art", art.pk, one.pk, actor=rte)
    own_project_editing.give("art", art.pk, projects[0].pk, actor=rte)
    assert keys(art) == ["FEAT", "CAPS", "PLAT"]
    edit_part("art", art.pk, actor=rte, values={"project": projects[2].pk})
    assert keys(art) == ["PLAT", "CAPS"]  # who knows one project alone changes the first
    own_project_editing.take("art", art.pk, projects[2].pk, actor=rte)
    assert keys(art) == ["CAPS"]
    entry = AuditEntry.objects.filter(action="art.updated").latest("pk")
    assert entry.after["projects"] == [str(projects[1].pk)]
    edit_part("art", art.pk, actor=rte, values={"projects": [one.pk for one in projects]})
    projects[0].delete()  # unmapped
    assert keys(art) == ["CAPS", "PLAT"]


def test_a_train_has_them_too(board: ApiCaller, projects: list[MappedProject]) -> None:
    wanted = [str(one.pk) for one in projects[:2]]
    made = board.post("/trains", {"name": "Land", "projects": wanted})
    assert orjson.loads(made.content)["projects"] == wanted
    train = SolutionTrain.objects.get()
    assert keys(train) == ["FEAT", "CAPS"]
    for key in wanted:
        found = orjson.loads(board.get(f"/trains?project={key}").content)["items"]
        assert [one["id"] for one in found] == [str(train.pk)]
    address = f"/trains/{train.pk}"
    both = board.patch(address, {"project": wanted[0], "projects": wanted})
    assert list(orjson.loads(both.content)["error"]["fields"]) == ["projects"]
    for wrong in (["x"], [str(train.pk)]):
        assert board.patch(address, {"projects": wrong}).status_code == 422
    assert keys(train) == ["FEAT", "CAPS"]


def test_what_follows_is_said_before_one_is_taken(
    board: ApiCaller, art: Art, projects: list[MappedProject], team: Team, make_item: Make
) -> None:
    feat, caps, _plat = projects
    edit_part("art", art.pk, actor=None, values={"projects": [feat.pk, caps.pk]})
    make_item("Doors", project=feat)
    make_item("Brakes", project=feat, team=team.pk)
    address = f"/arts/{art.pk}/projects/{feat.pk}"
    said = orjson.loads(board.delete(f"{address}?dry_run=true").content)
    assert (said["applied"], said["items"], said["loose"]) == (False, 2, 1)
    assert (said["first"], said["orphaned"]) == (str(caps.pk), True)
    assert "1 of them has no team and leaves the board of Rail" in said["words"]
    assert keys(art) == ["FEAT", "CAPS"]
    TeamBoard.objects.create(team=team, project=feat)
    brought = orjson.loads(board.delete(f"{address}?dry_run=true").content)
    assert (brought["loose"], brought["orphaned"]) == (0, False)  # the ART's own team works there
    assert orjson.loads(board.delete(address).content)["applied"] is True
    assert keys(art) == ["CAPS"]
    assert board.delete(address).status_code == 404
    assert MappedProject.objects.filter(pk=feat.pk).exists()


def test_the_page_asks_once_more_where_one_leaves(
    client_of: Callable[..., Client], rte: User, art: Art, projects: list[MappedProject]
) -> None:
    client, address = client_of(rte), reverse("planning:edit_part", args=["art", art.pk])
    ids = [str(one.pk) for one in projects]
    sent = {"name": "Rail", "train": "", "project": ids[0], "further_projects": ids[1:]}
    assert client.post(address, sent).status_code == 302
    assert keys(art) == ["FEAT", "CAPS", "PLAT"]
    shown = client.get(reverse("planning:frame")).content.decode()
    assert all(str(one) in shown for one in projects)
    less = {**sent, "further_projects": ids[1:2]}
    asked = client.post(address, less)
    assert "PLAT stays mapped" in asked.content.decode()
    assert keys(art) == ["FEAT", "CAPS", "PLAT"]
    sure = Page(asked.content).form("")["sure"]
    assert client.post(address, {**less, "further_projects": [], "sure": sure}).status_code == 422
    assert client.post(address, {**less, "sure": sure}).status_code == 302
    assert keys(art) == ["FEAT", "CAPS"]


def test_features_of_all_of_them_are_on_the_board_of_the_art(
    art: Art, projects: list[MappedProject], team: Team, make_item: Make
) -> None:
    feat, caps, plat = projects
    edit_part("art", art.pk, actor=None, values={"projects": [feat.pk, caps.pk]})
    art.refresh_from_db()
    for one in projects:
        make_item(one.key, project=one)
    loose = lay_out(art, None, [team]).rows[-1].backlog
    assert sorted(card.summary for card in loose.cards) == ["CAPS", "FEAT"]
    TeamBoard.objects.create(team=team, project=plat)  # a further project of one of its teams
    loose = lay_out(art, None, [team]).rows[-1].backlog
    assert sorted(card.summary for card in loose.cards) == ["CAPS", "FEAT", "PLAT"]


def test_a_new_feature_goes_to_the_first_unless_a_person_chooses_another(
    client_of: Callable[..., Client], rte: User, art: Art, team: Team, projects: list[MappedProject]
) -> None:
    client, (_feat, caps, plat) = client_of(rte), projects
    edit_part("art", art.pk, actor=None, values={"projects": [plat.pk, caps.pk]})
    new = reverse("planning:new")
    shown = client.get(f"{new}?art={art.pk}").content.decode()
    assert "created in Jira project PLAT" in shown
    own = shown.split('<optgroup label="Of Rail itself">')[1].split("</optgroup>")[0]
    assert own.index("PLAT") < own.index("CAPS")
    assert "FEAT" not in own
    on_the_board = client.get(f"{reverse('planning:board')}?art={art.pk}").content.decode()
    assert f"{new}?art={art.pk}&amp;back=" in on_the_board
    for_team = client.get(f"{new}?art={art.pk}&team={team.pk}").content.decode()
    assert "created in Jira project ABC" in for_team  # a team's item goes to the team's project
    sent = {"project": str(caps.pk), "save": "1", "type": "Feature", "summary": "Doors"}
    assert client.post(new, sent).status_code == 302
    assert WorkItem.objects.get().project == caps
