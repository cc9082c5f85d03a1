"""Database settings from an address, or the embedded SQLite. Shows no address: it holds a password."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url

from almconnect.lib import private_files
from almconnect.lib.env import EnvironmentInvalid

# A connection is kept for a minute and tried before it is used again.
KEPT: dict[str, Any] = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
SQLITE = "django.db.backends.sqlite3"
SQLITE_OPTIONS: dict[str, Any] = {
    # A writer takes its lock at BEGIN, so that two writers queue instead of failing half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
}


def from_url(url: str) -> dict[str, Any] | None:
    """Django's settings for `postgres://…` or `sqlite:///path`; None for an empty address.

    Raises EnvironmentInvalid.
    """
    if not url:
        return None
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError:
        found = {}
    if found.get("ENGINE") == SQLITE:
        _private(str(found["NAME"]))
        return {**found, **KEPT, "OPTIONS": SQLITE_OPTIONS}
    if found.get("ENGINE") != "django.db.backends.postgresql" or not found.get("NAME"):
        raise EnvironmentInvalid(
            "ALMCONNECT_DATABASE_URL must look like postgres://user:password@host:5432/name"
        )
    return {**found, **KEPT}


def _private(name: str) -> None:
    """Of a file whose folder somebody else chose; not of a database in memory."""
    path = Path(name)
    if name and not name.startswith((":", "file:")) and path.parent.is_dir():
        private_files.keep_private(path, folder_too=False)


def embedded(path: Path) -> dict[str, Any]:
    private_files.keep_private(path, folder_too=True)
    return {"ENGINE": SQLITE, "NAME": str(path), "OPTIONS": SQLITE_OPTIONS, **KEPT}
