"""`./run.py manage init` writes what compose needs, once, and never touches what exists."""

from __future__ import annotations

import base64
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from almconnect import command
from almconnect.setup_files import write
from tests.almconnect import compose_file as compose


def test_every_secret_that_compose_mounts_is_written(tmp_path: Path) -> None:
    write(tmp_path)
    wanted = {
        name for service in compose.services().values() for name in service.get("secrets", [])
    }
    assert {path.name for path in (tmp_path / "secrets").iterdir()} == wanted


def test_the_folder_is_closed_to_others(tmp_path: Path) -> None:
    write(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_addresses_hold_the_passwords_of_their_servers(tmp_path: Path) -> None:
    write(tmp_path)
    secrets = tmp_path / "secrets"
    for address, password in (("database_url", "db_password"), ("broker_url", "redis_password")):
        assert (
            urlsplit((secrets / address).read_text()).password == (secrets / password).read_text()
        )


def test_the_encryption_key_has_256_bits(tmp_path: Path) -> None:
    write(tmp_path)
    kid, _, key = (tmp_path / "secrets" / "encryption_keys").read_text().partition(":")
    assert kid == "k1"
    assert len(base64.b64decode(key, validate=True)) == 32


def test_a_second_run_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def contents() -> dict[str, str]:
        return {str(path): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}

    assert command.run(["init", str(tmp_path)]) == 0
    before = contents()
    assert command.run(["init", str(tmp_path)]) == 0
    assert contents() == before
    said = capsys.readouterr().out
    assert "kept" in said
    assert all(value not in said for path, value in before.items() if "/secrets/" in path)
