"""A fault of our own, or a check that crashes, with a credential in play: it is shown nowhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.probes import checkup
from jira_sandbox.server import Handle
from tests.connections.canaries.conftest import TYPED, House

FAULTS = [
    ("api", "patch", "connections.credentials.credentials.settle"),
    ("api", "patch", "connections.credentials.proof.look"),
    ("api", "test", "connections.setup.settings_editing.preview"),
    ("page", "edit", "connections.credentials.credentials.settle"),
    ("page", "reauthenticate", "connections.credentials.credentials.settle"),
]


@pytest.mark.parametrize(("door", "what", "where"), FAULTS)
def test_our_own_fault_with_a_credential_in_play_shows_none(
    house: House,
    admin: Any,
    datacenter: Handle,
    token_of: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    door: str,
    what: str,
    where: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    datacenter.site.users["svc-alm"].password = TYPED

    def fail(*args: object, **kwargs: object) -> object:
        raise RuntimeError("a fault of our own")

    monkeypatch.setattr(where, fail)
    browser = Client(raise_request_exception=False)
    key, path = house.basic.pk, "/api/v1/connections"
    if door == "api":
        sent = {"secret": TYPED}
        call = browser.patch if what == "patch" else browser.post
        target = f"{path}/{key}" if what == "patch" else f"{path}/{key}/test"
        answer = call(
            target,
            json.dumps(sent),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token_of(admin)}"},
        )
    else:
        browser.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
        form = {
            "method": "basic",
            "name": house.basic.name,
            "base_url": house.basic.base_url,
            "verify_tls": "on",
            "username": "svc-alm",
            "password": TYPED,
        }
        answer = browser.post(f"/connections/{key}/{what}/", form)
    assert answer.status_code == 500
    house.clean(answer.content.decode())
    house.clean(caplog.text)
    told = capfd.readouterr()
    house.clean(told.out + told.err)
    house.clean("\n".join(str(record.__dict__) for record in caplog.records))


def test_a_crashed_check_shows_none(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object) -> object:
        raise RuntimeError("a fault of our own")

    monkeypatch.setattr("jira_client.client.JiraClient.myself", fail)
    result = checkup.run(house.basic)
    row = next(row for row in result.rows if row.name == "authentication")
    assert (row.state, row.code) == ("crashed", "check_crashed")
    assert result.state == "crashed"
    house.clean(caplog.text + repr(result))
