"""Nine connections to a Jira that takes six seconds a call delay no edit of a tenth."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from jira_sandbox.server import Handle, running
from tests.almconnect.waiting import wait_for
from tests.process.installation import Installation
from tests.process.jira_side import PROJECT, Jira

pytestmark = [pytest.mark.process, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]
SLOW_ONES = 9


@pytest.fixture(params=["cloud"])
def handle(request: pytest.FixtureRequest) -> Iterator[Handle]:
    with running(flavour=request.param, service_admin=True) as one:
        yield one


def connect(console: Installation, handle: Handle, name: str) -> dict[str, Any]:
    user = handle.site.users["svc-alm"]
    connection = console.call(
        "POST",
        "/connections",
        name=name,
        tool="jira",
        base_url=handle.url,
        auth_method="basic",
        username=user.email,
        secret=user.api_token,
    )
    path = f"/connections/{connection['id']}/projects"
    project: dict[str, Any] = console.call("POST", path, project_key=PROJECT)
    return project


def says(jira: Jira, key: str, summary: str) -> bool:
    return jira.summaries()[key][0] == summary


def test_a_slow_jira_delays_no_other(console: Installation, handle: Handle) -> None:
    with running(flavour="cloud", service_admin=True) as crawling:
        slow = [connect(console, crawling, f"Slow {number}") for number in range(SLOW_ONES)]
        quick = connect(console, handle, "Quick")

        def imported() -> bool:
            found = [console.call("GET", f"/projects/{one['id']}") for one in (*slow, quick)]
            return all(one["import"]["state"] == "finished" for one in found)

        wait_for("the imports", imported, 120)
        crawling.site.parts["faults"].switch("slow", 6000)
        time.sleep(20)  # polls are due every three seconds: by now each slow one has been met
        jira, waits = Jira(handle), []
        items = console.items(quick["id"])
        for number, key in enumerate(sorted(items)[:6]):
            summary = f"Quick edit {number}"
            began = time.monotonic()
            console.call("PATCH", f"/items/{items[key]['id']}", summary=summary)
            wait_for("the edit in Jira", partial(says, jira, key, summary), 30)
            waits.append(time.monotonic() - began)
        crawling.site.parts["faults"].clear()
        assert sorted(waits)[-2] < 3.0, waits
