"""A mapping as something one owns: draft, dry run of the draft, versions, going back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.models import Change, WorkItem
from sync.mapping import drafts, going_back, project_mapping
from sync.models import Conflict, MappingDraft, MappingVersion, Run
from sync.pairs import mapping_versions, new_statuses
from sync.runs import project_runs
from tests.callers import ApiCaller
from tests.sync.world import World


def work(world: World) -> None:
    for run in Run.objects.filter(state__in=("waiting", "running")):
        while project_runs.work(run.pk):
            pass
    world.project = MappedProject.objects.select_related("connection").get(pk=world.project.pk)


def change(world: World, **values: Any) -> None:
    project = MappedProject.objects.select_related("connection").get(pk=world.project.pk)
    project_mapping.change(project, actor=world.person, values=values)
    work(world)


def go_back(world: World, number: int) -> going_back.WayBack:
    way = going_back.plan(world.project, number)
    going_back.go(way, world.project, actor=world.person, reason="It was better then.")
    work(world)
    return way


def numbers(world: World) -> list[tuple[int, str]]:
    rows = MappingVersion.objects.filter(project=world.project).order_by("number")
    return list(rows.values_list("number", "origin"))


# ── Versions ─────────────────────────────────────────────────────────────────────────────────────
def test_every_change_is_a_version_with_its_author(world: World) -> None:
    assert numbers(world) == [(1, "mapped")]
    change(world, conflict_policy="ask")
    change(world, conflict_policy="ask")  # says the same: no version
    change(world, field_map={"wsjf": None})
    assert numbers(world) == [(1, "mapped"), (2, "changed"), (3, "changed")]
    last = mapping_versions.latest(world.project)
    assert last is not None
    assert (last.author, last.content) == (
        world.person,
        mapping_versions.content_of(world.project),
    )


def test_a_mapping_older_than_versions_keeps_what_it_was(world: World) -> None:
    MappingVersion.objects.all().delete()
    before = mapping_versions.content_of(world.project)
    change(world, conflict_policy="ask")
    first = MappingVersion.objects.get(project=world.project, number=1)
    assert (first.origin, first.content) == ("found", before)
    assert numbers(world)[1:] == [(2, "changed")]


def test_a_status_that_is_paired_by_itself_is_a_version(world: World) -> None:
    from jira_client.values import Status

    new_statuses.pair(world.project, [Status("4711", "Reviewed", "indeterminate")])
    last = mapping_versions.latest(world.project)
    assert last is not None
    assert (last.origin, last.author) == ("by_rule", None)
    assert "Reviewed" in last.reason


def test_differences_are_told_entry_by_entry(world: World) -> None:
    before = mapping_versions.content_of(world.project)
    after = {
        **before,
        "jql": "labels = a",
        "field_map": {**before["field_map"], "wsjf": "customfield_1"},
    }
    del after["field_map"]["labels"]
    found = [(one.part, one.word, one.after) for one in mapping_versions.difference(before, after)]
    assert found == [
        ("jql", "", "labels = a"),
        ("field_map", "labels", None),
        ("field_map", "wsjf", "customfield_1"),
    ]


# ── Going back ───────────────────────────────────────────────────────────────────────────────────
def test_going_back_sends_what_was_edited_meanwhile_and_asks_where_both_did(world: World) -> None:
    """A field was taken out, edited on one side, on the other and on both; then it is mapped again."""
    change(world, conflict_policy="ask")
    ours, theirs, both = WorkItem.objects.filter(project=world.project).order_by("rank")[:3]
    for item in (ours, theirs, both):
        world.edit(item, labels=["base"])
    world.settle()
    change(world, field_map={"labels": None})
    world.edit(ours, labels=["ours"])
    world.edit(both, labels=["ours"])
    world.edit_issue(theirs.remote_key, labels=["theirs"])
    world.edit_issue(both.remote_key, labels=["theirs"])
    world.settle()
    way = go_back(world, 2)
    assert [(one.part, one.word) for one in way.differences] == [("field_map", "labels")]
    world.settle()
    for item in (ours, theirs, both):
        item.refresh_from_db()
    assert (ours.labels, world.issue(ours.remote_key)["labels"]) == (["ours"], ["ours"])
    assert (theirs.labels, world.issue(theirs.remote_key)["labels"]) == (["theirs"], ["theirs"])
    assert (both.labels, world.issue(both.remote_key)["labels"]) == (["ours"], ["theirs"])
    assert Conflict.objects.filter(shadow__item=both, resolved=None, field="labels").exists()
    assert numbers(world)[-1] == (4, "restored")
    assert mapping_versions.latest(world.project).source == "2"


def test_everything_of_a_version_comes_back(world: World) -> None:
    first = mapping_versions.content_of(world.project)
    status = next(iter(first["status_map"]))
    change(
        world,
        direction="from_jira",
        jql="labels is EMPTY",
        status_map={status: None},
        link_map=dict.fromkeys(first["link_map"]),
        type_map={"Bug": None},
        field_map={"story_points": None},
    )
    assert mapping_versions.content_of(world.project) != first
    go_back(world, 1)
    assert mapping_versions.content_of(world.project) == first


def test_what_jira_does_not_have_any_more_is_left_out_and_said(world: World) -> None:
    one = MappingVersion.objects.get(project=world.project, number=1)
    one.content["status_map"]["Long gone"] = "99999"
    one.content["field_map"]["wsjf"] = "customfield_99999"
    one.save()
    before = world.project.field_map.get("wsjf")
    change(world, conflict_policy="ask")
    way = go_back(world, 1)
    assert len(way.left_out) == 2
    assert "Long gone" in " ".join(way.left_out)
    assert "Long gone" not in world.project.status_map
    assert world.project.field_map.get("wsjf") == before
    assert world.project.conflict_policy == "jira_wins"


def test_there_is_no_going_back_to_what_was_not(world: World) -> None:
    with pytest.raises(Refused, match="no version 7"):
        going_back.plan(world.project, 7)


# ── Drafts ───────────────────────────────────────────────────────────────────────────────────────
def test_a_draft_collects_and_changes_nothing_until_it_is_applied(world: World) -> None:
    before = mapping_versions.content_of(world.project)
    drafts.add(world.project, {"field_map": {"wsjf": None}}, actor=world.person)
    found = drafts.add(
        world.project,
        {"field_map": {"labels": None}, "conflict_policy": "ask"},
        actor=world.person,
    )
    assert {(one.part, one.word) for one in found.differences} == {
        ("conflict_policy", ""),
        ("field_map", "labels"),
        ("field_map", "wsjf"),
    } - (set() if "wsjf" in before["field_map"] else {("field_map", "wsjf")})
    work(world)
    assert mapping_versions.content_of(world.project) == before
    drafts.apply(world.project, actor=world.person, reason="Less is more.")
    work(world)
    last = mapping_versions.latest(world.project)
    assert last is not None
    assert (last.origin, last.reason) == ("draft", "Less is more.")
    assert "labels" not in world.project.field_map
    assert not MappingDraft.objects.exists()


def test_what_cannot_be_is_refused_when_it_is_put_in_the_draft(world: World) -> None:
    with pytest.raises(Refused):
        drafts.add(world.project, {"jql": "project = "}, actor=world.person)
    with pytest.raises(Refused):
        drafts.add(
            world.project, {"field_map": {"story_points": "timeestimate"}}, actor=world.person
        )
    assert not MappingDraft.objects.exists()


def test_a_dry_run_of_the_draft_says_what_the_draft_would_do(world: World) -> None:
    item = world.first()
    world.edit(item, labels=["base"])
    world.settle()
    change(world, field_map={"labels": None})
    world.edit(item, labels=["ours"])
    world.settle()
    label = MappingVersion.objects.get(project=world.project, number=1).content["field_map"]
    drafts.add(world.project, {"field_map": {"labels": label["labels"]}}, actor=world.person)
    run = drafts.dry_run(world.project)
    stored = project_runs.request(world.project, "dry_run")
    assert run.pk != stored.pk
    before, changes = world.issue(item.remote_key), Change.objects.count()
    work(world)
    run.refresh_from_db()
    stored.refresh_from_db()
    told = [one["key"] for one in run.findings["samples"].get("jira_update", ())]
    assert item.remote_key in told
    assert item.remote_key not in [
        one["key"] for one in stored.findings["samples"].get("jira_update", ())
    ]
    assert (world.issue(item.remote_key), Change.objects.count()) == (before, changes)
    assert "labels" not in world.project.field_map


def test_a_status_and_what_its_step_asks_for_go_in_one_change(world: World) -> None:
    """Rules are judged by the maps that come with them, not by those of before."""
    word, remote = next(iter(world.project.status_map.items()))
    change(world, status_map={word: None})
    change(world, status_map={word: remote}, transition_defaults={word: {"resolution": ""}})
    assert world.project.status_map[word] == remote


# ── By API and on the pages ──────────────────────────────────────────────────────────────────────
def test_drafts_and_versions_by_api(
    world: World,
    rte: User,
    viewer: User,
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
) -> None:
    caller, root = api(token_of(rte)), f"/projects/{world.project.pk}"
    assert caller.get(f"{root}/draft").status_code == 404
    told = caller.patch(f"{root}/draft", {"conflict_policy": "ask"}).json()
    assert [one["part"] for one in told["differences"]] == ["conflict_policy"]
    assert caller.get(f"{root}/draft").json()["values"] == {"conflict_policy": "ask"}
    assert api(token_of(viewer)).patch(f"{root}/draft", {}).status_code == 403
    tried = caller.post(f"{root}/draft/dry-run")
    assert (tried.status_code, tried.json()["kind"]) == (202, "dry_run")
    applied = caller.post(f"{root}/draft/apply", {"reason": "For the audit."}).json()
    assert applied["conflict_policy"] == "ask"
    rows = caller.get(f"{root}/versions").json()["items"]
    assert [(one["number"], one["origin"]) for one in rows] == [(2, "draft"), (1, "mapped")]
    assert rows[0]["reason"] == "For the audit."
    one = caller.get(f"{root}/versions/2").json()
    assert [(d["before"], d["after"]) for d in one["differences"]] == [("jira_wins", "ask")]
    tried = caller.post(f"{root}/versions/1/restore", {"dry_run": True}).json()
    assert (tried["applied"], len(tried["differences"])) == (False, 1)
    assert caller.post(f"{root}/versions/1/restore", {"reason": "Back."}).json()["applied"]
    assert caller.get(root).json()["conflict_policy"] == "jira_wins"
    assert caller.get(f"{root}/versions/9").status_code == 404
    caller.patch(f"{root}/draft", {"conflict_policy": "ask"})
    assert caller.delete(f"{root}/draft").status_code == 204
    assert caller.delete(f"{root}/draft").status_code == 404


def test_drafts_and_versions_on_the_pages(
    world: World, rte: User, viewer: User, client_of: Callable[..., Any]
) -> None:
    client, pk = client_of(rte), world.project.pk
    sent = {"team-source": "label", f"team-value_{world.team.pk}": "falcon", "into_draft": "1"}
    answer = client.post(reverse("sync:change_team", args=[pk]), sent)
    draft = reverse("sync:draft", args=[pk])
    assert (answer.status_code, answer["Location"]) == (302, draft)
    assert MappedProject.objects.get(pk=pk).team_source == {}
    shown = client.get(draft).content.decode()
    assert "What says the team" in shown
    assert "a label: Falcon: falcon" in shown
    assert client_of(viewer).get(draft).status_code == 403
    assert client.post(draft, {"reason": ""}).status_code == 422
    tried = client.post(reverse("sync:try_draft", args=[pk]))
    assert (tried.status_code, "dry-runs" in tried["Location"]) == (302, True)
    assert client.post(draft, {"reason": "Two teams"}).status_code == 302
    assert MappedProject.objects.get(pk=pk).team_source["kind"] == "label"
    listed = client_of(viewer).get(reverse("sync:versions", args=[pk])).content.decode()
    assert "Two teams" in listed
    page = reverse("sync:version", args=[pk, 1])
    assert "Go back to this version" in client.get(page).content.decode()
    assert "Go back to this version" not in client_of(viewer).get(page).content.decode()
    back = reverse("sync:go_back", args=[pk, 1])
    assert client_of(viewer).post(back, {"reason": "x"}).status_code == 403
    assert client.post(back, {"reason": ""}).status_code == 422
    assert client.post(back, {"reason": "One team again"}).status_code == 302
    assert MappedProject.objects.get(pk=pk).team_source == {}
    assert client.get(draft).status_code == 302  # there is none
