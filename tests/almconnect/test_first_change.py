"""The first change that CONTRIBUTING describes, walked in a clone: a new row of the permission report."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.almconnect import clones

pytestmark = pytest.mark.slow
CATALOGUE, TEST = "jira_client/requirements.py", "tests/jira_client/test_permission_report.py"


def tried(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=clone,
        env={**clones.newcomer(clone), "PYTHONPATH": str(clone)},
        capture_output=True,
        text=True,
        timeout=250,
    )


def put(path: Path, before: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(before) == 1, f"{path} has {text.count(before)} of {before!r}"
    path.write_text(text.replace(before, new + before), "utf-8")


def test_it_works_as_described(tmp_path: Path) -> None:
    clone = clones.clone(tmp_path / "clone")
    told = (clone / "CONTRIBUTING.md").read_text("utf-8")
    (block,) = re.findall(r"```\n( +Permission\(.*?)```", told, flags=re.S)
    row = textwrap.indent(textwrap.dedent(block), "    ")
    put(clone / CATALOGUE, '    Permission(\n        "Transition Issues",', row)

    first = tried(clone, "-m", "pytest", TEST, "-q", "-p", "no:cacheprovider")
    assert first.returncode == 1, first.stdout + first.stderr
    assert "Left contains one more item: 'Move Issues'" in first.stdout
    assert "1 failed" in first.stdout
    test = clone / TEST
    listed = '        "Modify Reporter",\n'
    assert test.read_text("utf-8").count(listed) == 1
    test.write_text(
        test.read_text("utf-8").replace(listed, f'{listed}        "Move Issues",\n'), "utf-8"
    )
    second = tried(clone, "-m", "pytest", TEST, "-q", "-p", "no:cacheprovider")
    assert second.returncode == 0, second.stdout + second.stderr
    for gate in (["-m", "ruff", "check", "jira_client"], ["tools/docstrings.py"]):
        passed = tried(clone, *gate)
        assert passed.returncode == 0, passed.stdout + passed.stderr
