"""Backup and restore, round trip, by their own commands: SQLite, PostgreSQL, and from one to the other."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.process, pytest.mark.slow]
FILL = """
import django; django.setup()
from accounts.models import User, ApiToken
from connections import sealing
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
from connections import sealing
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
MORE = """
import django; django.setup()
from connections.models import Connection
from sync.models import Delivery
Delivery.objects.create(connection=Connection.objects.get(), identity="2", event="x", body=b"")
"""


@dataclass
class House:
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

    def made(self) -> House:
        self.folder.mkdir(exist_ok=True)
        done = self.manage("migrate")
        assert done.returncode == 0, done.stderr[-1500:]
        return self


def database_of(kind: str, request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("postgres_url") if kind == "postgresql" else ""


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("sqlite", "sqlite"),
        pytest.param("sqlite", "postgresql", marks=pytest.mark.postgres),
        pytest.param("postgresql", "sqlite", marks=pytest.mark.postgres),
    ],
)
def test_a_round_trip(
    source: str, target: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    old = House(tmp_path / "old", database_of(source, request)).made()
    old.python(FILL)
    told, archive = old.python(TELL), tmp_path / "alm.tar.gz"
    done = old.manage("backup", str(archive))
    assert done.returncode == 0, done.stderr[-1500:]
    assert archive.stat().st_mode & 0o777 == 0o600
    _holds_no_key(archive, old)

    new = House(tmp_path / "new", database_of(target, request)).made()
    refused = new.manage("restore", str(archive))  # with keys that it made for itself
    assert refused.returncode == 1
    assert "encryption keys are not in the backup" in refused.stderr.replace("\n", " ")
    assert new.run("-c", TELL).returncode != 0  # nothing is there

    done = new.manage("restore", str(archive), "--keys", str(old.keys))
    assert done.returncode == 0, done.stderr[-1500:]
    assert "1 credentials open" in done.stdout
    assert new.python(TELL) == told
    new.python(MORE)  # ids go on where the backup ended
    again = new.manage("restore", str(archive))
    assert again.returncode == 1
    assert "in use" in again.stderr


def _holds_no_key(archive: Path, house: House) -> None:
    key = house.keys.read_text().partition(":")[2].strip()
    with tarfile.open(archive) as opened:
        for part in opened.getmembers():
            text = opened.extractfile(part).read().decode()  # type: ignore[union-attr]
            assert key not in text
            assert "s3cret-of-jira" not in text


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    house = House(tmp_path / "one").made()
    (tmp_path / "x").write_text("no archive")
    for name in ("x", "missing"):
        done = house.manage("restore", str(tmp_path / name))
        assert done.returncode == 1, done.stdout
        assert "not a backup that can be read" in done.stderr
    assert house.manage("backup").returncode == 2
