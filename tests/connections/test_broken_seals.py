"""What is sealed does not open any more: everything still answers, and there is a way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connections.access.gateway import jira_for
from connections.credentials import credentials
from connections.models import Connection, OAuthFlow, SealedSecret, SecretField
from connections.oauth import handshake, key_pair
from connections.setup import confirm_account, settings_editing
from jira_sandbox.oauth.mount import provider_of
from jira_sandbox.server import Handle
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of
from tests.connections.jira_browser import JiraBrowser, make_link, parts_of


def break_seals(**which: str) -> None:
    SealedSecret.objects.filter(**which).update(sealed="v1:gone:AAAA")


def change_key(jira: Handle, connection: Connection) -> None:
    """What the Jira admin does: the application link gets the new public key."""
    register = provider_of(jira.site).register
    link = register.consumer(connection.consumer_key)
    assert link is not None
    register.remove(link.id)
    make_link(jira, connection.consumer_key, connection.public_key)


@pytest.fixture
def authorised(draft_to: Callable[..., Connection], datacenter: Handle, admin: Any) -> Connection:
    connection = draft_to(datacenter)
    key_pair.ensure_keys(connection, actor=None)
    make_link(datacenter, connection.consumer_key, connection.public_key)
    started = handshake.start_oauth(connection, actor=admin, out_of_band=True)
    code = JiraBrowser(datacenter, "svc-alm").allow_out_of_band(started.authorize_url)
    handshake.finish_oauth(connection, actor=admin, verifier=code)
    return connection


def test_setup_oauth_makes_a_new_pair_and_says_so(
    authorised: Connection, datacenter: Handle, admin: Any, client_of: Callable[..., Client]
) -> None:
    old, browser, page = authorised.public_key, client_of(admin), f"/connections/{authorised.pk}/"
    break_seals()
    answer = browser.get(f"{page}reauthenticate/", follow=True)
    assert answer.status_code == 200
    assert "must get the new public key" in answer.content.decode()
    fresh = Connection.objects.get()
    assert fresh.public_key != old
    assert fresh.public_key in answer.content.decode()
    assert (fresh.health, (fresh.diagnosis or {})["code"]) == ("stopped", "key_replaced")
    change_key(datacenter, fresh)
    away = browser.get(f"{page}oauth/authenticate/")["Location"]
    path, token, verifier = parts_of(JiraBrowser(datacenter, "svc-alm").allow(away))
    browser.get(path, {"oauth_token": token, "oauth_verifier": verifier})
    assert browser.post(f"{page}oauth/finish/").status_code == 302
    fresh.refresh_from_db()
    assert (fresh.health, fresh.diagnosis) == ("ok", None)
    assert jira_for(fresh).myself().name == "ALM Service"


def test_a_changed_address_says_so_too(
    authorised: Connection, admin: Any, token_of: Callable[..., str]
) -> None:
    break_seals()
    body = {"base_url": "https://elsewhere.example.com"}
    answer = ApiCaller(token_of(admin)).patch(f"/connections/{authorised.pk}", body)
    assert answer.status_code == 200, answer.content
    assert answer.json()["diagnosis"]["code"] == "key_replaced"
    assert "new public key" in answer.json()["diagnosis"]["what"]
    assert not authorised.secrets.exists()
    assert not key_pair.ensure_keys(Connection.objects.get(), actor=None)
    assert sorted(authorised.secrets.values_list("field", flat=True)) == ["private_key"]


def test_an_answer_whose_run_does_not_open_is_refused(
    authorised: Connection, admin: Any, client_of: Callable[..., Client]
) -> None:
    browser = client_of(admin)
    browser.get(f"/connections/{authorised.pk}/oauth/authenticate/")
    flow = OAuthFlow.objects.order_by("-created")[0]
    OAuthFlow.objects.filter(pk=flow.pk).update(
        sealed_token={"sealed": "v1:gone:AAAA"}, token_digest=handshake.oauth_flow.digest("t")
    )
    address = reverse("connections:oauth_callback", args=[flow.pk])
    answer = browser.get(address, {"oauth_token": "t", "oauth_verifier": "v"})
    assert answer.status_code == 409
    assert "cannot be read any more" in answer.content.decode()
    flow.refresh_from_db()
    assert (flow.outcome, flow.sealed_token) == ("unreadable", {})


def test_an_account_that_waits_hides_nothing_from_anybody(
    connected: Callable[..., Connection],
    cloud: Handle,
    admin: Any,
    token_of: Callable[..., str],
    client_of: Callable[..., Client],
) -> None:
    connection = connected(cloud)
    credentials.present(connection, basic_of(cloud, "rita"), actor=admin)
    break_seals(field=SecretField.PENDING)
    api = ApiCaller(token_of(admin))
    listed = api.get("/connections")
    assert listed.status_code == 200
    assert listed.json()["items"][0]["pending"]["name"] == "Rita Train"
    page = client_of(admin).get(f"/connections/{connection.pk}/account/")
    assert page.status_code == 409
    assert "Rita Train" in page.content.decode()
    path = f"/connections/{connection.pk}/credential"
    refused = api.post(path, {"take": "new"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "seal_broken")
    assert api.post(path, {"take": "old"}).json()["pending"] is None
    assert jira_for(Connection.objects.get()).myself().name == "ALM Service"


def test_an_account_decided_by_somebody_else_is_no_fault(
    connected: Callable[..., Connection],
    cloud: Handle,
    admin: Any,
    client_of: Callable[..., Client],
) -> None:
    connection = connected(cloud)
    credentials.present(connection, basic_of(cloud, "rita"), actor=admin)
    confirm_account.keep(connection, actor=admin)
    Connection.objects.update(pending_id="x", pending_name="Rita Train")
    answer = client_of(admin).post(f"/connections/{connection.pk}/account/", {"take": "new"})
    assert answer.status_code == 302


def test_an_edit_in_place_needs_no_seal(authorised: Connection) -> None:
    break_seals()
    assert settings_editing.edit(authorised, actor=None, values={"name": "Renamed"}) == ["name"]
