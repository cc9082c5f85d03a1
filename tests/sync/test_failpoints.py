"""A named point kills the process as SIGKILL does; any other does nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

PROGRAM = """
import django
django.setup()
from sync.worker.failpoints import point
point("create.claimed")
print("went on", flush=True)
point("create.sent")
print("never", flush=True)
"""


def run(crash_at: str | None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"ALMCONNECT_CRASH_AT": crash_at} if crash_at else {})}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_named_point_ends_the_process_at_once():
    ended = run("create.sent")
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "went on\n")


def test_without_the_variable_nothing_happens():
    ended = run(None)
    assert (ended.returncode, ended.stdout) == (0, "went on\nnever\n")
