"""Jira put back to an earlier state: noticed, held, compared, and then as a person says is right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from almconnect.lib.api import Refused
from connections.health import site_identity
from connections.models import Connection, SiteDoubt
from jira_sandbox.model.issue_creation import delete
from jira_sandbox.state.dump import dumped
from jira_sandbox.state.restore import go_back
from planning.models import Change, WorkItem
from sync.models import Run, Shadow
from sync.pairs import site_proof
from sync.runs import project_runs, restore_comparison
from tests.sync.pages.conftest import text_of
from tests.sync.world import World


def now(world: World) -> Connection:
    world.connection = Connection.objects.get(pk=world.connection.pk)
    return world.connection


def time_passes(world: World) -> None:
    """Ten minutes by Jira's clock, to which ours is set: nothing that it holds is of this moment."""
    world.handle.site.skew += timedelta(minutes=10)


@pytest.fixture
def lost(world: World) -> dict[str, Any]:
    """Four issues were edited and one was made in Jira, all on the board; then Jira was put back."""
    world.reconcile()
    site = world.handle.site
    with site.lock:
        then = dumped(site)
    edited = list(WorkItem.objects.filter(project=world.project).order_by("rank")[:4])
    for number, item in enumerate(edited):
        world.edit_issue(item.remote_key, summary=f"After the backup {number}")
    made = world.create_and_read("Made after the backup")
    world.poll()
    go_back(site, then)
    time_passes(world)
    site_proof.suspect(world.connection)
    return {"edited": edited, "made": world.item(made)}


def compare(world: World, rte: User) -> None:
    for run in restore_comparison.compare(now(world)):
        while project_runs.work(run.pk):
            pass


def summaries(items: list[WorkItem]) -> list[str]:
    return [WorkItem.objects.get(pk=one.pk).summary for one in items]


def accepted(world: World, rte: User, right: str) -> None:
    compare(world, rte)
    site_identity.accept_restore(now(world), right=right, actor=rte)
    Shadow.objects.filter(absent_since__isnull=False).update(
        absent_since=timezone.now() - timedelta(minutes=5)
    )
    world.reconcile()
    world.settle()
    world.reconcile()


def test_a_restore_without_reused_numbers_is_noticed_and_held(
    world: World, lost: dict[str, Any]
) -> None:
    world.poll()
    assert now(world).site_doubt == SiteDoubt.RESTORED
    assert summaries(lost["edited"])[0] == "After the backup 0"


def test_edits_of_one_issue_under_a_wrong_clock_hold_nothing(world: World) -> None:
    """Jira's clock was put back for a while: one older issue is no restore."""
    world.reconcile()
    time_passes(world)
    issue = world.handle.site.keys[world.first().remote_key]
    issue.updated -= timedelta(hours=1)
    site_proof.suspect(world.connection)
    world.poll()
    world.reconcile()
    assert now(world).site_doubt == ""


def test_issues_that_people_deleted_in_jira_are_no_restore(world: World) -> None:
    world.reconcile()
    time_passes(world)
    newest = Shadow.objects.order_by("-remote_updated")[:5]
    site = world.handle.site
    for one in newest:
        delete(site, site.users["admin"], site.issues[int(one.remote_id)], with_subtasks=True)
    site_proof.suspect(world.connection)
    world.poll()
    assert now(world).site_doubt == ""


def test_the_comparison_shows_what_differs_and_changes_nothing(
    world: World, lost: dict[str, Any], rte: User
) -> None:
    world.poll()
    before = list(WorkItem.objects.order_by("pk").values_list("pk", "summary", "deleted"))
    compare(world, rte)
    run = Run.objects.get(kind="dry_run")
    assert run.state == "finished", run.message
    counts = run.findings["counts"]
    assert counts["older_in_jira"] == 4
    assert counts["not_in_jira"] == 1
    older = run.findings["samples"]["older_in_jira"][0]["fields"]["summary"]
    assert older["board"].startswith("After the backup")
    assert not older["jira"].startswith("After the backup")
    assert before == list(WorkItem.objects.order_by("pk").values_list("pk", "summary", "deleted"))
    assert now(world).site_doubt == SiteDoubt.RESTORED, "only a person ends it"


def test_nobody_says_what_is_right_before_it_was_compared(
    world: World, lost: dict[str, Any], rte: User
) -> None:
    world.poll()
    with pytest.raises(Refused) as refused:
        site_identity.accept_restore(now(world), right="jira", actor=rte)
    assert refused.value.code == "compare_first"
    assert now(world).site_doubt == SiteDoubt.RESTORED


