"""A newcomer's clone, with Python and nothing else: two starts at once, then the demo, then tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.almconnect import clones

pytestmark = [pytest.mark.process, pytest.mark.slow, clones.needs_registry]
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_demo_is_ready_and_tests_pass(version: str, tmp_path: Path) -> None:
    program, project = clones.interpreter(version), clones.clone(tmp_path / "clone")
    environment = clones.newcomer(tmp_path)
    check = [program, "run.py", "manage", "check"]
    both = [
        subprocess.Popen(
            check, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for _ in range(2)
    ]
    for one in both:
        said = one.communicate(timeout=280)[0].decode()
        assert one.returncode == 0, said[-3000:]
    told = clones.demo_is_ready(
        [program, str(project / "run.py"), "demo", "--json"], cwd=tmp_path, env=environment
    )
    assert told["data"] == str(project / "var")
    if version != RUNNING:  # on that one, the tests run already
        clones.tests_pass([program, "run.py", "test"], cwd=project, env=environment)
    assert not subprocess.check_output(["git", "status", "--porcelain"], cwd=project, text=True), (
        "running it dirties the checkout"
    )
