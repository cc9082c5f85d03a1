"""What was there before long work is left out of the collector's rounds; what the work drops is not."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from almconnect.lib.unscanned import unscanned


class Knot:
    """Refers to itself, so that the collector alone can free it."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_there_is_frozen_until_the_end() -> None:
    with unscanned():
        assert gc.get_freeze_count() > 1000
    assert gc.get_freeze_count() == 0


def test_what_is_made_and_dropped_inside_is_collected_there() -> None:
    with unscanned():
        dropped = weakref.ref(Knot())
        gc.collect()
        assert dropped() is None


def test_what_was_dropped_before_is_collected_afterwards() -> None:
    gc.collect()
    gc.disable()
    try:
        dropped = weakref.ref(Knot())
        with unscanned():
            gc.collect()
            assert dropped() is not None
        gc.collect()
        assert dropped() is None
    finally:
        gc.enable()


def test_the_last_to_leave_ends_it_also_by_an_exception() -> None:
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with unscanned():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(10)
    with pytest.raises(KeyError), unscanned():
        raise KeyError
    assert gc.get_freeze_count() > 0
    leave.set()
    thread.join(10)
    assert gc.get_freeze_count() == 0
