"""A token that is refused while edits wait: with a second way in nothing is lost and nobody has to act;
without one the queue is held, and says what to do."""

from __future__ import annotations

from connections.credentials import credentials, second_way
from connections.credentials.credentials import Credential
from connections.models import Connection
from connections.probes import checkup
from tests.connections.conftest import basic_of
from tests.sync.world import World


def spare(world: World) -> tuple[Credential, str]:
    rita = world.handle.site.users["rita"]
    return basic_of(world.handle, "rita"), rita.account_id if world.handle.site.cloud else rita.name


def refuse_the_first(world: World) -> None:
    user = world.handle.site.users["svc-alm"]
    user.password = user.api_token = "changed in Jira"


def test_edits_on_both_sides_go_on(world: World) -> None:
    for permission in ("EDIT_ISSUES", "BROWSE_PROJECTS", "CREATE_ISSUES"):
        world.grant(permission, user="rita")
    item = world.first()
    credential, other = spare(world)
    second_way.offer(world.connection, credential, actor=None, account=other)
    refuse_the_first(world)
    world.edit(item, summary="Written while the token ended")
    world.create("Made while the token ended")
    world.push()
    world.settle()
    row = Connection.objects.get(pk=world.connection.pk)
    assert (row.health, row.second_way, row.account_id) == ("ok", {}, other)
    assert world.issue(item.remote_key)["summary"] == "Written while the token ended"
    assert len(world.issues("Made while the token ended")) == 1
    world.edit_issue(item.remote_key, summary="Jira's word")
    world.poll()
    world.settle()
    item.refresh_from_db()
    assert item.summary == "Jira's word"


def test_without_one_the_queue_is_held_and_goes_on_after_a_person_acts(world: World) -> None:
    item = world.first()
    before = world.issue(item.remote_key)["summary"]
    refuse_the_first(world)
    world.edit(item, summary="Held, not lost")
    world.push()
    row = Connection.objects.get(pk=world.connection.pk)
    assert row.health == "stopped"
    assert "Re-authenticate" in (row.diagnosis or {})["remedy"]
    assert world.issue(item.remote_key)["summary"] == before
    credentials.present(row, basic_of(world.handle), actor=world.person)
    assert checkup.run(row, actor=world.person).account is not None
    world.push()
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "Held, not lost"
