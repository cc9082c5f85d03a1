"""What was there before long work is left out of the collector's rounds; what the work drops is not."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import pytest

from almconnect.lib.gc_freeze import frozen

ROOT = Path(__file__).resolve().parents[2]
WEB = """
import gc
import sys
import almconnect.wsgi
from almconnect.lib.gc_freeze import frozen

loaded = gc.get_freeze_count()
with frozen():
    pass
assert gc.get_freeze_count() == loaded, "an import in the web process ended it"
assert "planning.pages.board" in sys.modules, "the pages are loaded by the first look only"
print("left out:", loaded, "looked at:", len(gc.get_objects()))
"""


class Knot:
    """Refers to itself, so that the collector alone can free it."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_there_is_frozen_until_the_end() -> None:
    with frozen():
        assert gc.get_freeze_count() > 1000
    assert gc.get_freeze_count() == 0


def test_what_is_made_and_dropped_inside_is_collected_there() -> None:
    with frozen():
        dropped = weakref.ref(Knot())
        gc.collect()
        assert dropped() is None


def test_what_the_work_drops_is_freed_by_its_end_even_if_no_round_came() -> None:
    gc.disable()
    try:
        with frozen():
            dropped = weakref.ref(Knot())
            assert dropped() is not None
        assert dropped() is None
    finally:
        gc.enable()


def test_what_was_dropped_before_is_collected_afterwards() -> None:
    gc.collect()
    gc.disable()
    try:
        dropped = weakref.ref(Knot())
        with frozen():
            gc.collect()
            assert dropped() is not None
        gc.collect()
        assert dropped() is None
    finally:
        gc.enable()


def test_the_last_to_leave_ends_it_also_by_an_exception() -> None:
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with frozen():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(10)
    with pytest.raises(KeyError), frozen():
        raise KeyError
    assert gc.get_freeze_count() > 0
    leave.set()
    thread.join(10)
    assert gc.get_freeze_count() == 0


@pytest.mark.process
def test_the_web_process_leaves_out_for_good_what_it_has_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WEB],
        env={**os.environ, "PYTHONPATH": str(ROOT), "ALMCONNECT_DATA_DIR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    words = done.stdout.split()
    left_out, looked_at = int(words[2]), int(words[5])
    assert left_out > 50_000 > looked_at
