"""Every secret there is, looked for in all that leaves: answers, pages, logs, the dump, the audit trail,
the broker."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from almconnect.lib.secret import Secret
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.models import AuthMethod, Connection
from connections.schedule import tasks
from connections.setup import joint_change
from tests.accounts.routes import calls, pages
from tests.callers import ApiCaller
from tests.connections.canaries.conftest import TYPED, House


def test_in_no_answer_page_or_log(
    house: House,
    admin: Any,
    token_of: Callable[..., str],
    client_of: Callable[..., Client],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    browser, api = client_of(admin), ApiCaller(token_of(admin))
    seen = 0
    for one in Connection.objects.all():
        found = [browser.get(address) for address in _pages(one)]
        found += [api.get(path) for path in _calls(one)]
        found += [api.post(f"/connections/{one.pk}/test"), api.get("/connections")]
        for answer in found:
            house.clean(answer.content.decode())
            house.clean(str(answer.headers))
            seen += answer.status_code == 200
    assert seen > 30
    house.clean(caplog.text)


def test_not_in_the_dump_or_the_audit_trail(house: House, tmp_path: Any) -> None:
    dump = tmp_path / "dump.json"
    call_command("dumpdata", output=str(dump), verbosity=0)
    assert house.oauth.consumer_key in dump.read_text()
    house.clean(dump.read_text())
    told = [json.dumps([row.before, row.after]) for row in AuditEntry.objects.all()]
    assert len(told) > 5
    house.clean("\n".join(told))


def test_not_in_the_broker(
    house: House,
    admin: Any,
    token_of: Callable[..., str],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    sent: list[str] = []

    def keep(sender: str, body: Any, headers: Any, **about: Any) -> None:
        sent.append(f"{sender} {body!r} {headers!r}")

    before_task_publish.connect(keep, weak=False)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            api = ApiCaller(token_of(admin))
            api.post(f"/connections/{house.pat.pk}/permission-checks")
            api.post(f"/connections/{house.basic.pk}/accounts")
            Connection.objects.update(look_due=None, token_expires=timezone.now())
            tasks.sweep()
    finally:
        before_task_publish.disconnect(keep)
    names = {one.split()[0] for one in sent}
    assert names >= {
        "connections.check_lightly",
        "connections.renew_token",
        "connections.take_report",
    }
    house.clean("\n".join(sent))


def test_no_value_prints_its_secret(house: House) -> None:
    credential = Credential(AuthMethod.BASIC, Secret(TYPED), "svc-alm")
    waiting = credentials.pending(house.basic)
    house.clean(f"{credential!r} {waiting!r} {credential} {waiting} {joint_change.__doc__}")


def _pages(one: Connection) -> Iterator[str]:
    """Every page that its connection alone names."""
    for page in pages():
        address = page.route.replace("<uuid:connection_id>", str(one.pk))
        if address != page.route and "<" not in address:
            yield f"/{address}"


def _calls(one: Connection) -> Iterator[str]:
    """Every reading call that its connection alone names."""
    for call in calls():
        path = call.path.replace("{uuid:connection_id}", str(one.pk))
        if call.method == "GET" and path != call.path and "{" not in path:
            yield path.removeprefix("/api/v1")
