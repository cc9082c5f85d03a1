"""Stored ids mean something in one Jira alone: another one is never read into the board, nor written to.

The other Jira has the same ids, since it is made from the same seed, and other texts.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.utils import timezone

from accounts.models import AuditEntry, User
from almconnect.lib.api import Refused
from connections.access.gateway import SiteDoubted, jira_for
from connections.credentials import credentials
from connections.health import site_identity
from connections.models import Connection, Health, MappedProject, SiteDoubt
from connections.probes import checkup, light_check
from connections.setup import confirm_account, joint_change, settings_editing
from jira_sandbox.server import Handle, running
from jira_sandbox.state.dump import dumped
from jira_sandbox.state.restore import go_back
from planning.models import WorkItem
from sync.models import Shadow
from sync.pairs import site_proof
from sync.runs import project_runs, restore_comparison
from sync.schedule import sweep
from tests.sync.world import World, credential

CANARY = "Payroll 2026"


@pytest.fixture(params=["cloud", "datacenter"])
def other(request: pytest.FixtureRequest) -> Iterator[Handle]:
    """Somebody else's Jira, of either kind, under the same ids."""
    with running(flavour=request.param) as one:
        for issue in one.site.issues.values():
            issue.values["summary"] = f"{CANARY} {issue.key}"
        yield one


def accept_after_comparing(world: World, rte: User) -> None:
    """As a person does on the page: what differs is to be seen before a side is called right."""
    for run in restore_comparison.compare(now(world)):
        while project_runs.work(run.pk):
            pass
    site_identity.accept_restore(now(world), right="jira", actor=rte)


def now(world: World) -> Connection:
    world.connection = Connection.objects.get(pk=world.connection.pk)
    return world.connection


def written(handle: Handle) -> dict[str, Any]:
    """All that its issues hold: equal before and after means that nothing was written."""
    return {one.key: (dict(one.values), one.updated) for one in handle.site.issues.values()}


def foreign_on_board() -> bool:
    return WorkItem.objects.filter(summary__startswith=CANARY).exists()


def switch(world: World, other: Handle) -> None:
    """Behind the same address stands another Jira from now on."""
    Connection.objects.filter(pk=world.connection.pk).update(base_url=other.url)
    site_proof.forget()


def test_an_address_of_another_jira_is_not_saved(world: World, other: Handle, rte: User) -> None:
    before = now(world).base_url
    with pytest.raises(Refused) as refused:
        settings_editing.edit(now(world), actor=rte, values={"base_url": other.url})
    assert refused.value.code == "another_jira"
    assert refused.value.status == 409
    assert now(world).base_url == before
    assert credentials.stored(now(world)) is not None, "nothing is changed, the credential neither"
    world.edit(world.first(), summary="Still goes")
    world.push()
    assert world.issues("Still goes")


def test_neither_with_a_good_credential_for_it(world: World, other: Handle, rte: User) -> None:
    with pytest.raises(Refused) as refused:
        joint_change.change(now(world), {"base_url": other.url}, credential(other), actor=rte)
    assert refused.value.code == "another_jira"
    assert now(world).base_url == world.handle.url


def test_another_jira_behind_the_same_address(world: World, other: Handle) -> None:
    item = world.first()
    switch(world, other)
    writes = written(other)
    world.edit(item, summary="Ours")
    world.poll()
    world.push()
    world.create("Ours too")
    world.push()
    assert not foreign_on_board()
    assert written(other) == writes
    held = now(world)
    assert (held.site_doubt, held.health) == (SiteDoubt.ANOTHER, Health.STOPPED)
    assert held.diagnosis is not None
    assert held.diagnosis["code"] == "another_jira"
    assert AuditEntry.objects.filter(connection_id=held.pk, action="connection.held").count() == 1


def test_a_light_check_finds_it_and_a_passing_test_does_not_end_it(
    world: World, other: Handle, rte: User
) -> None:
    switch(world, other)
    Connection.objects.update(look_due=None, deployment="")
    credentials.keep_unproven(now(world), credential(other))
    assert light_check.take(world.connection.pk)
    assert now(world).site_doubt == SiteDoubt.ANOTHER
    with pytest.raises(SiteDoubted):
        jira_for(now(world))
    assert not site_identity.health.resume(now(world), now(world).account_id, actor=rte)


