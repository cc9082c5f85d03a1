"""Fresh clones of the committed project, for tests that begin where a newcomer begins.

They install packages from the registry that the machine's own pip settings name, so they run only
where services are required (CI), not in everybody's `./run.py test`.
"""

from __future__ import annotations

import json
import os
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
