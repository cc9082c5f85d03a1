"""Starting a whole installation for a test, as run.py does once its environment stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def start(command: str, data: Path, **more: str) -> subprocess.Popen[str]:
    """`more` are environment variables; nothing else of ours is inherited."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ALMCONNECT_")}
    keys = str(data.parent / "config")  # keys lie outside the data folder, here in a folder of ours
    environment = {**kept, "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": keys, **more}
    return subprocess.Popen(
        [sys.executable, "-m", "almconnect.launcher", command, "--data", str(data), "--json"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(
    command: str, data: Path, **more: str
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The process and what it told when ready. It must end cleanly when asked to."""
    process = start(command, data, **more)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            pytest.fail(f"not ready: {process.communicate(timeout=30)[1]}")
        yield process, json.loads(line)
    finally:
        process.terminate()
        _, said = process.communicate(timeout=90)
    assert process.returncode == 0, said


def get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.status, answer.read().decode()
