"""What the API tells before people decide: an instance, a certificate, the admin's part, a deletion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import AuditEntry
from connections.access import gateway
from connections.credentials import credentials
from connections.models import Connection
from connections.oauth import key_pair
from jira_sandbox.server import Handle
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of


@pytest.fixture
def api(admin: Any, token_of: Callable[..., str]) -> ApiCaller:
    return ApiCaller(token_of(admin))


def test_a_look_stores_nothing(api: ApiCaller, jira: Handle) -> None:
    found = api.post("/connections/look", {"base_url": f"{jira.url}/browse/ABC-1"}).json()
    assert (found["target"], found["code"]) == (jira.url, "")
    assert found["deployment"] == jira.site.flavour
    assert ("pat" in found["auth_methods"]) is (not jira.site.cloud)
    assert not Connection.objects.exists()


def test_a_look_at_what_is_no_jira(api: ApiCaller) -> None:
    found = api.post("/connections/look", {"base_url": "http://127.0.0.1:1"}).json()
    assert found["code"] == "connection_refused"
    assert found["remedy"]


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254",
        "https://10.1.2.3/jira",
        "http://[fd00:ec2::254]",
        "https://0.0.0.0",
    ],
)
def test_an_address_that_may_never_be_called_is_refused_at_once(
    api: ApiCaller, address: str, connected: Callable[..., Connection], cloud: Handle
) -> None:
    connection = connected(cloud)
    body = {"name": "Inside", "base_url": address}
    for answer in (
        api.post("/connections", body),
        api.patch(f"/connections/{connection.pk}", {"base_url": address}),
        api.patch(f"/connections/{connection.pk}", {"api_url": address}),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "address_refused")
    assert Connection.objects.get().base_url == cloud.url
    assert gateway.jira_for(Connection.objects.get()).myself()


def test_unsaved_settings_are_tested_and_not_stored(
    api: ApiCaller, connected: Callable[..., Connection], datacenter: Handle
) -> None:
    connection = connected(datacenter)
    path = f"/connections/{connection.pk}"
    moved = datacenter.url.replace("127.0.0.1", "localhost")
    found = api.post(f"{path}/test", {"base_url": moved}).json()
    rows = {row["name"]: row["code"] for row in found["checks"]}
    assert (found["target"], rows["authentication"]) == (moved, "seal_broken")
    typed = {"base_url": moved, "secret": basic_of(datacenter).secret.reveal()}
    found = api.post(f"{path}/test", typed).json()
    assert found["account"]["name"] == "ALM Service"
    fresh = Connection.objects.get()
    assert (fresh.base_url, fresh.health, fresh.updated) == (
        datacenter.url, "ok", connection.updated,
    )  # fmt: skip
    assert gateway.jira_for(fresh).myself()
    entry = AuditEntry.objects.filter(action="connection.tested").latest("pk")
    assert entry.after["unsaved"] == ["base_url"]


def test_what_a_jira_admin_copies(
    api: ApiCaller, draft_to: Callable[..., Connection], cloud: Handle
) -> None:
    connection = draft_to(cloud)
    path = f"/connections/{connection.pk}"
    part = api.post(f"{path}/admin-part").json()
    keys = api.post(f"{path}/oauth/start").json()
    assert (part["consumer_key"], part["public_key"]) == (keys["consumer_key"], keys["public_key"])
    assert "/connections/" in part["url"]
    assert api.get(f"{path}/certificate").json()["error"]["code"] == "not_jira"  # http:// has none


def test_what_a_deletion_takes_with_it(
    api: ApiCaller, connected: Callable[..., Connection], cloud: Handle
) -> None:
    found = api.get(f"/connections/{connected(cloud).pk}/deletion").json()
    assert found["counts"]["stored credentials"] == 1
    assert found["has_webhook"] is False
    assert Connection.objects.exists()


def test_two_accounts(
    api: ApiCaller, connected: Callable[..., Connection], cloud: Handle, admin: Any
) -> None:
    connection = connected(cloud)
    path = f"/connections/{connection.pk}/accounts"
    assert api.post(path).json()["error"]["code"] == "nothing_pending"
    credentials.present(connection, basic_of(cloud, "rita"), actor=admin)
    assert api.get(path).json()["state"] == "none"
    asked = api.post(path)
    assert asked.status_code == 202
    assert asked.json()["now"]["name"] == "Rita Train"


def test_a_longer_key_by_choice(
    api: ApiCaller, cloud: Handle, draft_to: Callable[..., Connection]
) -> None:
    body = {"name": "Long", "base_url": cloud.url, "key_bits": 3072}
    made = api.post("/connections", body).json()
    assert len(made["public_key"]) > 600
    other = draft_to(cloud)
    keys = api.post(f"/connections/{other.pk}/oauth/start", {"key_bits": 3072}).json()
    assert len(keys["public_key"]) > 600
    refused = api.post("/connections", body | {"name": "Odd", "key_bits": 1024})
    assert refused.status_code == 422
    assert not key_pair.ensure_keys(Connection.objects.get(name="Long"), actor=None)
