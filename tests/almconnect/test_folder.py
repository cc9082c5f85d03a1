"""A data folder is held by one installation, emptied only if it is ours, and ports stay the same."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest

from almconnect.launcher import folder, ports


def test_it_is_closed_to_others(tmp_path: Path) -> None:
    with folder.held(tmp_path / "data"):
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_second_holder_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with (
        folder.held(tmp_path),
        pytest.raises(folder.FolderTaken, match=r"process \d+"),
        folder.held(tmp_path),
    ):
        pass


def test_reset_empties_our_own_folder(tmp_path: Path) -> None:
    with folder.held(tmp_path):
        (tmp_path / "almconnect.sqlite3").write_text("old")
    with folder.held(tmp_path, reset=True):
        assert not (tmp_path / "almconnect.sqlite3").exists()


def test_reset_leaves_a_foreign_folder_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with (
        pytest.raises(folder.FolderTaken, match="not made by this program"),
        folder.held(tmp_path, reset=True),
    ):
        pass
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    assert not (tmp_path / folder.MARK).exists()


def test_reset_does_not_follow_links(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept.txt").touch()
    data = tmp_path / "data"
    with folder.held(data):
        (data / "link").symlink_to(elsewhere)
    with folder.held(data, reset=True):
        assert (elsewhere / "kept.txt").exists()


def choose(kept: Path, web: int = 0) -> dict[str, int]:
    names = ["web", "cloud"]
    return ports.choose(names, host="127.0.0.1", kept_in=kept, wanted={"web": web})


def test_ports_are_the_same_again(tmp_path: Path) -> None:
    first = choose(tmp_path / "ports.json")
    assert len(set(first.values())) == 2
    assert choose(tmp_path / "ports.json") == first


def test_a_taken_port_is_replaced_unless_it_was_asked_for(tmp_path: Path) -> None:
    first = choose(tmp_path / "ports.json")
    with socket.create_server(("127.0.0.1", first["web"])):
        second = choose(tmp_path / "ports.json")
        assert second["web"] != first["web"]
        assert second["cloud"] == first["cloud"]
        with pytest.raises(OSError, match="--port"):
            choose(tmp_path / "ports.json", web=first["web"])
