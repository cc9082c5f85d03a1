"""What a move is refused for: each with its code, a sentence, and nothing changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from almconnect.lib.api import Refused
from connections.credentials import credentials
from connections.health import site_identity
from connections.models import Connection, MappedProject, SiteDoubt
from connections.setup import deletion, pause, settings_editing
from jira_sandbox.server import Handle
from planning.models import Change
from sync.mapping import project_mapping
from sync.models import Brake, MoveRow, SiteMove
from sync.pairs import site_proof
from sync.site_move import decisions, gate, mapping_plan
from tests.sync.site_move.elsewhere import at_work, moved, planned
from tests.sync.world import World, credential

ONLY = pytest.mark.parametrize("handle", ["cloud"], indirect=True)


def why(act: Any, *args: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refused:
        act(*args, **named)
    assert refused.value.status == 409
    assert refused.value.message.endswith(".")
    return refused.value.code


def again(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


@ONLY
def test_what_is_no_destination(world: World, there: Handle, to: Connection, rte: User):
    plan = decisions.plan
    mine = again(world.connection)
    assert why(plan, mine, mine, actor=rte) == "same_jira"
    twin = settings_editing.create(
        actor=rte, name="Twin", base_url=world.handle.url, auth_method="basic"
    )
    assert credentials.offer(twin, credential(world.handle), actor=rte)
    assert why(plan, mine, again(twin), actor=rte) == "same_jira"
    draft = settings_editing.create(
        actor=rte, name="Draft", base_url=there.url, auth_method="basic"
    )
    assert why(plan, mine, draft, actor=rte) == "destination_unproven"
    for values, code in (
        ({"health": "stopped"}, "destination_unproven"),
        ({"health": "failing"}, "destination_unproven"),
        ({"lifecycle": "paused"}, "destination_unproven"),
        ({"site_doubt": "site_unproven"}, "destination_held"),
        ({"pending_id": "someone"}, "destination_held"),
        ({"site": None}, "destination_hidden"),
        ({"move_part": "kept"}, "destination_in_a_move"),
    ):
        before = {name: getattr(to, name) for name in values}
        Connection.objects.filter(pk=to.pk).update(**values)
        assert why(plan, mine, again(to), actor=rte) == code, values
        Connection.objects.filter(pk=to.pk).update(**before)
    MappedProject.objects.create(connection=to, remote_id="1", key="X", name="X")
    assert why(plan, mine, again(to), actor=rte) == "destination_mapped"
    assert not SiteMove.objects.exists()


@ONLY
def test_what_cannot_be_moved(world: World, to: Connection, rte: User):
    plan = decisions.plan
    for values, code in (
        ({"lifecycle": "draft"}, "draft"),
        ({"lifecycle": "paused"}, "paused"),
        ({"site_doubt": "jira_restored"}, "site_in_doubt"),
        ({"site_doubt": "site_unproven"}, "site_in_doubt"),
        ({"pending_id": "someone"}, "account_pending"),
        ({"move_part": "kept"}, "kept"),
    ):
        before = {name: getattr(again(world.connection), name) for name in values}
        Connection.objects.filter(pk=world.connection.pk).update(**values)
        assert why(plan, again(world.connection), to, actor=rte) == code, values
        Connection.objects.filter(pk=world.connection.pk).update(**before)
    fresh = settings_editing.create(
        actor=rte, name="F", base_url="http://127.0.0.1:1", auth_method="basic"
    )
    Connection.objects.filter(pk=fresh.pk).update(lifecycle="active")
    assert why(plan, again(fresh), to, actor=rte) == "nothing_mapped"


@ONLY
def test_one_move_at_a_time(world: World, to: Connection, rte: User):
    planned(world, to, rte)
    assert why(decisions.plan, world.connection, to, actor=rte) == "move_under_way"


@ONLY
def test_a_plan_that_is_old_or_of_another_mapping(world: World, to: Connection, rte: User):
    move = planned(world, to, rte)
    SiteMove.objects.filter(pk=move.pk).update(planned=timezone.now() - timedelta(minutes=61))
    assert why(decisions.confirm, SiteMove.objects.get(pk=move.pk), actor=rte) == "plan_old"
    move = at_work(decisions.plan_again(SiteMove.objects.get(pk=move.pk), actor=rte))
    project = MappedProject.objects.get(pk=world.project.pk)
    project_mapping.change(project, actor=rte, values={"direction": "from_jira"})
    assert why(decisions.confirm, move, actor=rte) == "plan_outdated"
    assert again(world.connection).move_part == ""
    move = at_work(decisions.plan_again(move, actor=rte))
    decisions.confirm(move, actor=rte)
    assert why(decisions.confirm, move, actor=rte) == "not_planned"
    assert why(decisions.give_up, move, actor=rte) == "not_planned"


@ONLY
def test_what_waits_for_a_decision_or_an_answer(world: World, to: Connection, rte: User):
    move = planned(world, to, rte)
    brake = Brake.objects.create(connection=world.connection, reason="many")
    assert why(decisions.confirm, move, actor=rte) == "deletions_held"
    brake.delete()
    world.create("On its way")
    Change.objects.filter(kind="create").update(state="looking")
    assert why(decisions.confirm, move, actor=rte) == "outcome_unknown"
    Change.objects.filter(kind="create").update(state="parked", code="outcome_unknown")
    assert why(decisions.confirm, move, actor=rte) == "outcome_unknown"


@ONLY
def test_what_arises_after_the_confirmation_stops_it_before_anything_is_changed(
    world: World, to: Connection, rte: User
):
    move = planned(world, to, rte)
    decisions.confirm(move, actor=rte)
    Brake.objects.create(connection=world.connection, reason="many")
    move = at_work(move)
    assert (move.state, move.code) == ("planned", "deletions_held")
    now = again(world.connection)
    assert (now.move_part, now.base_url) == ("", world.handle.url)
    assert again(to).move_part == ""
    world.edit(world.first(), summary="Goes on")
    world.push()
    assert world.issues("Goes on")


@ONLY
def test_projects_and_filters_that_do_not_fit(
    world: World, there: Handle, to: Connection, rte: User
):
    site = there.site
    project = MappedProject.objects.filter(pk=world.project.pk)
    project.update(jql="sprint = 7")
    move = planned(world, to, rte)
    assert why(decisions.confirm, move, actor=rte) == "filter_not_certain"
    project.update(jql='labels = "team 7" OR summary ~ "12"')
    move = at_work(decisions.plan_again(move, actor=rte))
    gate.may_carry_out(move)
    project.update(jql="")
    for issue in site.issues.values():
        if issue.project.key == "FALCON":
            issue.values["summary"] = "Payroll"
            issue.created = issue.created.replace(year=2020)
    move = at_work(decisions.plan_again(move, actor=rte))
    assert why(decisions.confirm, move, actor=rte) == "project_not_certain"
    there_project = site.project("FALCON")
    there_project.key = "HAWK"
    site.keys = {one.key: one for one in site.issues.values()}
    move = at_work(decisions.plan_again(move, actor=rte))
    assert why(decisions.confirm, move, actor=rte) == "project_missing"
    assert MoveRow.objects.filter(move=move, kind="issue").exclude(verdict="missing").count() == 0


@pytest.mark.parametrize(
    ("jql", "numbers"),
    [
        ("cf[10020] is not EMPTY", True),
        ("sprint = 7", True),
        ("sprint in (7, 8)", True),
        ("filter = 10001", True),
        ("fixVersion = 10010 AND labels = a", True),
        ("customfield_10010 = x", True),
        ('labels = "7" AND text ~ "cf[1]"', False),
        ("updated > -7d", False),
        ("created >= 2026-01-01", False),
        ("issuetype in (Story, Bug)", False),
        ("", False),
    ],
)
def test_filters_that_name_things_by_number(jql: str, numbers: bool):
    assert mapping_plan.filter_has_ids(jql) == numbers


@ONLY
def test_what_people_may_not_do_meanwhile(world: World, to: Connection, rte: User):
    move = planned(world, to, rte)
    decisions.confirm(move, actor=rte)
    mine, project = again(world.connection), MappedProject.objects.get(pk=world.project.pk)
    assert why(pause.pause, mine, actor=rte) == "moving"
    assert why(deletion.delete, mine, actor=rte) == "moving"
    assert (
        why(settings_editing.edit, mine, actor=rte, values={"base_url": "http://127.0.0.1:1"})
        == "moving"
    )
    assert why(project_mapping.unmap, project, actor=rte) == "moving"
    assert (
        why(project_mapping.change, project, actor=rte, values={"direction": "paused"}) == "moving"
    )
    assert why(project_mapping.map_project, mine, "OTTER", actor=rte) == "moving"
    assert why(pause.unpause, again(to), actor=rte) == "kept"
    assert why(deletion.delete, again(to), actor=rte) == "kept"
    assert why(project_mapping.map_project, again(to), "OTTER", actor=rte) == "kept"
    at_work(move)
    assert why(deletion.delete, again(to), actor=rte) == "kept"
    assert why(pause.unpause, again(to), actor=rte) == "kept"
    settings_editing.edit(again(world.connection), actor=rte, values={"name": "Free again"})


@ONLY
def test_a_held_connection_is_moved(world: World, there: Handle, to: Connection, rte: User):
    """The third way on: behind its address stands the new Jira already, and the old one is gone."""
    Connection.objects.filter(pk=world.connection.pk).update(base_url=there.url)
    site_proof.forget()
    world.poll()
    assert again(world.connection).site_doubt == SiteDoubt.ANOTHER
    world.connection = again(world.connection)
    move = moved(world, to, rte)
    now = again(world.connection)
    assert (now.site_doubt, now.health, now.site) == ("", "ok", to.site)
    assert move.notes["old_read"] is False
    world.edit(world.first(), summary="On in the new one")
    world.push()
    assert [i for i in there.site.issues.values() if i.values["summary"] == "On in the new one"]
    kept = MappedProject.objects.get(pk=world.project.pk).field_map
    assert {"iteration", "rank", "parent"} <= kept.keys(), "told by their schema"
    assert "story_points" not in kept, "nobody can say how the old field was called"
    assert site_identity.holds_issues(now)


@ONLY
def test_a_destination_that_is_another_jira_by_now(
    world: World, to: Connection, rte: User, there: Handle
):
    move = planned(world, to, rte)
    there.site.identity = "0000-another"
    assert why(decisions.confirm, move, actor=rte) == "destination_unproven"
    assert again(world.connection).move_part == ""
