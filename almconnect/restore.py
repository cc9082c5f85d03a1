"""`manage.py restore FILE`: a backup into an empty installation, all of it or nothing.

Before anything is kept, every stored credential is opened with the keys at hand: a restored console
that cannot act in Jira is found now, not at night.
"""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from django.core import serializers
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from accounts.models import User
from almconnect.backup import FORMAT, MANIFEST, ROWS, applied, models
from connections.access import sealing
from connections.models import Connection, KeyFingerprint, SealedSecret
from planning.models import WorkItem


class CannotRestore(Exception):
    """The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Restored:
    rows: int
    credentials: int


def read(path: Path) -> Restored:
    """Raises CannotRestore; then nothing is changed."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            manifest = orjson.loads(_part(archive, MANIFEST).read())
            _fits(manifest)
            with transaction.atomic():
                _is_empty()
                count = _load(_part(archive, ROWS))
                if count != manifest["rows"]:
                    raise CannotRestore("The archive is not whole; take another backup.")
                opened = _prove()
                _reset_sequences()
    except (OSError, tarfile.TarError, orjson.JSONDecodeError, KeyError, EOFError) as problem:
        raise CannotRestore(f"{path} is not a backup that can be read: {problem}") from problem
    return Restored(count, opened)


def _part(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    found = archive.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _fits(manifest: dict[str, Any]) -> None:
    if manifest["format"] != FORMAT:
        raise CannotRestore("This backup is of another version of ALM Connect; use that version.")
    here, there = set(applied()), set(manifest["migrations"])
    if here != there:
        raise CannotRestore(
            "The backup and this installation are not of the same version "
            f"({len(there - here)} migrations lack here, {len(here - there)} there). Install the "
            "version that took it, run migrate, restore, then upgrade."
        )


def _is_empty() -> None:
    in_use: tuple[type[Model], ...] = (User, Connection, WorkItem)
    for model in in_use:
        if model._base_manager.exists():
            raise CannotRestore(
                "This installation is in use. Restore into an empty one: a new database or data "
                "folder, with nothing but migrate run on it."
            )
    KeyFingerprint.objects.all().delete()  # of the keys that an empty installation made for itself
    for model in reversed(models()):  # and whatever migrations put there: the backup has its own
        model._base_manager.all().delete()


def _load(file: IO[bytes]) -> int:
    count = 0
    for line in file:
        for row in serializers.deserialize("python", [orjson.loads(line)]):
            row.save()
            count += 1
    return count


def _prove() -> int:
    """Open every credential. Raises CannotRestore."""
    try:
        sealing.check_keys()
        rows = SealedSecret.objects.select_related("connection")
        for row in rows:
            origin = sealing.origin_of(row.connection, row.field)
            sealing.open_text(
                row.sealed, table="secret", row=row.pk, field=row.field, origin=origin
            )
    except (sealing.KeysUnusable, sealing.SealBroken) as problem:
        raise CannotRestore(
            f"{problem} Nothing was restored. The encryption keys are not in the backup: give those "
            "of the installation that was backed up, by --keys FILE or ALMCONNECT_ENCRYPTION_KEYS."
        ) from problem
    return len(rows)


def _reset_sequences() -> None:
    statements = connection.ops.sequence_reset_sql(no_style(), models())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
