"""Many hints asked at once are few messages, and whoever asks waits for no broker."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest
import redis
from django.db import transaction

from almconnect.lib import enqueue as enqueue_module
from almconnect.lib.enqueue import Soon
from tests.almconnect.test_enqueue import task_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def broker_not_known_to_be_dead() -> Iterator[None]:
    enqueue_module.circuit.reset()
    yield
    enqueue_module.circuit.reset()


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.01)


@pytest.mark.redis
def test_hundreds_of_hints_are_a_few_messages_and_the_last_is_not_left_out(redis_url: str) -> None:
    wake, soon = task_on(redis_url), Soon()
    with redis.Redis.from_url(redis_url) as client:
        for _ in range(300):
            soon.enqueue(wake, "a")
        wait_until(lambda: client.llen("hints") > 0)
        client.delete("hints")
        time.sleep(Soon.EVERY_SECONDS * 3)
        assert client.llen("hints") <= 2
        client.delete("hints")
        soon.enqueue(wake, "a")
        wait_until(lambda: client.llen("hints") == 1)


@pytest.mark.redis
def test_each_connection_has_its_own_message(redis_url: str) -> None:
    wake, soon = task_on(redis_url), Soon()
    for number in range(60):
        soon.enqueue(wake, number % 3)
    with redis.Redis.from_url(redis_url) as client:
        wait_until(lambda: client.llen("hints") >= 3)
        time.sleep(Soon.EVERY_SECONDS * 3)
        assert 3 <= client.llen("hints") <= 6


@pytest.mark.redis
def test_leaves_only_after_commit(redis_url: str) -> None:
    wake, soon = task_on(redis_url), Soon()
    with redis.Redis.from_url(redis_url) as client:
        with transaction.atomic():
            soon.enqueue(wake, 1)
            time.sleep(Soon.EVERY_SECONDS * 2)
            assert client.llen("hints") == 0
        wait_until(lambda: client.llen("hints") == 1)


def test_a_broker_that_says_nothing_costs_the_asker_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        wake, soon = task_on(f"redis://127.0.0.1:{server.getsockname()[1]}/0"), Soon()
        began = time.perf_counter()
        soon.enqueue(wake, 1)
        assert time.perf_counter() - began < enqueue_module.PATIENCE_SECONDS / 2
        wait_until(lambda: not enqueue_module.circuit.allows())  # it was asked, in the other thread


@pytest.mark.redis
def test_a_fault_of_ours_does_not_end_the_hints(redis_url: str) -> None:
    good, bad, soon = task_on(redis_url), task_on(redis_url), Soon()

    def broken(**about: object) -> None:
        raise ValueError("ours")

    bad.apply_async = broken
    soon.enqueue(bad, 1)
    wait_until(lambda: not soon._asked)
    soon.enqueue(good, 2)
    with redis.Redis.from_url(redis_url) as client:
        wait_until(lambda: client.llen("hints") == 1)


def test_what_is_no_id_is_refused_where_it_is_asked(redis_url: str) -> None:
    with pytest.raises(TypeError):
        Soon().enqueue(task_on(redis_url), b"body")  # type: ignore[arg-type]
