"""The data folder and SQLite's files are for their owner alone, from the first moment and after a copy."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from almconnect import databases


@pytest.fixture(autouse=True)
def _generous_mask() -> Iterator[None]:
    before = os.umask(0o000)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def written(path: Path) -> sqlite3.Connection:
    """A connection that has written, so that its log and index exist."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS a (b)")
    connection.execute("INSERT INTO a VALUES (1)")
    connection.commit()
    return connection


def test_a_new_database_is_private_with_its_log(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    databases.embedded(folder / "a.sqlite3")
    connection = written(folder / "a.sqlite3")
    assert modes(folder) == dict.fromkeys(("a.sqlite3", "a.sqlite3-wal", "a.sqlite3-shm"), 384)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    connection.close()


def test_what_is_laxer_is_tightened(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    connection = written(folder / "a.sqlite3")
    assert set(modes(folder).values()) == {0o644}
    databases.embedded(folder / "a.sqlite3")
    assert set(modes(folder).values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert connection.execute("SELECT b FROM a").fetchall() == [(1,)], "its rows are untouched"
    connection.close()


def test_of_a_named_file_the_folder_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "chosen"
    folder.mkdir()
    folder.chmod(0o755)
    assert databases.from_url(f"sqlite:///{folder}/b.sqlite3")
    assert modes(folder) == {"b.sqlite3": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("not ours")
    other.chmod(0o644)
    (tmp_path / "c.sqlite3").touch()
    (tmp_path / "c.sqlite3-wal").symlink_to(other)
    databases.embedded(tmp_path / "c.sqlite3")
    assert stat.S_IMODE(other.stat().st_mode) == 0o644