def test_the_address_leads_back_by_itself(world: World, other: Handle, rte: User) -> None:
    """A host name that led elsewhere for a while: nobody changed the address, so none is put back."""
    home = world.handle.url
    switch(world, other)
    world.edit(world.first(), summary="Back home")
    world.poll()
    assert now(world).site_doubt == SiteDoubt.ANOTHER
    Connection.objects.filter(pk=world.connection.pk).update(base_url=home)
    site_proof.forget()
    checkup.run(now(world), actor=rte)
    assert (now(world).site_doubt, now(world).health) == (SiteDoubt.UNPROVEN, Health.OK)
    world.push()
    assert now(world).site_doubt == "", "its issues have proven it"
    assert world.issues("Back home")


def test_a_test_of_one_that_is_still_another_lets_nothing_go(
    world: World, other: Handle, rte: User
) -> None:
    switch(world, other)
    world.poll()
    credentials.keep_unproven(now(world), credential(other))
    checkup.run(now(world), actor=rte)
    assert (now(world).site_doubt, now(world).health) == (SiteDoubt.ANOTHER, Health.STOPPED)


def test_the_address_is_put_back(world: World, other: Handle, rte: User) -> None:
    """A move to an address that told nothing when it was entered, and turned out to be another Jira."""
    with requests.Session() as session:
        session.post(f"{other.url}/sandbox/faults", json={"name": "offline", "value": True})
    hidden = "http://127.0.0.1:1"
    settings_editing.edit(now(world), actor=rte, values={"base_url": hidden})
    assert now(world).site_doubt == SiteDoubt.UNPROVEN
    assert now(world).site_before["by"] == str(rte)
    settings_editing.edit(now(world), actor=rte, values=site_identity.put_back(now(world)))
    credentials.present(now(world), credential(world.handle), actor=rte, retry=True)
    world.edit(world.first(), summary="Back home")
    world.push()
    assert world.issues("Back home")
    assert now(world).site_doubt == ""
    assert now(world).site_before == {}
    assert now(world).health == Health.OK


def test_the_same_jira_at_another_address_goes_on(world: World, rte: User) -> None:
    renamed = world.handle.url.replace("127.0.0.1", "localhost")
    settings_editing.edit(now(world), actor=rte, values={"base_url": renamed})
    credentials.present(now(world), credential(world.handle), actor=rte, retry=True)
    world.edit(world.first(), summary="Under another name")
    world.push()
    assert world.issues("Under another name")
    assert now(world).site_doubt == ""


