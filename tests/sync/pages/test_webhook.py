""" "#5 Webhook": its state, registering it, the steps for a Jira admin, and who sees the address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from connections.models import Connection
from jira_sandbox.server import Handle
from tests.sync.pages.conftest import text_of


def address(connection: Connection, name: str = "webhook") -> str:
    return reverse(f"sync:{name}", args=[connection.pk])


@pytest.fixture
def boss(client_of: Callable[..., Client], admin: User) -> Client:
    return client_of(admin)


def test_without_rights_in_jira_the_steps_are_shown(
    boss: Client, connection: Connection, handle: Handle
):
    answer = boss.post(address(connection, "register_webhook"), follow=True)
    words = text_of(answer)
    assert "A Jira admin has to add the webhook" in words
    assert connection.webhook_token in words
    place = "Open <strong>Settings</strong>" if handle.site.cloud else "<strong>Administration"
    assert place in words
    assert "WebHooks" in words
    assert "Nothing is lost meanwhile" in words


def test_a_jira_admin_registers_it_with_one_click(
    boss: Client, connection: Connection, handle: Handle
):
    handle.site.users["svc-alm"].global_permissions.add("ADMINISTER")
    answer = boss.post(address(connection, "register_webhook"), follow=True)
    assert "Jira tells us of changes at once" in text_of(answer)
    (made,) = handle.site.parts["webhooks"].known.values()
    assert made.url.endswith(connection.webhook_token)


def test_the_address_is_for_admins_alone(page: Client, viewer: User, client_of, connection):
    for browser in (page, client_of(viewer)):
        answer = browser.get(address(connection))
        assert answer.status_code == 200
        assert connection.webhook_token not in text_of(answer)
        assert browser.post(address(connection, "register_webhook")).status_code == 403


def test_deliveries_show_that_one_added_by_hand_works(boss: Client, connection: Connection):
    assert "No delivery has arrived yet" in text_of(boss.get(address(connection)))
    body = b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "1", "key": "A-1"}}'
    hook = reverse("sync:hook", args=[connection.webhook_token])
    assert boss.post(hook, body, content_type="application/json").status_code == 204
    words = text_of(boss.get(address(connection)))
    assert "Deliveries arrive from a webhook that was added by hand" in words
    assert "A-1" in words


def test_a_silent_webhook_says_what_to_look_at(boss: Client, connection: Connection):
    Connection.objects.update(webhook_state="silent", webhook_seen=timezone.now())
    assert "still exists and is enabled" in text_of(boss.get(address(connection)))


def test_registering_is_diagnosed_where_jira_does_not_answer(boss: Client, connection: Connection):
    Connection.objects.update(base_url="http://127.0.0.1:9")
    answer = boss.post(address(connection, "register_webhook"))
    assert answer.status_code == 409
    assert "diagnosis-what" in text_of(answer)
