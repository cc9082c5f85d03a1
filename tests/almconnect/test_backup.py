"""Backup and restore, round trip, by their own commands: SQLite, PostgreSQL, and from one to the other.

Starting a process is what takes the time here: each kind of database is migrated once and copied, filled
and backed up once, and then restored into both kinds.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.process, pytest.mark.slow]
FILL = """
import django; django.setup()
from accounts.models import User, ApiToken
from connections.access import sealing
from connections.models import Connection, MappedProject, SecretField
from almconnect.lib.secret import Secret
from planning.models import WorkItem
from sync.models import Delivery
person = User.objects.create_user(username="anna", password="anna-password", role="admin")
ApiToken.issue(person, "admin", name="script")
jira = Connection.objects.create(name="Plant", base_url="https://jira.example.com", created_by=person)
sealing.check_keys()
sealing.store(jira, SecretField.PASSWORD, Secret("s3cret-of-jira"))
project = MappedProject.objects.create(connection=jira, key="ABC", name="ABC", remote_id="1")
parent = WorkItem.objects.create(project=project, type="Feature", summary="Brakes", labels=["ü", "b"])
for number in range(700):
    WorkItem.objects.create(project=project, type="Story", summary=str(number), parent=parent)
Delivery.objects.create(connection=jira, identity="1", event="x", body=bytes([0, 255, 7]))
"""
TELL = """
import django; django.setup()
import hashlib
from accounts.models import User, ApiToken
from connections.access import sealing
from connections.models import Connection, SecretField
from planning.models import WorkItem
from sync.models import Delivery
jira = Connection.objects.get()
names = ("pk", "summary", "parent", "labels", "created", "version")
items = WorkItem.objects.order_by("pk").values_list(*names)
print(User.objects.get().check_password("anna-password"), jira.created_by, ApiToken.objects.count())
print(sealing.load(jira, SecretField.PASSWORD).reveal())
print(items.count(), hashlib.sha256(str(list(items)).encode()).hexdigest())
print(bytes(Delivery.objects.get().body), Delivery.objects.get().received)
"""
COUNTS = """
SELECT (SELECT count(*) FROM accounts_user), (SELECT count(*) FROM connections_connection),
       (SELECT count(*) FROM planning_workitem)
