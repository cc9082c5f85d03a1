"""Children are started again when they die, named when they do, and ended in the right order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from almconnect.launcher.child import Child, Recipe
from almconnect.launcher.supervisor import StartFailed, Supervisor
from tests.almconnect.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.process


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone before the file is opened, or then
        return False


def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(dict(os.environ), tmp_path)


def test_a_failing_start_shows_the_end_of_the_log(tmp_path: Path) -> None:
    running = supervisor(tmp_path)
    child = running.start(Recipe("web", python("raise SystemExit('the port is taken')")))
    with pytest.raises(StartFailed, match="the port is taken"):
        running.wait_until(child, lambda: False, within=20)
    running.stop(())


def test_one_that_hangs_is_killed_with_all_it_started(tmp_path: Path) -> None:
    code = """
        import signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        print(inner.pid, flush=True)
        time.sleep(60)
    """
    recipe = Recipe("worker", python(code), grace=0.3, first_line=True)
    child = Child(recipe, environment=dict(os.environ), logs=tmp_path)
    inner = int(child.first_line(20))
    child.end()
    assert child.ended() == -signal.SIGKILL
    wait_for("what it started is gone too", lambda: not alive(inner), 5)


def test_stop_goes_by_kind_then_latest_first(tmp_path: Path) -> None:
    order = tmp_path / "order.txt"
    running = supervisor(tmp_path)
    for name in ("broker", "sandbox-cloud", "web", "worker", "beat"):
        code = f"""
            import signal, sys
            def end(*_):
                with open({str(order)!r}, "a") as file: file.write("{name}\\n")
                sys.exit()
            signal.signal(signal.SIGTERM, end)
            print("up", flush=True)
            signal.pause()
        """
        child = running.start(Recipe(name, python(code), first_line=True))
        assert child.first_line(20) == "up"
    running.stop(("worker", "beat", "web", "sandbox", "broker"))
    assert order.read_text().split() == ["worker", "beat", "web", "sandbox-cloud", "broker"]


WATCHING = """
    import os, sys
    from pathlib import Path
    from almconnect.launcher.child import Child, Recipe
    from almconnect.launcher.supervisor import Supervisor
    running = Supervisor(dict(os.environ), Path(sys.argv[1]))
    running.heed_signals()
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    running.start(Recipe("worker", [sys.executable, "-c", code]))
    running.watch()
    running.stop(())
"""


@pytest.fixture
def watched(tmp_path: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [*python(WATCHING), str(tmp_path)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    return process, tmp_path / "worker.log"


def pids(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def test_one_that_dies_is_named_and_started_again(
    watched: tuple[subprocess.Popen[str], Path],
) -> None:
    process, log = watched
    first = wait_for("the child is up", lambda: pids(log), 20)[0]
    os.kill(first, signal.SIGKILL)
    second = wait_for("it is started again", lambda: pids(log)[1:], 20)[0]
    process.terminate()
    said = process.communicate(timeout=20)[1]
    assert "worker ended unexpectedly (exit -9)" in said
    assert process.returncode == 0
    assert not alive(second)


def test_children_die_with_a_parent_killed_at_once(
    watched: tuple[subprocess.Popen[str], Path],
) -> None:
    process, log = watched
    child = wait_for("the child is up", lambda: pids(log), 20)[0]
    process.kill()
    process.communicate(timeout=20)
    wait_for("the child is gone", lambda: not alive(child), 10)


def test_the_keeper_ends_the_child_where_the_kernel_does_not(tmp_path: Path) -> None:
    near, far = os.pipe()
    sleeper = python("import os, time; print(os.getpid(), flush=True); time.sleep(60)")
    parent_watch = [sys.executable, "-m", "almconnect.launcher.parent_watch", str(near)]
    with subprocess.Popen(
        [*parent_watch, *sleeper], pass_fds=(near,), cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        os.close(near)
        assert process.stdout is not None
        child = int(process.stdout.readline())
        os.close(far)  # as when the parent is gone
        wait_for("the child is gone", lambda: not alive(child), 10)
        process.wait(10)
