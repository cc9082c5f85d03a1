"""Keys lie outside the data folder and are made once; the broker's socket fits and is closed to others."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from almconnect import embedded


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_keys_are_not_beside_the_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    embedded.encryption_keys(data)
    folder = embedded.keys_folder(data)
    assert not folder.is_relative_to(data)
    assert stat.S_IMODE((folder / "encryption.keys").stat().st_mode) == 0o600
    assert list(data.iterdir()) == []


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: embedded.encryption_keys(tmp_path / "data"), range(32)))
    assert len(keys) == 1


def test_an_emptied_key_file_is_not_replaced(tmp_path: Path) -> None:
    embedded.encryption_keys(tmp_path / "data")
    (embedded.keys_folder(tmp_path / "data") / "encryption.keys").write_text("")
    with pytest.raises(RuntimeError, match="restore it"):
        embedded.encryption_keys(tmp_path / "data")


@pytest.mark.parametrize("name", ["short", "long-" * 40, "with space", "ümlaut?"])
def test_the_socket_fits_and_its_folder_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", None)
    data = tmp_path / name
    data.mkdir()
    path = embedded.broker_socket(data)
    try:
        assert len(os.fsencode(path)) <= embedded.LONGEST_SOCKET
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert path == embedded.broker_socket(data)
    finally:
        path.parent.rmdir()


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    data = tmp_path / ("long-" * 40)
    data.mkdir()
    folder = embedded.broker_socket(data).parent
    folder.rmdir()
    folder.symlink_to(tmp_path)
    try:
        with pytest.raises(RuntimeError, match="another person"):
            embedded.broker_socket(data)
    finally:
        folder.unlink()
