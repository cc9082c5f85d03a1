"""Databases as `migrate` leaves them: made by it once per test process and kind, then copied.

What migrating itself does is proven elsewhere (tests/almconnect): here it would only cost its time.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg

Migrate = Callable[
    [Path, str], None
]  # a data folder, and a database's address or nothing for SQLite

_folders: list[Path] = []
_databases: dict[str, str] = {}  # by server, the name of the migrated one


def fill(data: Path, url: str, migrate: Migrate) -> None:
    """`data` does not exist yet, or the database at `url` is empty; `migrate` does it the first time."""
    if url:
        _fill_database(url, migrate)
        return
    if not _folders:
        folder = Path(tempfile.mkdtemp(prefix="almconnect-migrated-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        migrate(folder / "data", "")
        _folders.append(folder / "data")
    shutil.copytree(_folders[0], data)


def _fill_database(url: str, migrate: Migrate) -> None:
    server, _, name = url.rpartition("/")
    if server not in _databases:
        made = f"almconnect_migrated_{uuid.uuid4().hex[:12]}"
        _execute(server, f'CREATE DATABASE "{made}"')
        atexit.register(_execute, server, f'DROP DATABASE "{made}" WITH (FORCE)')
        with tempfile.TemporaryDirectory(prefix="almconnect-migrated-") as folder:
            migrate(Path(folder) / "data", f"{server}/{made}")
        _databases[server] = made
    _execute(
        server,
        f'DROP DATABASE "{name}"',
        f'CREATE DATABASE "{name}" TEMPLATE "{_databases[server]}"',
    )


def _execute(server: str, *statements: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
