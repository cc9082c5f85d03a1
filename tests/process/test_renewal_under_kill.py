"""The tokens of OAuth 2.0 under SIGKILL, in processes of their own: there is a way in after each kill, and
no secret in what any of them wrote.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jira_sandbox.oauth2.register import register_of
from jira_sandbox.server import running
from tests.consenting import app_at, consent
from tests.process.test_key_under_kill import DJANGO, ring, run

pytestmark = pytest.mark.process

BEGIN = """
import django, sys; django.setup()
from accounts.models import User
from connections.access import sealing
from connections.models import Connection
from connections.oauth import person_flow
from connections.setup import settings_editing
sealing.check_keys()
who = User.objects.create_user("ada", password="x", role="admin")
row = settings_editing.create(actor=who, name="c", base_url=sys.argv[1], auth_method="oauth2")
flow = person_flow.begin(row, sys.argv[2], sys.argv[3], actor=who, session_key="s")
print(person_flow.authorize(flow.pk, person=who, session_key="s"))
"""
END = """
import django, sys; django.setup()
from urllib.parse import parse_qs, urlsplit
from accounts.models import User
from connections.oauth import person_flow
given = {k: v[0] for k, v in parse_qs(urlsplit(sys.argv[1]).query).items()}
print(person_flow.answer(given["state"], code=given["code"], error="", person=User.objects.get(),
    session_key="s").person.name)
"""


def killed(folder: Path, kills: int, **more: str) -> dict[str, object]:
    """Connects, then renews under so many kills. What the program counted."""
    (folder / "data").mkdir()
    with running("cloud", gateway=True) as jira:
        names = {"ALMCONNECT_ATLASSIAN_API": jira.gateway_url, **more}
        names |= {"ALMCONNECT_ATLASSIAN_AUTH": jira.gateway_url, **DJANGO}
        names["ALMCONNECT_EGRESS_ALLOW"] = "127.0.0.0/8"
        run(folder, ring("k"), "manage.py", "migrate", "-v0", **names)
        back = "http://127.0.0.1:8000/connections/oauth2/callback/"
        app = app_at(jira, back)
        begun = run(folder, ring("k"), "-c", BEGIN, jira.url, app.client_id, app.secret, **names)
        assert begun.returncode == 0, begun.stderr
        there = consent(jira, begun.stdout.strip())
        done = run(folder, ring("k"), "-c", END, there, **names)
        assert done.stdout.strip() == "ALM Service", done.stderr
        found = run(folder, ring("k"), "-m", "tests.process.renewing", str(kills), **names)
        assert found.returncode == 0, found.stderr[-2000:]
        (grant,) = register_of(jira.site).grants.values()
        secrets = [app.secret, *grant.refresh, *grant.access]
        written = found.stdout + found.stderr + done.stderr + begun.stderr
        logs = [one.read_bytes() for one in (folder / "data").rglob("*") if one.is_file()]
        for secret in secrets:
            assert secret not in written
            assert not any(secret.encode() in one for one in logs)
    told: dict[str, object] = json.loads(found.stdout)
    return told


@pytest.mark.timeout(180)
def test_thirty_kills_at_every_point_leave_a_way_in(tmp_path: Path) -> None:
    told = killed(tmp_path, 30)
    assert (told["kills"], told["shut_out"]) == (30, 0), told
    assert isinstance(told["at"], dict)
    assert all(told["at"].values()), told


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
