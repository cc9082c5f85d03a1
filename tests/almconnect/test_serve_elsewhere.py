"""`serve` on PostgreSQL and Redis by environment variables alone; its first start gives a setup link."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.almconnect.installations import get, running

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.redis,
]


def commands_of(pid: int) -> list[bytes]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [Path(f"/proc/{child}/cmdline").read_bytes() for child in children]


def states(told: dict[str, Any]) -> set[str]:
    return {
        part["state"] for part in json.loads(get(told["url"] + "/readyz")[1])["checks"].values()
    }


def test_it_uses_what_it_is_given(tmp_path: Path, postgres_url: str, redis_url: str) -> None:
    elsewhere = {"ALMCONNECT_DATABASE_URL": postgres_url, "ALMCONNECT_BROKER_URL": redis_url}
    with running("serve", tmp_path / "data", **elsewhere) as (process, told):
        assert states(told) == {"ok"}
        assert told["sandboxes"] == {}
        assert get(told["login_url"])[0] == 200
        assert not any(b"valkey-server" in command for command in commands_of(process.pid))
        assert not list((tmp_path / "data").glob("*.sqlite3"))
        with psycopg.connect(postgres_url) as connection:
            connection.execute(
                "INSERT INTO accounts_user (id, username, password, role, time_zone, is_active, "
                "is_staff, is_superuser, first_name, last_name, email, date_joined, rounds) VALUES "
                "(gen_random_uuid(), 'anna', '!', 'admin', 'UTC', true, false, false, '', '', '', now(), 0)"
            )
    with running("serve", tmp_path / "data", **elsewhere) as (_, told):
        assert told["login_url"] == "", "people exist: nobody may set the console up again"
