"""A sandbox in a container of its own delivers where it is told; a wrong place is refused at its start.

That it does deliver there, under the host that the address names, tests/almconnect/test_compose.py shows.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_place_without_a_port_is_refused() -> None:
    command = [sys.executable, "-m", "jira_sandbox", "--webhooks-to", "web"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=30)
    assert done.returncode == 2
    assert "'web' is not HOST:PORT" in done.stderr
