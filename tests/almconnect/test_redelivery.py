"""A worker killed with its task in hand: another worker gets the message within seconds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from almconnect.celery import app as console
from tests.almconnect import brokers
from tests.almconnect.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.process, pytest.mark.slow]


@pytest.fixture(params=["embedded", pytest.param("redis", marks=pytest.mark.redis)])
def broker_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "redis":
        yield request.getfixturevalue("redis_url")
        return
    with brokers.embedded(tmp_path / "data") as (url, _):
        yield url


def start_worker(url: str, name: str, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "celery", "-A", "tests.almconnect.waking", "worker"]
    command += ["--pool", "threads", "-c", "1", "-n", f"{name}@test", "-Q", "interactive"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"]
    environment = {**os.environ, "ALMCONNECT_BROKER_URL": url, "PYTHONPATH": str(ROOT)}
    with log.open("wb") as output:
        return subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )


def is_ready(log: Path) -> bool:
    return "ready." in log.read_text(errors="replace")


def test_another_worker_takes_over(broker_url: str, tmp_path: Path) -> None:
    noted = tmp_path / "runs.txt"
    noted.touch()
    logs = {name: tmp_path / f"{name}.log" for name in ("first", "second")}
    workers = [start_worker(broker_url, name, log) for name, log in logs.items()]
    try:
        for name, log in logs.items():
            wait_for(f"the {name} worker is ready", lambda log=log: is_ready(log), 120)
        with Celery("sender", broker=broker_url, set_as_current=False) as sender:
            sender.conf.broker_transport_options = console.conf.broker_transport_options
            sender.send_task("tests.waking.note", (str(noted),), queue="interactive")
        holder = int(wait_for("one has the task", lambda: noted.read_text().split(), 60)[0])
        os.kill(holder, signal.SIGKILL)
        killed = time.monotonic()
        runs = wait_for("it is run again", lambda: noted.read_text().split()[1:], 30)
        assert {holder, int(runs[0])} == {worker.pid for worker in workers}
        assert time.monotonic() - killed < 15
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.terminate()
            worker.wait(30)
