"""Registering webhooks: three dialects, Jira administrators only."""

from __future__ import annotations

import pytest

from jira_sandbox.server import Handle, running
from tests.sandbox.callers import Caller

OLD = "/rest/webhooks/1.0/webhook"
NEW = "/rest/jira-webhook/1.0/webhooks"
BODY = {"name": "board", "url": "http://127.0.0.1:9/x", "events": ["jira:issue_created"]}


def test_only_administrators(service: Caller, admin: Caller, jira: Handle) -> None:
    path = OLD if jira.site.cloud else NEW
    assert service("GET", path).status_code == 403
    assert service("POST", path, BODY).status_code == 403
    assert admin("GET", path).json() == []


def test_cloud_signs_with_the_top_level_secret(cloud: Handle) -> None:
    admin = Caller(cloud, "admin")
    assert admin("POST", OLD, BODY).json()["isSigned"] is False
    made = admin("POST", OLD, BODY | {"secret": "s"}).json()
    assert made["isSigned"] is True
    assert "secret" not in made
    path = made["self"].removeprefix(cloud.url)
    renamed = admin("PUT", path, BODY | {"name": "other"}).json()
    assert (renamed["name"], renamed["isSigned"]) == ("other", True)
    assert admin("DELETE", path).status_code == 204
    assert admin("GET", path).status_code == 404


def test_datacenter_10_wants_the_secret_in_the_configuration(datacenter: Handle) -> None:
    admin = Caller(datacenter, "admin")
    assert admin("POST", OLD, BODY).status_code == 404
    ignored = admin("POST", NEW, BODY | {"secret": "s"}).json()
    assert not datacenter.site.parts["webhooks"].known[ignored["id"]].secret
    made = admin("POST", NEW, BODY | {"configuration": {"SECRET": "s"}}).json()
    assert datacenter.site.parts["webhooks"].known[made["id"]].secret == "s"
    assert "SECRET" not in made["configuration"]
    assert admin("GET", f"{NEW}/{made['id']}/latest").status_code == 204


def test_datacenter_9_knows_the_old_path_and_no_signing() -> None:
    with running("datacenter", version=9) as handle:
        admin = Caller(handle, "admin")
        assert admin("POST", NEW, BODY).status_code == 404
        made = admin("POST", OLD, BODY | {"secret": "s"}).json()
        assert "isSigned" not in made
        assert not handle.site.parts["webhooks"].known[1].secret


@pytest.mark.parametrize("wrong", [
    {"name": ""}, {"url": "ftp://x"}, {"events": ["nonsense"]}, {"events": "jira:issue_created"},
])  # fmt: skip
def test_a_bad_registration_is_refused(admin: Caller, jira: Handle, wrong: dict[str, str]) -> None:
    path = OLD if jira.site.cloud else NEW
    assert admin("POST", path, BODY | wrong).status_code == 400


def test_the_seed_can_make_the_service_user_an_administrator() -> None:
    with running("cloud", service_admin=True) as handle:
        assert Caller(handle)("POST", OLD, BODY).status_code == 201
