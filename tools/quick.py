"""`./run.py quick [PACKAGE …]`: within a minute, whether what was changed still works.

Runs the pure and the database tests of the packages named, or of those in which files differ from the
last commit: no browser, no processes, nothing slow, and each test on one flavour of Jira. First what
failed the last time, then the tests that were changed or import a changed module. Ends at the first
failure, or when a minute is over, and then says how many ran: `./run.py test` runs all.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 40.0  # of running; starting and collecting take the rest of the minute
LEFT_OUT = "not slow and not browser and not process and not redis and not postgres"
# Where the tests of a package do not lie in the folder of its name.
ELSEWHERE = {
    "almconnect": ["tests/almconnect", "tests/accounts"],
    "jira_sandbox": ["tests/sandbox"],
    "templates": ["tests/connections", "tests/sync/pages"],
    "tools": ["tests/almconnect"],
    "jira_client": ["tests/jira_client", "tests/doctor"],
    "outgoing": ["tests/outgoing", "tests/jira_client"],
}


class Minute:
    """Ends the run when its time is over, and remembers that it was this which ended it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.over = False
        self.ran = 0
        self._config: pytest.Config | None = None
        self._began: float | None = None  # the first test's end: starting is not counted

    def pytest_configure(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ran += report.when == "call"
        now = time.monotonic()
        self._began = self._began or now
        if now - self._began > self.seconds and not self.over and self._config is not None:
            self.over = True
            self._config.pluginmanager.getplugin("dsession").shouldstop = "a minute is over"


def main(words: list[str]) -> int:
    changed = changed_files() if not words else []
    folders = tests_of(words or {Path(one).parts[0] for one in changed})
    files = [one for one in changed if one.startswith("tests/") and Path(one).name[:5] == "test_"]
    if not folders and not files:
        print("Nothing has changed since the last commit; name a package: ./run.py quick sync")
        return 0
    first = [*files, *importing(changed, folders)]
    asked = [*folders, *(one for one in files if not any(one.startswith(f"{f}/") for f in folders))]
    minute = Minute(SECONDS)
    code = pytest.main(
        [
            *asked, "-q", "-x", "--ff", "-m", LEFT_OUT, "--one-flavour", "--shortest-first",
            "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder",
            *(word for path in first for word in ("--first", path)),
        ],
        plugins=[minute],
    )  # fmt: skip
    if minute.over:
        print(
            f"A minute is over: {minute.ran} tests ran. `./run.py test {' '.join(asked)}` runs all."
        )
        return 0 if code == pytest.ExitCode.INTERRUPTED else int(code)
    return int(code)


def changed_files() -> list[str]:
    """Paths that differ from the last commit, new ones too."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=all", "--no-renames"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = [line[3:].strip('"') for line in listed.splitlines()]
    return [one for one in paths if (ROOT / one).exists()]


def tests_of(packages: Iterable[str]) -> list[str]:
    """The folders of tests of these packages; `sync/outbound` is `sync`. Raises SystemExit for a name
    that has none."""
    found: list[str] = []
    for name in dict.fromkeys(one.strip("/") for one in packages):
        top = name.partition("/")[0]
        own = [f"tests/{name}"] if (ROOT / "tests" / name).is_dir() else [f"tests/{top}"]
        folders = [one for one in ELSEWHERE.get(top, own) if (ROOT / one).is_dir()]
        if not folders and (ROOT / top).is_dir() and list((ROOT / top).glob("*.py")):
            raise SystemExit(f"{name} has no tests of its own")
        found += folders
    return list(dict.fromkeys(found))


def importing(changed: Iterable[str], folders: Iterable[str]) -> list[str]:
    """The test files in these folders that import a module of a changed file."""
    modules = {one[:-3].replace("/", ".") for one in changed if one.endswith(".py")}
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            if modules & imported(path):
                found.append(str(path.relative_to(ROOT)))
    return found


def imported(path: Path) -> set[str]:
    """The dotted names that a file imports, whether or not they are modules."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{one.name}" for one in node.names)
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
