"""Another way to sign in is proven before the one at work is given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.models import AuditEntry
from connections.access.gateway import jira_for
from connections.models import Connection
from connections.oauth import handshake
from connections.setup import settings_editing
from jira_sandbox.server import Handle
from tests.callers import ApiCaller
from tests.connections.jira_browser import JiraBrowser, make_link


def test_to_oauth_by_api_the_password_works_until_the_dance_is_over(
    connected: Callable[..., Connection], jira: Handle, admin: Any, token_of: Callable[..., str]
) -> None:
    connection, api = connected(jira), ApiCaller(token_of(admin))
    path = f"/connections/{connection.pk}"
    switched = api.patch(path, {"auth_method": "oauth1"}).json()
    assert (switched["auth_method"], switched["next_auth_method"]) == ("basic", "oauth1")
    assert (switched["state"], switched["secret"]["set"]) == ("ok", True)
    assert jira_for(Connection.objects.get()).myself().name == "ALM Service"
    keys = api.post(f"{path}/oauth/start").json()
    make_link(jira, keys["consumer_key"], keys["public_key"])
    started = api.post(f"{path}/oauth/start", {"callback": "oob"}).json()
    assert jira_for(Connection.objects.get()).myself().name == "ALM Service"
    code = JiraBrowser(jira, "svc-alm").allow_out_of_band(started["authorize_url"])
    done = api.post(f"{path}/oauth/finish", {"verifier": code}).json()
    assert (done["auth_method"], done["next_auth_method"]) == ("oauth1", None)
    assert done["state"] == "ok"
    assert jira_for(Connection.objects.get()).myself().name == "ALM Service"


def test_back_again_it_stays_as_it_was(connected: Callable[..., Connection], cloud: Handle) -> None:
    connection = connected(cloud)
    settings_editing.edit(connection, actor=None, values={"auth_method": "oauth1"})
    settings_editing.edit(connection, actor=None, values={"auth_method": "basic"})
    fresh = Connection.objects.get()
    assert (fresh.auth_method, fresh.next_method, fresh.health) == ("basic", "", "ok")
    assert AuditEntry.objects.filter(action="connection.edited").count() == 2


def test_another_user_name_needs_its_password(
    connected: Callable[..., Connection], cloud: Handle, admin: Any, token_of: Callable[..., str]
) -> None:
    connection, api = connected(cloud), ApiCaller(token_of(admin))
    for body in ({"username": "rita@example.com"}, {"auth_method": "pat"}):
        answer = api.patch(f"/connections/{connection.pk}", body)
        assert answer.status_code == 422
        assert "secret" in answer.json()["error"]["fields"]
    assert jira_for(Connection.objects.get()).myself().name == "ALM Service"


def test_a_draft_changes_its_method_at_once(
    draft_to: Callable[..., Connection], cloud: Handle, admin: Any
) -> None:
    draft = draft_to(cloud, auth_method="basic")
    settings_editing.edit(draft, actor=admin, values={"auth_method": "oauth1"})
    assert handshake.start_oauth(draft, actor=admin).consumer_key
