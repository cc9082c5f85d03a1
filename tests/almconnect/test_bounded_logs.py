"""A log line is bounded, and a log is put aside while its process runs on."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from pathlib import Path

import pytest

from almconnect.launcher import child as children
from almconnect.launcher.child import Child, Recipe
from almconnect.lib.logs import LONGEST_LINE, formatter
from tests.almconnect.waiting import wait_for


def line(message: object, **extra: object) -> str:
    record = logging.LogRecord("x", logging.INFO, "f", 1, message, (), None)
    record.__dict__.update(extra)
    return formatter().format(record)


@pytest.mark.parametrize("size", [10_000, 1_000_000])
def test_a_strangers_long_text_is_cut(size: int) -> None:
    written = line("GET /" + "a " * size + "END")
    assert len(written) < 5_000
    event = json.loads(written)["event"]
    assert "characters left out" in event
    assert event.startswith("GET /")
    assert event.endswith("END")


def test_no_line_is_longer_than_its_bound_whatever_it_holds() -> None:
    written = line({f"k{n}": "v" * 3000 for n in range(500)})
    assert len(written) < 2 * LONGEST_LINE
    json.loads(written)


def test_a_secret_beyond_the_cut_is_not_shown_in_part() -> None:
    for place in range(1_950, 2_050, 7):
        written = line("a " * (place // 2) + "Bearer AbCdEf0123456789AbCdEf " + "b " * 40_000)
        assert "AbCdEf0123456789" not in written


def test_twice_as_long_a_text_takes_no_longer() -> None:
    def seconds(size: int) -> float:
        begun = time.process_time()
        for _ in range(3):
            line("/x" * size)
        return time.process_time() - begun

    seconds(1000)
    assert seconds(2_000_000) < 30 * max(seconds(20_000), 0.005)


@pytest.mark.process
def test_a_log_is_put_aside_while_its_process_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "LOG_LIMIT", 20_000)
    code = "import time\nwhile True: print('x' * 99, flush=True); time.sleep(0.001)"
    one = Child(
        Recipe("web", [sys.executable, "-c", code]), environment=dict(os.environ), logs=tmp_path
    )
    try:
        wait_for("it has written much", lambda: one.log.stat().st_size > 20_000, 30)
        one.bound_log()
        aside = tmp_path / "web.log.1"
        assert aside.stat().st_size > 20_000
        assert one.log.stat().st_size < 20_000
        wait_for("it goes on from the beginning", lambda: one.log.stat().st_size > 500, 30)
        assert one.log.read_bytes().startswith(b"x"), "without a hole before it"
        assert {path.stat().st_mode & 0o777 for path in (aside, one.log)} == {0o600}
    finally:
        one.end()
