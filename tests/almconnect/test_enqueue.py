"""A hint leaves after commit, carries ids only, and costs a person next to nothing when nobody listens."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from celery import Celery
from django.db import transaction

from almconnect.lib import enqueue as enqueue_module
from almconnect.lib.enqueue import enqueue


def task_on(url: str) -> Any:
    app = Celery("enqueue-test", broker=url, set_as_current=False)
    app.conf.task_default_queue = "hints"

    @app.task(name="tests.wake")
    def wake(*ids: str) -> None:
        raise AssertionError("no worker runs in this test")

    return wake


@pytest.fixture
def silent_broker() -> Iterator[str]:
    """A port that accepts connections and never says a word, like a stopped process."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.mark.django_db(transaction=True)
@pytest.mark.redis
def test_leaves_only_after_commit(redis_url: str) -> None:
    wake = task_on(redis_url)
    with redis.Redis.from_url(redis_url) as client:
        with transaction.atomic():
            enqueue(wake, uuid.uuid4(), 7)
            assert client.llen("hints") == 0
        assert client.llen("hints") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.redis
def test_a_rolled_back_row_sends_nothing(redis_url: str) -> None:
    wake = task_on(redis_url)
    with transaction.atomic():
        enqueue(wake, 1)
        transaction.set_rollback(True)
    with redis.Redis.from_url(redis_url) as client:
        assert client.llen("hints") == 0


@pytest.mark.django_db(transaction=True)
def test_a_refusing_broker_neither_fails_nor_waits() -> None:
    wake = task_on("redis://127.0.0.1:1/0")
    began = time.monotonic()
    enqueue(wake, 1)
    assert time.monotonic() - began < 1.0
    assert not enqueue_module.circuit.allows()


@pytest.mark.django_db(transaction=True)
def test_a_hanging_broker_costs_less_than_a_second_and_then_nothing(silent_broker: str) -> None:
    wake = task_on(silent_broker)
    began = time.monotonic()
    enqueue(wake, 1)
    first = time.monotonic() - began
    for _ in range(50):
        enqueue(wake, 1)
    assert first < 1.0
    assert time.monotonic() - began - first < 0.1


@pytest.mark.django_db(transaction=True)
def test_what_is_no_id_is_our_own_fault() -> None:
    wake = task_on("memory://")
    with pytest.raises(TypeError, match="ids only"):
        enqueue(wake, {"password": "x"})  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_ours_is_raised() -> None:
    app = Celery("enqueue-test", broker="memory://", set_as_current=False)

    @app.task(name="tests.wake_one")
    def wake_one(number: int) -> None: ...

    with pytest.raises(TypeError, match="positional argument"):
        enqueue(wake_one, 1, 2)
