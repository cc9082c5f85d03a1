"""The console's commands are manage.py's, and every text names commands that exist in a checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from almconnect.command import OWN

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ("*.md", "docs/*.md", "templates/**/*.html", "docker-compose.yml")
CODE = ("almconnect", "accounts", "connections", "planning", "sync")
NAMED = re.compile(r"(?:run\.py manage|manage\.py)(?: --data \S+)? ([a-z_]+)\b")
BARE = re.compile(r"[`“\"]almconnect ([a-z_]+)")


def texts() -> dict[str, str]:
    files = [path for pattern in TEXTS for path in ROOT.glob(pattern)]
    files += [path for package in CODE for path in (ROOT / package).rglob("*.py")]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in files}


def test_every_named_command_exists() -> None:
    known = {*OWN, *get_commands(), "help"}
    named = {(name, word) for name, text in texts().items() for word in NAMED.findall(text)}
    assert {(name, word) for name, word in named if word not in known} == set()
    assert {"doctor", "init", "migrate", "create_api_token"} <= {w for _, w in named}


def test_no_text_names_a_program_that_a_checkout_lacks() -> None:
    """The console script exists only where the project is installed as a package."""
    known = {*OWN, *get_commands(), "help"}
    found = {name: known & set(BARE.findall(text)) for name, text in texts().items()}
    found = {name: words for name, words in found.items() if words}
    found.pop("almconnect/command.py", None)  # which is that program
    assert found == {}


def manage(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if "ALMCONNECT" not in name}
    folders = {"ALMCONNECT_DATA_DIR": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=kept | folders,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.process
def test_doctor_is_one_of_them(tmp_path: Path) -> None:
    assert manage(tmp_path, "migrate").returncode == 0
    done = manage(tmp_path, "doctor")
    assert done.returncode == 1  # no worker, no beat
    lines = done.stdout.splitlines()
    assert "ok    database" in lines
    assert any(line.startswith("FAIL  worker: ") for line in lines)
    assert any(line.startswith("-     clock: Not compared") for line in lines)


@pytest.mark.process
def test_unknown_words_and_none_are_answered_in_its_own_name(tmp_path: Path) -> None:
    assert "Usage: manage.py COMMAND" in manage(tmp_path).stdout
    assert manage(tmp_path, "-h").returncode == 0
    unknown = manage(tmp_path, "docotr")
    assert unknown.returncode == 1
    assert "manage.py help" in unknown.stderr
