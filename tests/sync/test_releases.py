"""Releases: read with a project's versions, kept when renamed, made in Jira on request."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.models import BoardEvent, Release, WorkItem
from sync.mapping import new_releases
from sync.models import Delivery, Shadow
from tests.sync.world import PROJECT, World

VERSION = "/rest/api/2/version"


def add(world: World, name: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = world.jira("POST", VERSION, project=PROJECT, name=name, **more)
    return found


def hook(world: World, version: dict[str, Any], what: str) -> None:
    world.hook({"webhookEvent": f"jira:version_{what}", "timestamp": 1, "version": version})
    world.drain()


def fresh(world: World) -> MappedProject:
    return MappedProject.objects.select_related("connection").get(pk=world.project.pk)


def names(world: World) -> list[str]:
    return list(Release.objects.filter(project=world.project).values_list("name", flat=True))


def test_a_run_reads_them(world: World) -> None:
    add(world, "R1", startDate="2027-01-01", releaseDate="2027-02-01")
    world.reconcile()
    row = Release.objects.get()
    assert (row.name, row.start, row.release) == ("R1", date(2027, 1, 1), date(2027, 2, 1))
    assert fresh(world).facts["components"] == ["Web"]


def test_a_webhook_has_them_read_again(world: World) -> None:
    made = add(world, "R1")
    hook(world, made, "created")
    assert names(world) == ["R1"]
    assert Delivery.objects.get().state == "done"
    world.jira("PUT", f"{VERSION}/{made['id']}", released=True)
    hook(world, made, "released")
    assert Release.objects.get().released


def test_an_issue_that_names_an_unknown_one_tells_of_it(world: World) -> None:
    add(world, "R1")
    world.create_issue("Told", fixVersions=[{"name": "R1"}])
    world.poll()
    assert names(world) == ["R1"]


def test_a_renamed_one_is_the_same_and_its_items_follow(world: World) -> None:
    made = add(world, "R1")
    key = world.create_issue("Told", fixVersions=[{"name": "R1"}])
    world.poll()
    item, row = world.item(key), Release.objects.get()
    world.edit(item, summary="Edited meanwhile", fix_versions=[])
    world.jira("PUT", f"{VERSION}/{made['id']}", name="R1 final")
    other = world.create("Other", fix_versions=["R1"])
    hook(world, made, "updated")
    assert Release.objects.get().pk == row.pk
    assert WorkItem.objects.get(pk=other.pk).fix_versions == ["R1 final"]
    assert Shadow.objects.get(item=item).agreed["fix_versions"] == ["R1 final"]
    world.settle()
    assert world.issue(key)["fixVersions"] == []  # the edit went, and is no conflict
    other.refresh_from_db()
    assert [one["name"] for one in world.issue(other.remote_key)["fixVersions"]] == ["R1 final"]
    assert BoardEvent.objects.filter(object_id=other.pk, origin="jira").exists()


def test_one_that_was_merged_away_leaves_its_items(world: World) -> None:
    first, second = add(world, "R1"), add(world, "R2")
    key = world.create_issue("Told", fixVersions=[{"name": "R1"}])
    world.reconcile()
    swap = {"moveFixIssuesTo": int(second["id"])}
    world.jira("POST", f"{VERSION}/{first['id']}/removeAndSwap", **swap)
    hook(world, first, "deleted")
    assert names(world) == ["R2"]
    world.reconcile()
    assert world.item(key).fix_versions == ["R2"]


def test_one_is_made_in_jira_on_request(world: World) -> None:
    made = new_releases.make(fresh(world), " R1 ", actor=world.person, release=date(2027, 2, 1))
    (there,) = world.jira("GET", f"/rest/api/2/project/{PROJECT}/versions")
    assert (there["name"], there["releaseDate"], there["id"]) == (
        "R1",
        "2027-02-01",
        made.remote_id,
    )
    item = world.create("In it", fix_versions=["R1"])
    world.settle()
    item.refresh_from_db()
    assert [one["name"] for one in world.issue(item.remote_key)["fixVersions"]] == ["R1"]
    with pytest.raises(Refused, match="has a version “r1” already"):
        new_releases.make(fresh(world), "r1", actor=world.person)


def test_who_may_not_administer_the_project_is_told_so(world: World) -> None:
    world.grant("ADMINISTER_PROJECTS", False)
    with pytest.raises(Refused, match="Administer Projects") as caught:
        new_releases.make(fresh(world), "R1", actor=world.person)
    assert (caught.value.status, names(world)) == (403, [])


def test_an_answer_that_was_lost_makes_no_second_one(world: World) -> None:
    world.fault("answer_lost", times=1, path="/version", method="POST")
    made = new_releases.make(fresh(world), "R1", actor=world.person)
    (there,) = world.jira("GET", f"/rest/api/2/project/{PROJECT}/versions")
    assert made.remote_id == there["id"]


def test_a_worker_that_died_after_making_it_made_one(world: World, killed_at: Any) -> None:
    with killed_at("version.created"):
        new_releases.make(fresh(world), "R1", actor=world.person)
    with pytest.raises(Refused, match="has a version “R1” already"):
        new_releases.make(fresh(world), "R1", actor=world.person)
    assert names(world) == ["R1"]  # and the board offers it by now


@pytest.mark.parametrize(
    ("more", "field"),
    [({"name": " "}, "name"), ({"start": date(2027, 3, 1), "release": date(2027, 2, 1)}, "start")],
)
def test_what_does_not_fit_is_refused_here(world: World, more: Any, field: str) -> None:
    values = {"name": "R1", **more}
    with pytest.raises(Refused) as caught:
        new_releases.make(fresh(world), values.pop("name"), actor=world.person, **values)
    assert list(caught.value.fields) == [field]
    assert names(world) == []
