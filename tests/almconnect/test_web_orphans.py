"""The web server killed at once leaves no process behind; a worker of its that dies is replaced."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from almconnect.launcher.readiness import Readiness
from tests.almconnect.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.process


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Readiness]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ALMCONNECT_DATA_DIR": str(tmp_path),
        "ALMCONNECT_WEB_PORT": str(port),
    }
    entry = [sys.executable, "-m", "almconnect.command"]
    subprocess.run([*entry, "migrate"], env=environment, cwd=ROOT, check=True, capture_output=True)
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [*entry, "web"], env=environment, cwd=ROOT, stdout=log, stderr=log
        )
    readiness = Readiness("127.0.0.1", port)
    try:
        wait_for("the web answers", readiness.reached, 90)
        yield process, readiness
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)


def workers(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(child)
        for child in children
        if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def test_no_worker_outlives_the_server(web: tuple[subprocess.Popen[bytes], Readiness]) -> None:
    process, readiness = web
    left = workers(process.pid)
    assert left
    process.kill()
    process.wait()
    wait_for("its workers are gone", lambda: not any(Path(f"/proc/{p}").exists() for p in left), 10)
    assert not readiness.reached()


def test_a_worker_that_dies_is_replaced_and_stays(
    web: tuple[subprocess.Popen[bytes], Readiness],
) -> None:
    process, readiness = web
    victim = workers(process.pid)[0]
    os.kill(victim, signal.SIGKILL)
    wait_for("the dead one is gone", lambda: victim not in workers(process.pid), 20)
    wait_for("another one answers", readiness.reached, 60)
    assert process.poll() is None
