"""`manage.py backup FILE`: one archive of the whole database, written while the console runs.

It holds rows, not a database's own files, so a backup of SQLite restores on PostgreSQL and the other
way round. The encryption key is not in it: what lies in the archive opens nothing by itself.
"""

from __future__ import annotations

import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson
from django.apps import apps
from django.core import serializers
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django.utils import timezone

FORMAT = 1
MANIFEST, ROWS = "manifest.json", "rows.jsonl"
# Made by migrations, or worthless elsewhere: a session belongs to a browser and an address.
LEFT_OUT = frozenset(
    {
        "contenttypes.contenttype",
        "auth.permission",
        "auth.group",
        "sessions.session",
        "accounts.signedin",
    }
)


def models() -> list[type[Model]]:
    """Every model with rows of its own, those first that others name by a natural key."""
    lists = [(config, None) for config in apps.get_app_configs()]
    ordered = serializers.sort_dependencies(lists)
    return [model for model in ordered if model._meta.label_lower not in LEFT_OUT]


def write(path: Path) -> int:
    """The number of rows written. The file appears only when it is whole, readable by its owner."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as name:
        folder = Path(name)
        with (folder / ROWS).open("wb") as rows, one_moment():
            count = _write_rows(rows)
            manifest = {
                "format": FORMAT,
                "taken": timezone.now().isoformat(),
                "database": connection.vendor,
                "rows": count,
                "migrations": applied(),
            }
        (folder / MANIFEST).write_bytes(orjson.dumps(manifest))
        half = folder / "archive"
        with half.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                for part in (MANIFEST, ROWS):
                    archive.add(folder / part, part)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    return count


def applied() -> list[str]:
    rows = MigrationRecorder.Migration.objects.values_list("app", "name")
    return sorted(f"{app}.{name}" for app, name in rows)


def _write_rows(file: IO[bytes]) -> int:
    count = 0
    for model in models():
        for row in model._base_manager.order_by("pk").iterator(chunk_size=500):
            # Not Django's JSON, which cuts moments to milliseconds.
            (plain,) = serializers.serialize("python", [row], use_natural_foreign_keys=True)
            file.write(orjson.dumps(plain, default=str) + b"\n")
            count += 1
    return count


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is of one moment; writers are not held up.

    By hand: Django's own transaction would take SQLite's only write lock at its beginning.
    """
    begin = "BEGIN"
    if connection.vendor == "postgresql":
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