def test_where_the_instance_does_not_tell_its_issues_do(
    world: World, other: Handle, rte: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in (world.handle, other):
        one.site.identity = ""
    Connection.objects.update(site=None)
    writes = written(other)
    joint_change.change(now(world), {"base_url": other.url}, credential(other), actor=rte)
    assert now(world).site_doubt == SiteDoubt.UNPROVEN
    if now(world).pending_id:
        confirm_account.confirm(now(world), actor=rte)
    site_proof.forget()
    world.edit(world.first(), summary="Ours")
    world.push()
    world.poll()
    assert now(world).site_doubt == SiteDoubt.ANOTHER
    assert not foreign_on_board()
    assert written(other) == writes


def test_an_issue_that_moved_before_it_was_read_is_no_sign_of_another_jira(world: World) -> None:
    """Of an own create nobody knows yet when it was made, and a move changes key and project."""
    item = world.create("Made and moved")
    world.push()
    item.refresh_from_db()
    Shadow.objects.filter(item=item).update(remote_created=None)
    world.move_away(item)
    Connection.objects.update(site_doubt=SiteDoubt.UNPROVEN)
    site_proof.forget()
    world.edit(world.first(), summary="Goes all the same")
    world.push()
    assert now(world).site_doubt == ""
    assert world.issues("Goes all the same")


def test_an_issue_made_at_another_moment_is_another_issue(world: World) -> None:
    """A restored Jira gave the id out again: found by the very read that would have taken it in."""
    item = world.first()
    issue = world.handle.site.keys[item.remote_key]
    world.poll()
    issue.created = issue.created.replace(year=issue.created.year - 1)
    issue.values["summary"] = CANARY
    world.edit(item, description="Ours")
    writes = written(world.handle)
    world.push()
    assert now(world).site_doubt == SiteDoubt.RESTORED
    assert written(world.handle) == writes
    assert not foreign_on_board()


def test_a_connection_without_issues_may_go_anywhere(
    world: World, other: Handle, rte: User
) -> None:
    fresh = settings_editing.create(
        actor=rte, name="Fresh", base_url=world.handle.url, auth_method="basic"
    )
    assert credentials.offer(fresh, credential(world.handle), actor=rte)
    fresh = Connection.objects.get(pk=fresh.pk)
    outcome: Any = joint_change.change(fresh, {"base_url": other.url}, credential(other), actor=rte)
    assert outcome.person.name
    fresh = Connection.objects.get(pk=fresh.pk)
    assert fresh.site is not None
    assert fresh.site.identity == other.site.identity


def test_a_restore_that_a_person_accepts(world: World, rte: User) -> None:
    """Ids that Jira gave out again are other issues: their items stay, and the issues come as new ones."""
    item = world.first()
    issue = world.handle.site.keys[item.remote_key]
    issue.created = issue.created.replace(year=issue.created.year - 1)
    issue.values["summary"] = "Another issue"
    issue.updated = world.handle.site.now()
    world.edit(item, description="Ours")
    world.push()
    assert now(world).site_doubt == SiteDoubt.RESTORED
    accept_after_comparing(world, rte)
    assert now(world).health == Health.OK
    world.poll()
    item.refresh_from_db()
    assert (item.remote_id, item.sync_state, item.deleted) == ("", "local_only", None)
    assert item.summary != "Another issue"
    stranger = WorkItem.objects.get(remote_id=str(issue.id))
    assert stranger.pk != item.pk
    assert stranger.summary == "Another issue"
    with pytest.raises(Refused) as refused:
        site_identity.accept_restore(now(world), right="jira", actor=rte)
    assert refused.value.code == "not_restored"


def test_an_item_that_was_parted_goes_on_saying_why_it_stays(world: World, rte: User) -> None:
    item = world.first()
    issue = world.handle.site.keys[item.remote_key]
    issue.created = issue.created.replace(year=issue.created.year - 1)
    issue.updated = world.handle.site.now()
    world.poll()
    accept_after_comparing(world, rte)
    world.poll()
    item.refresh_from_db()
    assert "the issue under this number is another one" in item.sync_detail
    world.edit(item, description="Ours alone")
    world.push()
    item.refresh_from_db()
    assert (item.sync_state, item.description) == ("local_only", "Ours alone")
    assert "the item is not in this Jira" in item.sync_detail


def test_what_an_accepted_restore_undid_is_undone_here(world: World, rte: User) -> None:
    """Nothing tells of old values that are back: no webhook, and no poll, for they are not new."""
    item = world.first()
    before, yesterday = item.description, dumped(world.handle.site)
    world.edit_issue(item.remote_key, description="Lost by the restore")
    world.create_and_read("Its number is given out again")
    go_back(world.handle.site, yesterday)
    world.create_and_read("A stranger")
    assert now(world).site_doubt == SiteDoubt.RESTORED
    MappedProject.objects.update(watermark=timezone.now() + timedelta(hours=1))
    accept_after_comparing(world, rte)
    sweep.due_runs()  # asks for what is due; the next tick hands it out
    runs = [uuid.UUID(key) for key in sweep.due_runs()]
    assert runs, "all is compared, since a restore is known by what it is, not by what it tells"
    for run in runs:
        while project_runs.work(run):
            pass
    item.refresh_from_db()
    assert item.description == before
    assert now(world).clock_note == "", "a restore is no wrong clock"


def test_who_changed_the_address_is_said_by_api_and_page(
    world: World, rte: User, admin: User, api: Any, token_of: Any, client_of: Any
) -> None:
    settings_editing.edit(now(world), actor=rte, values={"base_url": "http://127.0.0.1:1"})
    caller = api(token_of(admin))
    told = caller.get(f"/connections/{world.connection.pk}").json()["site"]
    assert told["doubt"] == "site_unproven"
    assert told["address_before"] == world.handle.url
    assert told["changed_by"] == str(rte)
    page = client_of(admin).get(f"/connections/{world.connection.pk}/").content.decode()
    assert "It is not proven yet" in page
    assert "Put the address back" in page
    site_identity.hold(now(world), SiteDoubt.ANOTHER)
    page = client_of(admin).get(f"/connections/{world.connection.pk}/").content.decode()
    assert page.count("This is another Jira") == 1, "a failure is said once on a page"
    back = caller.post(f"/connections/{world.connection.pk}/site", {"take": "put_back"})
    assert back.status_code == 200
    assert back.json()["base_url"] == world.handle.url
    accept = caller.post(
        f"/connections/{world.connection.pk}/site", {"take": "accept", "right": "jira"}
    )
    assert accept.status_code == 409


def test_another_jira_is_409_by_api(
    world: World, other: Handle, admin: User, api: Any, token_of: Any
) -> None:
    answer = api(token_of(admin)).patch(
        f"/connections/{world.connection.pk}", {"base_url": other.url}
    )
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "another_jira"
