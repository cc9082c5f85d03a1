"""Secrets stay in: not one byte of them in answers, pages, logs, the database or at another address."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from connections.models import Connection
from connections.probes import checkup
from connections.setup import settings_editing
from jira_sandbox.server import Handle
from tests.callers import ApiCaller
from tests.connections.eavesdropper import eavesdropping

CANARY = "canary-Pa55-9c1e"


@pytest.fixture
def guarded(connected: Callable[..., Connection], datacenter: Handle) -> Connection:
    datacenter.site.users["svc-alm"].password = CANARY
    return connected(datacenter)


def traces() -> list[str]:
    pair = base64.b64encode(f"svc-alm:{CANARY}".encode()).decode()
    return [CANARY, pair, base64.b64encode(CANARY.encode()).decode().rstrip("=")]


def clean(text: str) -> bool:
    return not any(trace in text for trace in traces())


def test_an_edited_address_is_never_sent_the_secret(guarded: Connection) -> None:
    with eavesdropping() as ear:
        settings_editing.edit(guarded, actor=None, values={"base_url": ear.url})
        result = checkup.run(guarded)
        assert clean(ear.heard)
        assert "/serverInfo" in ear.heard
        assert "Authorization" not in ear.heard
    states = {row.name: row.code for row in result.rows if row.state == "fail"}
    assert states["authentication"] == "secret_missing"


def test_nor_is_an_address_edited_in_the_database(guarded: Connection) -> None:
    with eavesdropping() as ear:
        Connection.objects.update(base_url=ear.url)
        result = checkup.run(guarded)
        assert clean(ear.heard)
        assert "Authorization" not in ear.heard
    assert {r.name: r.code for r in result.rows}["authentication"] == "seal_broken"


def test_not_in_answers_pages_logs_or_the_database(
    guarded: Connection,
    admin: Any,
    token_of: Callable[..., str],
    client_of: Callable[..., Client],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    api, browser = ApiCaller(token_of(admin)), client_of(admin)
    path, page = f"/connections/{guarded.pk}", f"/connections/{guarded.pk}/"
    seen = [api.get("/connections"), api.get(path), api.post(f"{path}/test")]
    seen.append(api.patch(path, {"secret": CANARY}))
    seen.append(api.patch(path, {"secret": CANARY, "username": "no:colon"}))
    seen.append(api.patch(path, {"secret": CANARY, "unknown": 1}))
    seen += [browser.get(page), browser.post(f"{page}test/"), browser.get(f"{page}edit/")]
    wrong = {"username": "a:b", "password": CANARY}
    seen.append(browser.post(f"{page}reauthenticate/", wrong))
    seen += [browser.get("/"), browser.get("/connections/"), browser.get(f"{page}delete/")]
    for answer in seen:
        assert clean(answer.content.decode()), answer.request["PATH_INFO"]
    assert clean(caplog.text)
    dump = tmp_path / "dump.json"
    call_command("dumpdata", output=str(dump), verbosity=0)
    assert "svc-alm" in dump.read_text()
    assert clean(dump.read_text())