def test_jira_is_right(world: World, lost: dict[str, Any], rte: User) -> None:
    world.poll()
    accepted(world, rte, "jira")
    for item in lost["edited"]:
        item.refresh_from_db()
        assert item.summary == world.issue(item.remote_key)["summary"]
        assert not item.summary.startswith("After the backup")
    assert now(world).site_doubt == ""


def test_the_board_is_right(world: World, lost: dict[str, Any], rte: User) -> None:
    world.poll()
    accepted(world, rte, "board")
    for number, item in enumerate(lost["edited"]):
        assert world.issue(item.remote_key)["summary"] == f"After the backup {number}"
    assert now(world).site_doubt == ""
    # What people edit in Jira afterwards counts as ever.
    first = lost["edited"][0]
    world.edit_issue(first.remote_key, summary="Later in Jira")
    world.settle()
    assert summaries([first]) == ["Later in Jira"]


def test_an_issue_that_jira_lost_is_gone_from_jira_with_all_it_had(
    world: World, lost: dict[str, Any], rte: User
) -> None:
    world.poll()
    accepted(world, rte, "board")
    pair = Shadow.objects.get(item=lost["made"])
    assert pair.absence, "it is not there, and the board says so"
    assert WorkItem.objects.get(pk=lost["made"].pk).summary == "Made after the backup"


def test_a_second_restore_is_held_again(world: World, lost: dict[str, Any], rte: User) -> None:
    world.poll()
    accepted(world, rte, "jira")
    issue = world.handle.site.keys[lost["edited"][0].remote_key]
    issue.created = issue.created.replace(year=issue.created.year - 1)
    issue.updated = world.handle.site.now()
    world.poll()
    assert now(world).site_doubt == SiteDoubt.RESTORED


def test_an_edit_that_waited_is_kept(world: World, lost: dict[str, Any], rte: User) -> None:
    world.poll()
    item = lost["edited"][0]
    item.refresh_from_db()
    world.edit(item, description="Written while it was held")
    accepted(world, rte, "jira")
    assert Change.objects.filter(item=item).exclude(state="settled").count() == 0
    item.refresh_from_db()
    assert item.description == "Written while it was held"
    assert "Written while it was held" in str(world.issue(item.remote_key)["description"])


def test_the_page_leads_from_the_comparison_to_the_answer(
    world: World, lost: dict[str, Any], rte: User, admin: User, client_of: Any
) -> None:
    world.poll()
    browser = client_of(admin)
    address = reverse("sync:restored", args=[world.connection.pk])
    assert (
        address
        in browser.get(reverse("connections:detail", args=[world.connection.pk])).content.decode()
    )
    page = text_of(browser.get(address))
    assert "Compare" in page
    assert "Which side is right" not in page, "first it is compared"
    browser.post(reverse("sync:compare_restored", args=[world.connection.pk]))
    for run in Run.objects.filter(kind="dry_run"):
        while project_runs.work(run.pk):
            pass
    page = text_of(browser.get(address))
    assert "Go on with this Jira" not in text_of(client_of(rte).get(address)), "an admin answers"
    assert "4 older in Jira" in page
    assert "1 not found in Jira" in page
    assert "Which side is right" in page
    browser.post(
        reverse("connections:site", args=[world.connection.pk]),
        {"take": "accept", "right": "board"},
    )
    assert now(world).site_doubt == ""


def test_by_api(world: World, lost: dict[str, Any], admin: User, api: Any, token_of: Any) -> None:
    world.poll()
    caller = api(token_of(admin))
    mine = f"/connections/{world.connection.pk}"
    early = caller.post(f"{mine}/site", {"take": "accept", "right": "board"})
    assert (early.status_code, early.json()["error"]["code"]) == (409, "compare_first")
    asked = caller.post(f"{mine}/restored")
    assert asked.status_code == 202
    for run in Run.objects.filter(kind="dry_run"):
        while project_runs.work(run.pk):
            pass
    told = caller.get(f"{mine}/restored").json()
    assert told["compared"] is True
    (project,) = told["projects"]
    assert project["counts"]["older_in_jira"] == 4
    blank = caller.post(f"{mine}/site", {"take": "accept"})
    assert blank.status_code == 422
    done = caller.post(f"{mine}/site", {"take": "accept", "right": "board"})
    assert done.status_code == 200
    assert done.json()["site"]["doubt"] == ""