"""
MORE = """
import django; django.setup()
from connections.models import Connection
from sync.models import Delivery
Delivery.objects.create(connection=Connection.objects.get(), identity="2", event="x", body=b"")
"""


@dataclass
class Installation:
    """An installation by its data folder; `database` is an address, or empty for SQLite."""

    folder: Path
    database: str = ""

    @property
    def variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if "ALMCONNECT" not in name}
        own = {
            "ALMCONNECT_DATA_DIR": str(self.folder / "data"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "DJANGO_SETTINGS_MODULE": "almconnect.settings",
            "PYTHONPATH": str(ROOT),
        }
        return {**kept, **own, "ALMCONNECT_DATABASE_URL": self.database}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("manage.py", *words)

    def python(self, code: str) -> str:
        done = self.run("-c", code)
        assert done.returncode == 0, done.stderr[-1500:]
        return done.stdout

    @property
    def keys(self) -> Path:
        (found,) = (self.folder / "config").rglob("encryption.keys")
        return found


class Installations:
    """Installations, each with data and keys of its own; those of a kind are copies of one migrated."""

    def __init__(self, folder: Path, server: Callable[[], str]) -> None:
        self.folder, self._server = folder, server
        self._migrated: dict[str, Installation] = {}
        self._saved: dict[str, Saved] = {}
        self._made: list[str] = []

    def empty(self, kind: str) -> Installation:
        """Nothing but migrate has run on it."""
        if kind not in self._migrated:
            first = Installation(
                self.folder / kind, self._database() if kind == "postgresql" else ""
            )
            first.folder.mkdir()
            done = first.manage("migrate")
            assert done.returncode == 0, done.stderr[-1500:]
            self._migrated[kind] = first
        first = self._migrated[kind]
        one = Installation(self.folder / f"{kind}-{secrets.token_hex(4)}")
        shutil.copytree(first.folder / "data", one.folder / "data")
        if first.database:
            one.database = self._database(first.database)
        return one

    def saved(self, kind: str) -> Saved:
        """One with content, and its backup."""
        if kind not in self._saved:
            installation, archive = self.empty(kind), self.folder / f"{kind}.tar.gz"
            told = installation.python(FILL + TELL)
            done = installation.manage("backup", str(archive))
            assert done.returncode == 0, done.stderr[-1500:]
            self._saved[kind] = Saved(installation, told, archive)
        return self._saved[kind]

    def _database(self, template: str = "template1") -> str:
        name = f"almconnect_{secrets.token_hex(6)}"
        source = template.rpartition("/")[2]
        with psycopg.connect(self._server(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        self._made.append(name)
        return self._server().rpartition("/")[0] + f"/{name}"

    def close(self) -> None:
        for name in self._made:
            with psycopg.connect(self._server(), autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass
class Saved:
    """What was backed up: `told` is what TELL said of it."""

    installation: Installation
    told: str
    archive: Path


@pytest.fixture(scope="module")
def installations(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Installations]:
    made = Installations(
        tmp_path_factory.mktemp("installations"), lambda: request.getfixturevalue("postgres_server")
    )
    yield made
    made.close()


SQLITE = "sqlite"
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)


@pytest.mark.parametrize("target", [SQLITE, POSTGRESQL])
@pytest.mark.parametrize("source", [SQLITE, POSTGRESQL])
def test_a_round_trip(source: str, target: str, installations: Installations) -> None:
    old, new = installations.saved(source), installations.empty(target)
    done = new.manage("restore", str(old.archive), "--keys", str(old.installation.keys))
    assert done.returncode == 0, done.stderr[-1500:]
    assert "1 credentials open" in done.stdout
    assert new.python(TELL + MORE) == old.told  # and ids go on where the backup ended


def test_an_archive_is_private_and_holds_no_key(installations: Installations) -> None:
    saved = installations.saved(SQLITE)
    assert saved.archive.stat().st_mode & 0o777 == 0o600
    key = saved.installation.keys.read_text().partition(":")[2].strip()
    with tarfile.open(saved.archive) as opened:
        texts = [opened.extractfile(part).read().decode() for part in opened.getmembers()]  # type: ignore[union-attr]
    assert any("Brakes" in text for text in texts)
    for secret in (key, "s3cret-of-jira"):
        assert not [text for text in texts if secret in text]


def test_other_keys_are_refused_and_nothing_is_restored(installations: Installations) -> None:
    new = installations.empty(SQLITE)
    refused = new.manage(
        "restore", str(installations.saved(SQLITE).archive)
    )  # keys it made for itself
    assert refused.returncode == 1
    assert "encryption keys are not in the backup" in refused.stderr.replace("\n", " ")
    opened = sqlite3.connect(new.folder / "data" / "almconnect.sqlite3")
    counts = opened.execute(COUNTS).fetchone()
    opened.close()
    assert counts == (0, 0, 0)


def test_one_in_use_is_refused(installations: Installations) -> None:
    saved = installations.saved(SQLITE)
    again = saved.installation.manage("restore", str(saved.archive))
    assert again.returncode == 1
    assert "in use" in again.stderr


def test_what_is_no_backup_is_refused(installations: Installations, tmp_path: Path) -> None:
    installation = installations.empty(SQLITE)
    (tmp_path / "x").write_text("no archive")
    for name in ("x", "missing"):
        done = installation.manage("restore", str(tmp_path / name))
        assert done.returncode == 1, done.stdout
        assert "not a backup that can be read" in done.stderr
    assert installation.manage("backup").returncode == 2
