"""Whatever fails, at whichever address: an incident id, and neither secret, nor stack, nor path."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests.accounts import routes
from tests.accounts.forced_faults import CANARY, Faulty

ROOT = str(Path(__file__).resolve().parents[2])
SHOWN = re.compile(r'<code class="fs-5">([\w-]{8,64})</code>')
# They tell of a database that is gone by design: probes, and the numbers for Prometheus.
MACHINES = {"livez", "readyz", "metrics"}
Fault = Callable[[Callable[[], HttpResponse]], tuple[HttpResponse, bool]]


@pytest.fixture(params=["view", "database"])
def fault(request: pytest.FixtureRequest, settings: Any) -> Iterator[Fault]:
    """`fault(ask)`: the answer while the view fails, and whether it came as far as failing."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.accounts.forced_faults.Faulty"]

    def asked(ask: Callable[[], HttpResponse]) -> tuple[HttpResponse, bool]:
        Faulty.kind, Faulty.fired = request.param, 0
        try:
            return ask(), Faulty.fired > 0
        finally:
            Faulty.kind = ""
            transaction.set_rollback(False)  # the test's own transaction outlasts the fault

    yield asked
    Faulty.kind = ""


def leaks(answer: HttpResponse) -> list[str]:
    text = f"{answer.headers}\n{b''.join(answer).decode()}"
    return [word for word in (CANARY, "db.inner", "Traceback", 'File "', ROOT) if word in text]


def test_on_every_page(
    fault: Fault, admin: User, client_of: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    failed, wrong = 0, []
    for page in routes.pages():
        browser = client_of(admin, raise_request_exception=False)
        for ask in (browser.get, browser.post):
            answer, fired = fault(lambda ask=ask, page=page: ask(page.address))
            what = f"{ask.__name__} {page}: {answer.status_code}"
            wrong += [f"{what} shows {word}" for word in leaks(answer)]
            if not fired or page.name in MACHINES:
                continue
            failed += 1
            found = SHOWN.search(answer.content.decode())
            if answer.status_code != 500 or not found or found.group(1) not in caplog.text:
                wrong.append(f"{what} without an incident")
    assert not wrong, "\n".join(wrong)
    assert failed > 100


def test_on_every_call(
    fault: Fault, admin: User, token_of: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    browser = Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {token_of(admin)}", "Idempotency-Key": "one-of-a-kind"}
    failed, wrong = 0, []
    for call in routes.calls():
        sent = {"data": b"{}", "content_type": "application/json", "headers": headers}
        answer, fired = fault(
            lambda call=call, sent=sent: browser.generic(call.method, call.address, **sent)
        )
        wrong += [f"{call} shows {word}" for word in leaks(answer)]
        assert fired, call
        failed += 1
        told = answer.json().get("error", {}) if answer.get("Content-Type") else {}
        right = set(told) == {"code", "message", "incident"} and told["code"] == "internal"
        if answer.status_code != 500 or not right or told["incident"] not in caplog.text:
            wrong.append(f"{call}: {answer.status_code} {answer.content[:200]!r}")
    assert not wrong, "\n".join(wrong)
    assert failed > 80
