"""Waiting for a condition in tests that start processes: no sleeping for a guessed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_for(what: str, look: Callable[[], Found], within: float) -> Found:
    """The first truthy answer of `look`. Raises AssertionError naming `what` after `within` s."""
    limit = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > limit:
            raise AssertionError(f"{what}: not within {within:g} s")
        time.sleep(0.05)
