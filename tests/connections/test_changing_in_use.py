"""Settings and credentials of a connection in use: proven first, or nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from connections.access import gateway
from connections.models import Connection
from jira_sandbox.server import Handle
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of
from tests.connections.jira_browser import JiraBrowser, make_link, parts_of


def typed(connection: Connection, **more: str) -> dict[str, str]:
    return {
        "method": "basic",
        "name": connection.name,
        "base_url": connection.base_url,
        "verify_tls": "on",
        "username": connection.username,
    } | more


def test_a_wrong_password_on_the_page_leaves_the_old_one_at_work(
    connected: Callable[..., Connection], jira: Handle, client_of: Callable[..., Client], admin: Any
) -> None:
    connection = connected(jira)
    form = typed(connection, username="somebody@example.com", password="wrong")
    answer = client_of(admin).post(f"/connections/{connection.pk}/edit/", form)
    assert answer.status_code == 409
    fresh = Connection.objects.get()
    assert (fresh.username, fresh.health) == (connection.username, "ok")
    assert gateway.jira_for(fresh).myself().name == "ALM Service"


def test_a_right_password_on_the_page_ends_a_stop(
    connected: Callable[..., Connection], jira: Handle, client_of: Callable[..., Client], admin: Any
) -> None:
    connection = connected(jira)
    Connection.objects.update(health="stopped")
    form = typed(connection, password=basic_of(jira).secret.reveal())
    answer = client_of(admin).post(f"/connections/{connection.pk}/edit/", form, follow=True)
    assert "Connected. This connection acts as ALM Service." in answer.content.decode()
    fresh = Connection.objects.get()
    assert (fresh.health, fresh.diagnosis) == ("ok", None)
    assert gateway.jira_for(fresh).myself().name == "ALM Service"


def test_a_new_name_needs_no_password(
    connected: Callable[..., Connection], jira: Handle, client_of: Callable[..., Client], admin: Any
) -> None:
    connection = connected(jira)
    form = typed(connection, name="Renamed", password="")
    answer = client_of(admin).post(f"/connections/{connection.pk}/edit/", form)
    assert answer.status_code == 302
    fresh = Connection.objects.get()
    assert fresh.name == "Renamed"
    assert gateway.jira_for(fresh).myself().name == "ALM Service"


def test_a_moved_jira_with_its_secret_goes_on_at_once(
    connected: Callable[..., Connection], cloud: Handle, admin: Any, token_of: Callable[..., str]
) -> None:
    connection = connected(cloud)
    moved = cloud.url.replace("127.0.0.1", "localhost")
    body = {"base_url": moved, "secret": basic_of(cloud).secret.reveal()}
    answer = ApiCaller(token_of(admin)).patch(f"/connections/{connection.pk}", body)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["state"], answer.json()["base_url"]) == ("ok", moved)
    assert answer.json()["secret"]["set"] is True


def test_from_basic_to_oauth_by_the_pages(
    connected: Callable[..., Connection], jira: Handle, client_of: Callable[..., Client], admin: Any
) -> None:
    connection, browser = connected(jira), client_of(admin)
    page = f"/connections/{connection.pk}/"
    form = typed(connection, method="oauth1")
    assert browser.post(f"{page}edit/", form)["Location"] == f"{page}oauth/"
    browser.get(f"{page}oauth/")
    connection.refresh_from_db()
    make_link(jira, connection.consumer_key, connection.public_key)
    away = browser.get(f"{page}oauth/authenticate/")["Location"]
    back = JiraBrowser(jira, "svc-alm").allow(away)
    path, token, verifier = parts_of(back)
    browser.get(path, {"oauth_token": token, "oauth_verifier": verifier})
    browser.post(f"{page}oauth/finish/")
    connection.refresh_from_db()
    assert (connection.state, connection.auth_method) == ("ok", "oauth1")
    assert set(connection.secrets.values_list("field", flat=True)) == {
        "private_key", "access_token", "session_handle",
    }  # fmt: skip
