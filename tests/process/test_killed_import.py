"""An import whose worker is killed in the middle goes on where it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jira_sandbox.server import Handle, running
from tests.almconnect.waiting import wait_for
from tests.process.installation import Installation
from tests.process.jira_side import Jira
from tests.process.test_one_budget import CONNECT

pytestmark = [pytest.mark.process, pytest.mark.slow]
ISSUES = 4000
MAP = """
from accounts.models import User
from connections.models import Connection
from sync.mapping import project_mapping
project, run = project_mapping.map_project(Connection.objects.get(), "FALCON", actor=User.objects.get())
print(run.pk)
"""
WORK = "from sync.runs import project_runs\nwhile project_runs.work({run!r}): pass"
SEE = """
from planning.models import WorkItem
from sync.models import Run
run = Run.objects.get()
keys = list(WorkItem.objects.values_list("remote_key", flat=True))
print(run.state, run.done, len(keys), len(set(keys)))
"""


# Each kind of Jira once, each database once: it takes half a minute.
PAIRS = [("cloud", "sqlite"), ("datacenter", "postgres")]


@pytest.fixture(params=PAIRS, ids="-".join)
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


@pytest.fixture
def handle(pair: tuple[str, str]) -> Iterator[Handle]:
    with running(flavour=pair[0]) as one:
        yield one


@pytest.fixture
def console(
    pair: tuple[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Installation]:
    environment = {"ALMCONNECT_BROKER_URL": "memory://"}
    if pair[1] == "postgres":
        environment["ALMCONNECT_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    one = Installation(tmp_path, environment)
    yield one
    one.down()


def seen(console: Installation) -> tuple[str, int, int, int]:
    state, *numbers = console.command("shell", "-v", "0", "-c", SEE).split()
    done, rows, different = map(int, numbers)
    return state, done, rows, different


def calls(handle: Handle) -> int:
    """How often issues were read whole: in bulk by their ids, or elsewhere by a search."""
    kind = "bulkfetch" if handle.site.cloud else "search"
    return sum(count for name, count in handle.site.calls.items() if kind in name)


def most(handle: Handle) -> int:
    """So many calls have read three quarters of the issues, so that a second round of parts has begun
    and the first is counted. Where they are found by searches, one reads 200, and the cuts between
    ranges of ids are looked up before, by a search each.
    """
    return ISSUES * 3 // 400 if handle.site.cloud else ISSUES // 200 + ISSUES * 3 // 800


def test_it_goes_on_where_it_was(console: Installation, handle: Handle) -> None:
    site: Any = handle.site
    user = site.users["svc-alm"]
    name, secret = (user.email, user.api_token) if site.cloud else (user.name, user.password)
    site.add_bulk_issues(site.project("FALCON"), ISSUES)
    for issue in site.issues.values():
        issue.updated -= timedelta(days=1)  # so that the catch-up has nothing to read again
    console.migrate()
    console.command("shell", "-c", CONNECT.format(url=handle.url, name=name, secret=secret))
    run = console.command("shell", "-v", "0", "-c", MAP).split()[-1]
    site.parts["faults"].switch("slow", 400)
    before = calls(handle)
    console.run_code("importer", WORK.format(run=run))
    wait_for("most of it is read", lambda: calls(handle) - before >= most(handle), 60)
    console.kill("importer")
    state, done, rows, _ = seen(console)
    already = done
    assert (state, 0 < done < ISSUES, rows > 0) == ("running", True, True)
    site.parts["faults"].clear()
    before = calls(handle)
    wait_for("the killed worker's lease ends", lambda: ended(console, run), 90)
    state, done, rows, different = seen(console)
    assert state == "finished"
    assert rows == different == done == len(Jira(handle).summaries())
    # From where it was: not all of it again (a part in hand, the count and the catch-up are).
    assert calls(handle) - before <= (rows - already) / 100 + 12, (already, calls(handle) - before)


def ended(console: Installation, run: str) -> bool:
    console.command("shell", "-v", "0", "-c", WORK.format(run=run))
    return seen(console)[0] == "finished"
