"""A newcomer's clone, with Python and nothing else: two starts at once, then the demo is ready."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import clones

pytestmark = [pytest.mark.process, pytest.mark.slow, clones.needs_registry]


def python(version: str) -> str:
    """An interpreter of that version: ours, the system's, or one that pyenv keeps."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return str(Path(sys.base_prefix) / "bin" / "python3")
    if found := shutil.which(f"python{version}", path="/usr/bin:/usr/local/bin"):
        return found
    kept = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))) / "versions"
    candidates = sorted(kept.glob(f"{version}.*/bin/python3"))
    if not candidates:
        pytest.skip(f"no Python {version} on this machine")
    return str(candidates[-1])


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_demo_is_ready(version: str, tmp_path: Path) -> None:
    program, project = python(version), clones.clone(tmp_path / "clone")
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
    assert not subprocess.check_output(["git", "status", "--porcelain"], cwd=project, text=True), (
        "running it dirties the checkout"
    )
