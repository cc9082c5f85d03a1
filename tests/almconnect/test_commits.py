"""Commits say what they do in 72 characters, and why in their body."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import commits


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=Rita", "-c", "user.email=rita@example.com")
    done = subprocess.run(
        ["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--initial-branch", "main")
    git(tmp_path, "commit", "--allow-empty", "--message", "x" * 90)
    return tmp_path


def commit(folder: Path, *words: str) -> None:
    said = [part for word in words for part in ("--message", word)]
    git(folder, "commit", "--allow-empty", *said)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("Say why", "Else nobody knows."), ""),
        (("y" * 72, "Just within."), ""),
        (("y" * 73, "Just beyond."), "73 characters"),
        (("Say nothing more",), "does not say why"),
    ],
)
def test_each_commit_is_judged(
    repository: Path, words: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    since = git(repository, "rev-parse", "HEAD")
    commit(repository, *words)
    assert commits.main(repository, since) == (1 if complaint else 0)
    assert complaint in capsys.readouterr().out


def test_a_merge_needs_no_body(repository: Path) -> None:
    since = git(repository, "rev-parse", "HEAD")
    git(repository, "switch", "--create", "side")
    commit(repository, "Work aside", "Because.")
    git(repository, "switch", "main")
    commit(repository, "Work here", "Because.")
    git(repository, "merge", "--no-ff", "--message", "Bring in the side", "side")
    assert commits.main(repository, since) == 0


def test_a_checkout_without_the_history_is_not_judged(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commits.main(repository, "1" * 40) == 0
    assert "does not hold the history" in capsys.readouterr().out
