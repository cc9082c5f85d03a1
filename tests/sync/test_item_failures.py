"""One item's failure is that item's: the others are sent, and the connection stays healthy."""

from __future__ import annotations

import pytest

from connections.models import Connection
from jira_client.errors import AuthenticationRefused, RateLimited
from jira_client.resources.issues import Issues
from planning.models import Change, WorkItem
from tests.sync.world import World


def two(world: World) -> tuple[WorkItem, WorkItem]:
    bad, good = WorkItem.objects.live().filter(project=world.project).order_by("rank")[:2]
    world.edit(bad, summary="poison")
    world.edit(good, summary="medicine")
    return bad, good


def health(world: World) -> str:
    return Connection.objects.get(pk=world.connection.pk).health


@pytest.mark.parametrize("status", [404, 409, 413, 422, 500])
def test_any_answer_about_one_item_concerns_it_alone(world: World, status: int):
    bad, good = two(world)
    world.fault("error", status, method="PUT", path=rf"/issue/{bad.remote_id}$")
    world.push(rounds=1)
    assert world.issue(good.remote_key)["summary"] == "medicine"
    assert Change.objects.get(item=good).state == "settled"
    assert Change.objects.get(item=bad).state in ("waiting", "parked")
    assert health(world) == "ok"


@pytest.mark.parametrize("status", [502, 503])
def test_a_gateway_that_fails_is_the_connections(world: World, status: int):
    two(world)
    world.fault("error", status, method="PUT", path=r"/issue/")
    world.push(rounds=1)
    assert health(world) == "failing"
    world.mend()
    world.settle()
    assert not Change.objects.exclude(state="settled").exists()


def test_each_failure_waits_longer_and_never_all_at_the_same_moment(world: World):
    bad, _ = two(world)
    world.fault("error", 500, method="PUT", path=rf"/issue/{bad.remote_id}$")
    waits = []
    for _ in range(4):
        world.push(rounds=1)
        change = Change.objects.get(item=bad)
        from django.utils import timezone

        waits.append((change.due - timezone.now()).total_seconds())
    assert waits[3] > waits[1] * 2
    assert len({round(wait % 1, 3) for wait in waits}) > 1


def test_the_eighth_fault_of_one_item_parks_it(world: World):
    bad, _ = two(world)
    world.fault("error", 500, method="PUT", path=rf"/issue/{bad.remote_id}$")
    for _ in range(10):
        world.make_due()
        world.push(rounds=1)
    assert Change.objects.get(item=bad).state == "parked"


@pytest.mark.parametrize("verb", ["edit", "delete"])
def test_a_401_of_a_healthy_account_is_a_missing_permission(world_with, monkeypatch, verb: str):
    """Data Center says 401 to an account that may not do this."""
    world = world_with(deletion_policy="delete")

    def refuse(self, *args, **kwargs):
        raise AuthenticationRefused("Jira does not accept the credentials.", status=401)

    monkeypatch.setattr(Issues, verb, refuse)
    item = world.first()
    if verb == "edit":
        world.edit(item, summary="Not allowed")
    else:
        world.delete(item)
    world.push()
    change = Change.objects.get(item=item)
    assert change.state == "parked"
    assert "permission" in change.message
    assert health(world) == "ok"


def test_a_limit_of_one_issue_pauses_that_issue_alone(world: World, monkeypatch):
    bad, good = two(world)
    edit = Issues.edit

    def limited(self, id_or_key, *rest):
        if id_or_key == bad.remote_id:
            raise RateLimited(
                "Too many writes.", reason="jira-per-issue-on-write", retry_after=30.0
            )
        return edit(self, id_or_key, *rest)

    monkeypatch.setattr(Issues, "edit", limited)
    world.push(rounds=1)
    assert world.issue(good.remote_key)["summary"] == "medicine"
    assert Connection.objects.get(pk=world.connection.pk).call_after is None
    change = Change.objects.get(item=bad)
    from django.utils import timezone

    assert change.state == "waiting"
    assert (change.due - timezone.now()).total_seconds() > 25


def test_a_limit_of_the_connection_pauses_it_and_uses_up_no_try(world: World):
    two(world)
    world.fault("rate_limit", 40, method="PUT", path=r"/issue/")
    world.push(rounds=1)
    connection = Connection.objects.get(pk=world.connection.pk)
    assert connection.call_after is not None
    assert sum(n for call, n in world.calls().items() if call.startswith("PUT")) <= 4


def test_a_fault_of_ours_on_one_edit_stops_no_other(world: World, monkeypatch):
    bad, good = two(world)
    edit = Issues.edit

    def stumble(self, id_or_key, *rest):
        if id_or_key == bad.remote_id:
            raise ZeroDivisionError
        return edit(self, id_or_key, *rest)

    monkeypatch.setattr(Issues, "edit", stumble)
    world.push(rounds=1)
    assert Change.objects.get(item=good).state == "settled"
    change = Change.objects.get(item=bad)
    assert (change.state, change.code) == ("parked", "our_fault")


def test_an_issue_we_cannot_merge_stops_no_other(world: World, monkeypatch):
    from sync.inbound import pull

    bad, good = two(world)
    apply = pull.apply

    def stumble(project, issues, **rest):
        if any(issue.id == bad.remote_id for issue in issues):
            raise ValueError("no such thing")
        return apply(project, issues, **rest)

    monkeypatch.setattr(pull, "apply", stumble)
    world.push(rounds=1)
    assert world.issue(good.remote_key)["summary"] == "medicine"
    assert Change.objects.get(item=bad).code == "our_fault"
