"""One edit and one delivery pass no more files than they did, as traced over real runs (decision 0078)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^(.+?) {2,}(\d+) +(\d+) +(\d+)$", re.MULTILINE)
# Journey → files, and changes from one file to another
MOST = {
    "an edit to its PUT": (92, 334),
    "an edit to Jira": (103, 656),
    "a delivery to its row": (76, 266),
}


@pytest.mark.process
def test_no_journey_grows_unseen() -> None:
    kept = {name: value for name, value in os.environ.items() if "ALMCONNECT" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "tools.journeys"],
        cwd=ROOT,
        env=kept,
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = {
        name: (int(files), int(changes)) for name, files, _, changes in ROW.findall(done.stdout)
    }
    assert found.keys() == MOST.keys()
    longer = {
        name: figures
        for name, figures in found.items()
        if any(now > most for now, most in zip(figures, MOST[name], strict=True))
    }
    assert not longer
