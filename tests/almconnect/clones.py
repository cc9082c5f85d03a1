"""Fresh clones of the committed project, for tests that begin where a newcomer begins.

They install packages from the registry that the machine's own pip settings name, so they run only
where services are required (CI), not in everybody's `./run.py test`.

Each also runs the quick tests that feel the Python they run on most: sockets, TLS, threads, processes,
the client against a sandbox, properties by Hypothesis, SQLite from several threads.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests import environment

ROOT = Path(__file__).resolve().parents[2]
needs_registry = pytest.mark.skipif(
    not environment.REQUIRED,
    reason="installs from the package registry; runs with ALMCONNECT_REQUIRE_SERVICES=1",
)

QUICK = (
    "tests/jira_client",
    "tests/outgoing",
    "tests/sync/core",
    "tests/accounts/test_idempotency.py",
    "tests/planning/test_feed.py",
)
TELL = (
    "import sys as s; print('%d.%d' % s.version_info[:2], s.prefix == s.base_prefix, s.executable)"
)
AT_LEAST = 600  # of them pass, or the selection has gone astray


def interpreter(version: str) -> str:
    """A Python of that version, such as "3.12", on PATH or of pyenv; skips where none runs."""
    name = f"python{version}"
    root = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv")))
    kept = sorted((root / "versions").glob(f"{version}.*/bin/python3"), reverse=True)
    found = [shutil.which(name, path=one) for one in os.get_exec_path()]
    for program in [*filter(None, found), *map(str, kept)]:
        said = subprocess.run([program, "-c", TELL], capture_output=True, text=True)
        if said.stdout.split()[:2] == [version, "True"]:  # no environment's, no shim of nothing
            return said.stdout.split()[2]
    pytest.skip(f"no Python {version} on this machine, neither on PATH nor of pyenv")


def clone(into: Path) -> Path:
    subprocess.run(
        ["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(into)], check=True, timeout=60
    )
    return into


def newcomer(home: Path) -> dict[str, str]:
    """A newcomer's environment: nothing of ours, no uv, a home of their own."""
    dropped = ("ALMCONNECT_", "PYTEST_", "VIRTUAL_ENV", "PYTHON", "DJANGO_", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    kept["PATH"] = os.pathsep.join(
        folder for folder in kept["PATH"].split(os.pathsep) if not (Path(folder) / "uv").exists()
    )
    return kept | {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}


def tests_pass(command: list[str], **options: Any) -> None:
    """`command` is `run.py test` with this Python: it installs what tests need, and the quick pass."""
    words = [*command, *QUICK, "-q", "-n", "2", "--dist", "loadfile"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=560, **options)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout[-1000:]
    assert int(passed[1]) >= AT_LEAST, done.stdout[-1000:]


def demo_is_ready(command: list[str], **options: Any) -> dict[str, Any]:
    """Start `run.py demo --json`, see /readyz answer 200, stop it; what it told. Fails otherwise."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            pytest.fail(f"not ready: {process.communicate(timeout=30)[1][-3000:]}")
        told: dict[str, Any] = json.loads(line)
        with urllib.request.urlopen(told["url"] + "/readyz", timeout=20) as answer:
            assert answer.status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)
    assert process.returncode == 0
    return told
