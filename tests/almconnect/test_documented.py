"""Every variable that the code reads is in docs/configuration.md, and the page names no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NAME = re.compile(r"ALMCONNECT_[A-Z][A-Z_]*[A-Z]")
_ROW = re.compile(r"^\| `(ALMCONNECT_[A-Z_]+)`( \*\*secret\*\*)? \|", re.M)
PACKAGES = (
    "almconnect",
    "accounts",
    "connections",
    "planning",
    "sync",
    "jira_client",
    "outgoing",
    "jira_sandbox",
)


def read_by_the_code() -> set[str]:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    files += [ROOT / name for name in ("run.py", "docker-compose.yml", "Dockerfile")]
    files.append(ROOT / "tests" / "environment.py")
    names = {name for path in files for name in _NAME.findall(path.read_text(encoding="utf-8"))}
    return {name.removesuffix("_FILE") for name in names}


def documented() -> dict[str, bool]:
    """Name → whether it may be given as a file."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    return {name: bool(secret) for name, secret in _ROW.findall(page)}


def test_every_variable_is_documented() -> None:
    assert read_by_the_code() - set(documented()) == set()


def test_every_documented_variable_is_read() -> None:
    assert set(documented()) - read_by_the_code() == set()


def test_what_may_be_a_file_is_what_settings_read_as_secret() -> None:
    settings = (ROOT / "almconnect" / "settings.py").read_text(encoding="utf-8")
    secrets = set(re.findall(r"env\.secret\(\s*\"(\w+)\"", settings))
    assert secrets == {name for name, secret in documented().items() if secret}


def test_only_settings_and_the_starters_read_the_environment() -> None:
    """Apps get their values from settings; what starts processes runs before Django does."""
    allowed = {"settings.py", "command.py", "embedded.py", "roles.py", "launch.py", "__main__.py"}
    allowed |= {
        "env.py",
        "enqueue.py",
    }  # the readers themselves; enqueue asks for its process's number
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            reads = re.search(r"os\.(environ(?!\.setdefault)|getenv)", path.read_text("utf-8"))
            assert not reads or path.name in allowed, path
