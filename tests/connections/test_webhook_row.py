""" "Test connection" asks Jira itself for the webhook, and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import Connection, MappedProject
from connections.probes import checkup
from connections.probes.checkup import Row
from jira_sandbox.server import Handle
from jira_sandbox.webhooks.register import Hook
from sync.webhook import webhooks


@pytest.fixture
def connection(connected: Callable[..., Connection], jira: Handle) -> Connection:
    """With a webhook that the account, a Jira admin, registered."""
    jira.site.users["svc-alm"].global_permissions.add("ADMINISTER")
    made = connected(jira)
    assert webhooks.register(made) == "registered"
    return made


@pytest.fixture
def hook(connection: Connection, jira: Handle) -> Hook:
    (found,) = jira.site.parts["webhooks"].known.values()
    assert isinstance(found, Hook)
    return found


def row(connection: Connection) -> Row:
    return next(one for one in checkup.run(connection).rows if one.name == "webhook")


def test_it_is_there(connection: Connection, hook: Hook) -> None:
    found = row(connection)
    assert (found.state, found.code) == ("pass", "")
    assert "as they happen" in found.message


def test_it_was_removed_in_jira(connection: Connection, hook: Hook, jira: Handle) -> None:
    jira.site.parts["webhooks"].known.clear()
    found = row(connection)
    assert (found.state, found.code) == ("warning", "webhook_missing")
    assert "does not hold it any more" in found.message
    assert "#5 Webhook" in found.remedy


def test_it_was_switched_off_in_jira(connection: Connection, hook: Hook) -> None:
    hook.enabled = False
    found = row(connection)
    assert (found.state, found.code) == ("warning", "webhook_disabled")
    assert "System → WebHooks" in found.remedy


def test_it_was_given_another_address_in_jira(connection: Connection, hook: Hook) -> None:
    hook.url = "https://old.example.com/somewhere/else"
    found = row(connection)
    assert (found.state, found.code) == ("warning", "webhook_elsewhere")
    assert "calls https://old.example.com:443, but this console is http" in found.message


def test_the_console_moved(connection: Connection, hook: Hook) -> None:
    hook.url = hook.url.replace("http://", "https://").replace("127.0.0.1", "old.example.com")
    found = row(connection)
    assert found.code == "webhook_elsewhere"
    assert connection.webhook_token not in found.message + found.remedy
    Connection.objects.update(webhook_seen=timezone.now())
    assert row(connection).state == "pass"  # an inner name of this console: what was sent arrived
    Connection.objects.update(webhook_seen=timezone.now() - timedelta(days=2))
    assert row(connection).code == "webhook_elsewhere"


def test_an_address_that_nobody_can_read(connection: Connection, hook: Hook) -> None:
    hook.url = f"http://[half{connection.webhook_path}"
    assert "an address that cannot be read" in row(connection).message


def test_a_second_one_of_anybody_else_is_no_matter(
    connection: Connection, hook: Hook, jira: Handle
) -> None:
    other = Hook(99, "Chat", "https://chat.example.com/hook", hook.events, enabled=False)
    jira.site.parts["webhooks"].add(other)
    assert row(connection).state == "pass"
    hook.enabled = False
    assert row(connection).code == "webhook_disabled"


def test_an_account_that_may_not_list_them(
    connection: Connection, hook: Hook, jira: Handle
) -> None:
    jira.site.users["svc-alm"].global_permissions.discard("ADMINISTER")
    found = row(connection)
    assert found.state == "not_checked"
    assert "admins only" in found.message
    Connection.objects.update(webhook_seen=timezone.now())
    assert row(connection).state == "pass"


def test_none_was_ever_registered(connected: Callable[..., Connection], jira: Handle) -> None:
    made = connected(jira)
    assert row(made).state == "not_checked"
    MappedProject.objects.create(connection=made, remote_id="1", key="FALCON", name="Falcon")
    jira.site.users["svc-alm"].global_permissions.add("ADMINISTER")
    found = row(made)
    assert (found.state, found.code) == ("warning", "webhook_missing")
