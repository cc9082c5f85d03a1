"""The rows of a world, recorded when it is first built and written again for the tests that follow.

What is recorded is what the verbs themselves wrote, with the messages they left for after the commit
and what they remembered in this process. It is used only where building would do the same: behind
the same seed (sandbox_doors.py), with the same person, options and settings, in tables as empty, in
a test that patched nothing and runs no tasks where they are sent. In any other case the world is built.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from connections.models import Connection, PermissionReport
from jira_sandbox.server import Handle
from sync.pairs import field_names, highest_issue_number, site_proof
from tests.sandbox_doors import Seed, doors, state_of

REMEMBERED: tuple[dict[Any, Any], ...] = (
    site_proof._proven, site_proof._look_due, highest_issue_number._marks, field_names._names,
)  # fmt: skip
SETTINGS_OF_EVERY_TEST = {"PASSWORD_HASHERS"}
_BOOTED = time.time() - time.clock_gettime(
    time.CLOCK_MONOTONIC
)  # moved clocks leave this one alone

Rows = list[tuple[Any, ...]]
Key = tuple[Any, ...]
Keys = tuple[Any, ...]


@dataclass(slots=True)
class Recording:
    """What building left behind, by table; `answer` is what the builder returned. `person`: the id of who
    built it, whose row may be deleted since."""

    person: uuid.UUID
    answer: Keys
    made: float
    rows: dict[str, Rows] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    posts: int = 0
    after_commit: list[tuple[Callable[[], Any], bool]] = field(default_factory=list)
    remembered: tuple[dict[Any, Any], ...] = ()


_recordings: dict[Key, Recording] = {}
_seeds: dict[int, Seed] = {}


def built(handle: Handle, person: User, options: dict[str, Any], build: Callable[[], Keys]) -> Keys:
    """What `build` returns: the keys of its rows. Those are written again where they are recorded."""
    key = _key(handle, person, options)
    if key is None:
        return build()
    recording = _recordings.get(key)
    with transaction.atomic():  # what waits for the commit is recorded, and waits again
        if recording is None:
            return _record(key, handle, person, build)
        if any(_filled(recording.rows)):
            return build()
        _write(recording, handle, person)
        return recording.answer


def _key(handle: Handle, person: User, options: dict[str, Any]) -> Key | None:
    """None where a recording would not be the same."""
    seed = doors.seed_of.get(handle.port)
    moved = abs(time.time() - time.clock_gettime(time.CLOCK_MONOTONIC) - _BOOTED) > 1
    if seed is None or not seed.is_fresh or moved or current_app.conf.task_always_eager:
        return None
    if _seeds.get(handle.port) is not seed:  # what was recorded behind the one before is old
        for old in [key for key in _recordings if key[0] == handle.port]:
            del _recordings[old]
        _seeds[handle.port] = seed
    if handle.site.calls or state_of(handle.site) != seed.state:
        return None
    try:
        asked = json.dumps(options, sort_keys=True)
    except TypeError:
        return None
    return handle.port, person.username, person.role, asked, _own_settings()


def _own_settings() -> str:
    """What this test has set otherwise."""
    found: dict[str, Any] = {}
    holder = settings._wrapped
    while hasattr(holder, "default_settings"):
        found = {**vars(holder), **found}
        holder = holder.default_settings
    unlike = {"default_settings", "_deleted", "SETTINGS_MODULE", *SETTINGS_OF_EVERY_TEST}
    return repr(sorted((name, repr(value)) for name, value in found.items() if name not in unlike))


# ── Recording ────────────────────────────────────────────────────────────────────────────────────
def _record(key: Key, handle: Handle, person: User, build: Callable[[], Keys]) -> Keys:
    before, waiting = _tables(), len(database.run_on_commit)
    remembered = [{*one} for one in REMEMBERED]
    answer = build()
    after = _tables()
    changed = {table: rows for table, rows in after.items() if rows != before[table]}
    if (
        any(before[table] for table in changed)
        or state_of(handle.site) != _seeds[handle.port].state
    ):
        return answer  # it changed what was there before, or Jira: that is not recorded
    _recordings[key] = Recording(
        person.pk,
        answer,
        time.monotonic(),
        changed,
        dict(handle.site.calls),
        handle.site.writes,
        [(act, robust) for _, act, robust in database.run_on_commit[waiting:]],
        tuple(
            {name: value for name, value in one.items() if name not in known}
            for one, known in zip(REMEMBERED, remembered, strict=True)
        ),
    )
    return answer


def _tables() -> dict[str, Rows]:
    with database.cursor() as cursor:
        found = {}
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {_quoted(table)}")  # noqa: S608  (a name of a table)
            found[table] = sorted(cursor.fetchall(), key=repr)
        return found


# ── Writing again ────────────────────────────────────────────────────────────────────────────────
def _filled(tables: dict[str, Rows]) -> tuple[bool, ...]:
    asked = ", ".join(f"EXISTS (SELECT 1 FROM {_quoted(table)})" for table in tables)  # noqa: S608
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        return cursor.fetchone()


def _write(recording: Recording, handle: Handle, person: User) -> None:
    with database.cursor() as cursor:
        for table, rows in recording.rows.items():
            row = f"({', '.join(['%s'] * len(rows[0]))})"
            values = [_for(person, recording.person, value) for row in rows for value in row]
            statement = f"INSERT INTO {_quoted(table)} VALUES {', '.join([row] * len(rows))}"  # noqa: S608
            cursor.execute(statement, values)
    handle.site.calls.update(recording.calls)
    handle.site.writes += recording.posts
    for act, robust in recording.after_commit:
        transaction.on_commit(act, robust=robust)
    _as_of_now(recording)


def _as_of_now(recording: Recording) -> None:
    """What counts by seconds, not by minutes, as if built just now: proofs, signs of success, and the
    report that waits for a worker.
    """
    age = time.monotonic() - recording.made
    for memory, remembered in zip(REMEMBERED, recording.remembered, strict=True):
        for name, value in remembered.items():
            memory[name] = value + age if isinstance(value, float) else value
    now = timezone.now()
    for moment in ("last_success", "last_in", "last_out"):
        Connection.objects.exclude(**{moment: None}).update(**{moment: now})
    PermissionReport.objects.update(created=now)


def _for(person: User, recorded: uuid.UUID, value: Any) -> Any:
    """The value, where it names the person of the recording as naming this one."""
    if value == recorded:
        return person.pk
    if isinstance(value, str):
        return value.replace(recorded.hex, person.pk.hex).replace(str(recorded), str(person.pk))
    return value


def _quoted(table: str) -> str:
    return database.ops.quote_name(table)
