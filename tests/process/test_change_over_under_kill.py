"""The second way in under SIGKILL, in processes of their own: after each kill there is a way in, whole, and
no secret stands in what any of them wrote.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jira_sandbox.model.people import User
from jira_sandbox.server import running
from tests.process.test_key_under_kill import DJANGO, ring, run

pytestmark = pytest.mark.process

FIRST, SECOND = "canary-first-51", "canary-second-52"
BEGIN = """
import django, sys; django.setup()
from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.setup import settings_editing
sealing.check_keys()
row = settings_editing.create(actor=None, name="c", base_url=sys.argv[1], auth_method="basic")
assert credentials.offer(row, Credential("basic", Secret(sys.argv[2]), "one"), actor=None), row.diagnosis
"""


def killed(folder: Path, kills: int, **more: str) -> dict[str, object]:
    """Connects, then goes over and back under so many kills. What the program counted."""
    (folder / "data").mkdir()
    with running("datacenter") as jira:
        for name, password in (("one", FIRST), ("two", SECOND)):
            jira.site.add_user(User(name, name.title(), f"{name}@example.com", password, ""))
        names = {**more, **DJANGO, "ALMCONNECT_EGRESS_ALLOW": "127.0.0.0/8"}
        run(folder, ring("k"), "manage.py", "migrate", "-v0", **names)
        begun = run(folder, ring("k"), "-c", BEGIN, jira.url, FIRST, **names)
        assert begun.returncode == 0, begun.stderr
        words = ("-m", "tests.process.changing_over", str(kills), FIRST, SECOND)
        found = run(folder, ring("k"), *words, **names)
        assert found.returncode == 0, found.stderr[-2000:]
    logs = [one.read_bytes() for one in (folder / "data").rglob("*") if one.is_file()]
    for secret in (FIRST, SECOND):
        assert secret not in found.stdout + found.stderr + begun.stderr
        assert not any(secret.encode() in one for one in logs)
    told: dict[str, object] = json.loads(found.stdout)
    return told


@pytest.mark.timeout(180)
def test_thirty_kills_leave_a_way_in(tmp_path: Path) -> None:
    told = killed(tmp_path, 30)
    assert (told["kills"], told["shut_out"]) == (30, 0), told
    assert isinstance(told["at"], dict)
    assert all(told["at"].values()), told
    assert told["went_over"], told


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_two_hundred_kills_leave_a_way_in(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    more = {}
    if database == "postgres":
        more["ALMCONNECT_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    told = killed(tmp_path, 200, **more)
    assert (told["kills"], told["shut_out"]) == (200, 0), told
