"""Kill the worker, wipe the broker, edit on both sides, start again: both sides end equal."""

from __future__ import annotations

import pytest
import redis

from tests.almconnect.waiting import wait_for
from tests.process.installation import AFTER_A_KILL, Installation, differences
from tests.process.jira_side import Jira

pytestmark = [pytest.mark.process, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


def test_both_sides_end_equal(console: Installation, jira: Jira, redis_url: str) -> None:
    project = console.connect(jira.handle)["id"]
    items = console.items(project)
    keys = sorted(items)

    for number in range(10):  # some of this is under way when the worker dies
        console.call("POST", "/items", project=project, type="Story", summary=f"Early {number}")
    console.kill("worker")
    with redis.Redis.from_url(redis_url) as broker:
        broker.flushdb()

    for number, key in enumerate(keys[:4]):
        console.call("PATCH", f"/items/{items[key]['id']}", summary=f"Board {number}")
    for number, key in enumerate(keys[4:8]):
        jira.edit(key, summary=f"Jira {number}", labels=["late"])
    jira.edit(keys[0], labels=["other-field"])
    for number in range(5):
        console.call("POST", "/items", project=project, type="Story", summary=f"Late {number}")
        jira.create(f"Jira's {number}")
    console.call("DELETE", f"/items/{items[keys[8]]['id']}")
    jira.delete(keys[9])
    with redis.Redis.from_url(redis_url) as broker:
        broker.flushdb()

    console.start("worker")
    wait_for("both sides equal", lambda: not differences(console, project, jira), AFTER_A_KILL)

    summaries = [summary for summary, _, _ in jira.summaries().values()]
    for number in range(10):
        assert summaries.count(f"Early {number}") == 1
    for number in range(5):
        assert summaries.count(f"Late {number}") == 1
        assert summaries.count(f"Jira's {number}") == 1
    assert {keys[8], keys[9]}.isdisjoint(jira.summaries())
    assert jira.summaries()[keys[0]] == ("Board 0", jira.summaries()[keys[0]][1], ["other-field"])
