"""Fix versions, components and dates on the board: what a project has not is refused in words."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.item_editing import create_item, edit_item
from planning.models import Change, Release, WorkItem
from tests.callers import ApiCaller

MAP = {"fix_versions": "fixVersions", "components": "components", "due_date": "duedate"}


@pytest.fixture
def versioned(map_project: Callable[..., MappedProject]) -> MappedProject:
    facts = {"releases_told": True, "components": ["Web", "App"]}
    made = map_project("VER", field_map=MAP, facts=facts)
    for number, name in enumerate(("R1", "R2", "Old"), 1):
        Release.objects.create(
            project=made, remote_id=str(number), name=name, archived=name == "Old"
        )
    return made


def made(project: MappedProject | None, **values: Any) -> WorkItem:
    return create_item(actor=None, project=project, type="Story", summary="S", typed=True, **values)


def refused(project: MappedProject, **values: Any) -> dict[str, list[str]]:
    with pytest.raises(Refused) as caught:
        made(project, **values)
    return caught.value.fields


def test_names_are_those_of_the_project(versioned: MappedProject) -> None:
    item = made(versioned, fix_versions=["r2", "R1", "R2"], components=["web"])
    assert (item.fix_versions, item.components) == (["R2", "R1"], ["Web"])
    wrong = refused(versioned, fix_versions=["R9"], components=["Shop"])
    assert wrong["fix_versions"] == ["This project has no version “R9”. It has: R1, R2."]
    assert wrong["components"] == ["This project has no component “Shop”. It has: App, Web."] or (
        "Web, App" in wrong["components"][0]
    )
    assert "Old" in refused(versioned, fix_versions=["Old"])["fix_versions"][0]


def test_a_project_without_any_says_so(map_project: Callable[..., MappedProject]) -> None:
    bare = map_project("BAR", field_map=MAP, facts={"releases_told": True})
    words = refused(bare, fix_versions=["R1"])["fix_versions"]
    assert words == ["This project has no version “R1”. It has: none."]


def test_what_the_item_has_may_stay(versioned: MappedProject) -> None:
    item = made(versioned, fix_versions=["R1"])
    WorkItem.objects.filter(pk=item.pk).update(fix_versions=["Old"])
    edit_item(item.pk, actor=None, values={"fix_versions": ["Old", "R2"]}, typed=True)
    assert WorkItem.objects.get(pk=item.pk).fix_versions == ["Old", "R2"]


def test_without_a_pair_anything_goes(project: MappedProject) -> None:
    assert made(project, fix_versions=["Some day"]).fix_versions == ["Some day"]
    assert made(None, fix_versions=["Some day"], due_date="2027-01-31").due_date == datetime.date(
        2027, 1, 31
    )


@pytest.mark.parametrize("wrong", ["31.1.2027", "2027-02-30", 5, "soon"])
def test_days_are_days(project: MappedProject, wrong: Any) -> None:
    assert refused(project, due_date=wrong) == {
        "due_date": ["This is no date. Write it like 2027-01-31."]
    }


def test_what_jira_alone_may_say_is_read_only(versioned: MappedProject) -> None:
    versioned.field_directions = {"due_date": "from_jira"}
    versioned.save()
    item = made(versioned)
    with pytest.raises(Refused) as caught:
        edit_item(item.pk, actor=None, values={"due_date": "2027-01-31"})
    assert "from Jira only" in caught.value.fields["due_date"][0]
    edit_item(item.pk, actor=None, values={"due_date": None, "summary": "other"})
    assert Change.objects.filter(item=item, kind="edit").count() == 1


def test_the_page_offers_what_jira_has(client: Any, rte: User, versioned: MappedProject) -> None:
    client.force_login(rte)
    item = made(versioned, fix_versions=["R1"], due_date="2027-01-31")
    page = client.get(reverse("planning:item", args=[item.pk])).content.decode()
    assert '<option value="R1" selected>R1</option>' in page
    assert '<option value="Old"' not in page
    assert "31 Jan 2027" in page
    sent = {"type": "Story", "summary": "S", "version": item.version, "initial-fix_versions": "R1",
            "fix_versions": ["R2"], "initial-due_date": "2027-01-31", "due_date": ""}  # fmt: skip
    answer = client.post(reverse("planning:edit", args=[item.pk]), sent)
    assert answer.status_code == 302, answer.content.decode()
    item.refresh_from_db()
    assert (item.fix_versions, item.due_date) == (["R2"], None)
    wrong = client.post(reverse("planning:edit", args=[item.pk]), {**sent, "fix_versions": ["R9"]})
    assert (wrong.status_code, "R9" in wrong.content.decode()) == (422, True)


def test_the_api_tells_them_last(
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
    rte: User,
    versioned: MappedProject,
) -> None:
    board = api(token_of(rte))
    item = made(versioned, fix_versions=["R1"], due_date="2027-01-31")
    told = board.get(f"/items/{item.pk}").json()
    last = ["fix_versions", "components", "start_date", "due_date", "custom"]
    assert list(told)[-8:-3] == last
    assert (told["fix_versions"], told["due_date"]) == (["R1"], "2027-01-31")
    wrong = board.patch(f"/items/{item.pk}", {"fix_versions": ["R9"], "due_date": "soon"})
    assert (wrong.status_code, set(wrong.json()["error"]["fields"])) == (
        422,
        {"fix_versions", "due_date"},
    )
