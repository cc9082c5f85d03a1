"""The data folder and the SQLite files in it are for their owner alone: 0700 and 0600.

SQLite makes its `-wal` and `-shm` with the mode of the database file, so that file must exist, and be
tight, before SQLite opens it. What is laxer than that, by an earlier version or a copy, is tightened.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

BESIDE = ("", "-wal", "-shm", "-journal")


def keep_private(database: Path, *, folder_too: bool) -> None:
    """Make the file if there is none; take every right from the group and from others.

    `folder_too`: the folder is ours alone as well. Files that belong to somebody else are left as they
    are: we may not change them.
    """
    if folder_too:
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        tighten(database.parent, 0o700)
    with contextlib.suppress(FileExistsError):  # it is tightened below
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    for ending in BESIDE:
        tighten(database.with_name(database.name + ending), 0o600)


def tighten(path: Path, most: int) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(found.st_mode) or found.st_uid != os.geteuid():
        return
    if (mode := stat.S_IMODE(found.st_mode)) & ~most:
        path.chmod(mode & most)
