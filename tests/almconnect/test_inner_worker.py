"""Where no broker can run, worker and beat live in the web process: a message sent there is worked off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.process
PROGRAM = """
import threading
import django
django.setup()
from celery import current_app
from django.db import connection
from almconnect.inner_worker import start
from almconnect.lib.enqueue import enqueue

done, ticked = threading.Event(), threading.Event()

@current_app.task(name="tests.inner.wake")
def wake(number):
    if number == 7:
        done.set()

@current_app.task(name="tests.inner.tick")
def tick():
    ticked.set()

current_app.conf.beat_schedule = {"tick": {"task": "tests.inner.tick", "schedule": 0.2}}
start()
enqueue(wake, 7)
assert done.wait(20), "the message was not worked off"
assert ticked.wait(20), "beat does not tick"
print("both live")
"""


def test_worker_and_beat_run_as_threads(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "almconnect.settings",
        "ALMCONNECT_DATA_DIR": str(tmp_path),
        "ALMCONNECT_BROKER_URL": "memory://",
        "ALMCONNECT_WORKER_IN_WEB": "yes",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert "both live" in done.stdout, done.stderr[-3000:]
    assert done.returncode == 0, done.stderr[-3000:]
