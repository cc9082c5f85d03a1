"""The embedded broker stops, stalls and comes back: readiness says so, hints neither wait nor fail."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery

from almconnect.embedded import broker_socket
from almconnect.launcher.child import Child
from almconnect.lib import enqueue as enqueue_module
from almconnect.lib.enqueue import broker_answers, enqueue
from tests.almconnect import brokers
from tests.almconnect.waiting import wait_for

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[Any, Child, Path]]:
    data = tmp_path / "data"
    with brokers.embedded(data) as (url, child):
        app = Celery("gone-test", broker=url, set_as_current=False)
        app.conf.task_default_queue = "hints"

        @app.task(name="tests.gone")
        def wake(number: int) -> None: ...

        yield wake, child, data


def waiting(data: Path) -> int:
    with redis.Redis(unix_socket_path=str(broker_socket(data))) as client:
        return int(client.llen("hints"))


def took(task: Any) -> float:
    began = time.monotonic()
    enqueue(task, 1)
    return time.monotonic() - began


def test_a_killed_broker_is_noticed_and_its_successor_used(
    broker: tuple[Any, Child, Path],
) -> None:
    wake, child, data = broker
    assert took(wake) < 1
    assert waiting(data) == 1
    child.process.kill()
    child.process.wait()
    assert took(wake) < 1
    assert not enqueue_module.circuit.allows()
    assert not broker_answers(wake.app)
    with brokers.embedded(data):
        assert broker_answers(wake.app)
        wait_for(
            "the circuit closes", enqueue_module.circuit.allows, enqueue_module.QUIET_SECONDS + 1
        )
        enqueue(wake, 1)
        assert waiting(data) == 1


def test_a_restart_between_two_hints_loses_none(broker: tuple[Any, Child, Path]) -> None:
    wake, child, data = broker
    enqueue(wake, 1)
    child.process.kill()
    child.process.wait()
    with brokers.embedded(data):
        enqueue(wake, 1)
        assert waiting(data) == 1


def test_a_stalled_broker_costs_a_second_once(broker: tuple[Any, Child, Path]) -> None:
    wake, child, data = broker
    enqueue(wake, 1)
    os.kill(child.process.pid, signal.SIGSTOP)
    try:
        assert took(wake) < 1.5
        assert took(wake) < 0.1
    finally:
        os.kill(child.process.pid, signal.SIGCONT)
    wait_for("the circuit closes", enqueue_module.circuit.allows, enqueue_module.QUIET_SECONDS + 1)
    before = waiting(data)
    enqueue(wake, 2)  # of another id: the first one's message waits still
    assert waiting(data) == before + 1
