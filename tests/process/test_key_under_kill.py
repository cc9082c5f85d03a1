"""The encryption key: rotation under 50 kills loses nothing, and a wrong key refuses every start."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process.installation import ROOT, free_port

pytestmark = pytest.mark.process


def ring(*kids: str) -> str:
    return ",".join(f"{k}:{base64.b64encode((k * 32)[:32].encode()).decode()}" for k in kids)


def run(folder: Path, keys: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    base = {name: value for name, value in os.environ.items() if "ALMCONNECT" not in name}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={
            **base,
            "PYTHONPATH": str(ROOT),
            "ALMCONNECT_DATA_DIR": str(folder / "data"),
            "ALMCONNECT_BASE_URL": "http://127.0.0.1:8000",
            "ALMCONNECT_WEB_PORT": str(free_port()),
            "ALMCONNECT_SECRET_KEY": "tests-only-" + "s" * 50,
            "ALMCONNECT_ENCRYPTION_KEYS": keys,
            "XDG_CONFIG_HOME": str(folder / "config"),
            **more,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


SEAL = """
import django; django.setup()
from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.models import Connection, SecretField
sealing.check_keys()
row = Connection.objects.create(name="c", base_url="https://c.example.com")
sealing.store(row, SecretField.PASSWORD, Secret("s"))
"""
OPEN = """
import django; django.setup()
from connections.access import sealing
from connections.models import Connection, SecretField
sealing.check_keys()
print(sealing.load(Connection.objects.get(), SecretField.PASSWORD).reveal())
"""
DJANGO = {"DJANGO_SETTINGS_MODULE": "almconnect.settings"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with one sealed credential."""
    made = tmp_path_factory.mktemp("house")
    (made / "data").mkdir()
    done = run(made, ring("old"), "manage.py", "migrate", "-v0")
    assert done.returncode == 0, done.stderr
    done = run(made, ring("old"), "-c", SEAL, **DJANGO)
    assert done.returncode == 0, done.stderr
    return made


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_fifty_kills_leave_every_credential_readable(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    more = {}
    (tmp_path / "data").mkdir()
    if database == "postgres":
        more["ALMCONNECT_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    run(tmp_path, ring("old"), "manage.py", "migrate", "-v0", **more)
    done = run(tmp_path, ring("old", "new"), "-m", "tests.process.rotating", "1000", "50", **more)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert (told["kills"], told["unreadable"], told["left"]) == (50, 0, 0), told


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_wrong_key_refuses_the_start_and_names_the_variable(folder: Path, role: str) -> None:
    another = "old:" + base64.b64encode(bytes(32)).decode()
    for wrong in (another, ring("new"), "old:short"):
        done = run(folder, wrong, "-m", "almconnect.command", role)
        assert done.returncode != 0
        assert "ALMCONNECT_ENCRYPTION_KEYS" in done.stdout + done.stderr
    kept = run(folder, ring("old"), "-c", OPEN, **DJANGO)
    assert (kept.returncode, kept.stdout.strip()) == (0, "s"), kept.stderr
