"""The thread on PostgreSQL and Redis with a real worker: each side hears of the other by no poll."""

from __future__ import annotations

import pytest

from tests.almconnect.waiting import wait_for
from tests.process.installation import Installation
from tests.process.jira_side import Jira

pytestmark = [pytest.mark.process, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]
PATIENCE = 60.0  # of a busy machine; how soon it is otherwise, the benchmark `latency` tells


@pytest.fixture
def poll_seconds() -> int:
    """No poll helps: what arrives came by a webhook, or by the wake-up of an edit."""
    return 3600


def test_both_sides_see_each_other(console: Installation, jira: Jira) -> None:
    project = console.connect(jira.handle)["id"]

    wait_for("the webhook", lambda: console.webhook_state() == "registered", PATIENCE)
    key, item = next(iter(console.items(project).items()))

    console.call("PATCH", f"/items/{item['id']}", summary="From the board", status="Done")
    wait_for(
        "a board edit in Jira",
        lambda: jira.summaries()[key][:2] == ("From the board", "Done"),
        PATIENCE,
    )
    jira.edit(key, summary="From Jira")
    wait_for(
        "a Jira edit on the board",
        lambda: console.call("GET", f"/items/{item['id']}")["summary"] == "From Jira",
        PATIENCE,
    )
    born = console.call("POST", "/items", project=project, type="Story", summary="Born here")
    wait_for(
        "a new item in Jira",
        lambda: [one for one in jira.summaries().values() if one[0] == "Born here"],
        PATIENCE,
    )
    there = jira.create("Born there")
    wait_for("a new issue on the board", lambda: there in console.items(project), PATIENCE)
    link = console.call("POST", "/links", source=item["id"], target=born["id"], type="blocks")
    assert link["type"] == "blocks"
    wait_for(
        "a link in Jira",
        lambda: jira.call("GET", f"/rest/api/2/issue/{key}")["fields"]["issuelinks"],
        PATIENCE,
    )
    console.call("DELETE", f"/items/{born['id']}")
    wait_for(
        "a deletion in Jira",
        lambda: not [one for one in jira.summaries().values() if one[0] == "Born here"],
        PATIENCE,
    )
    jira.delete(there)
    wait_for("a deletion on the board", lambda: there not in console.items(project), PATIENCE)
