"""The data folder of an installation: made, emptied on request, and held by one process at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Names a folder as ours: only such a folder is ever emptied. Folders in use bear this name, so it stays.
MARK = "almconnect.house"


class FolderTaken(Exception):
    """The folder cannot be used; the message says why and what to do."""


@contextmanager
def held(data: Path, *, reset: bool = False) -> Iterator[None]:
    """The folder, for as long as this installation runs. Raises FolderTaken."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if reset and not (data / MARK).exists() and any(data.iterdir()):
        raise FolderTaken(
            f"{data} was not made by this program and is not empty; --reset leaves it alone. "
            "Name another folder with --data."
        )
    handle = os.open(data / MARK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = os.read(handle, 32).decode("ascii", "replace").strip() or "unknown"
            raise FolderTaken(
                f"Another installation (process {who}) already runs on {data}. "
                "Stop it, or name another folder with --data."
            ) from None
        if reset:
            _empty(data)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        (data / "logs").mkdir(exist_ok=True, mode=0o700)
        yield
    finally:
        os.close(handle)


def _empty(data: Path) -> None:
    for entry in data.iterdir():
        if entry.name == MARK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
