"""Workers are away while edits and webhooks pour in: the queues stay small, and then everything is done."""

from __future__ import annotations

import json
from collections import Counter

import pytest
import redis
import requests

from tests.almconnect.waiting import wait_for
from tests.process.installation import AFTER_A_KILL, Installation, differences
from tests.process.jira_side import Jira

pytestmark = [pytest.mark.process, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]
QUEUES = ("outbound", "inbound", "bulk", "interactive")
PROCESSES, TICKS = (
    3,
    5,
)  # for so many ticks nobody comes: those of one process, and then of the next
TICK = (
    "import time; from sync.schedule.tasks import tick\nfor _ in range({}): tick(); time.sleep(2)"
)


def messages(broker: redis.Redis) -> Counter[str]:
    """Task with its ids → messages of it that wait; ticks end by themselves after ten seconds."""
    found: Counter[str] = Counter()
    for queue in QUEUES:
        for raw in broker.lrange(queue, 0, -1):
            headers = json.loads(raw)["headers"]
            if headers["task"] != "sync.tick":
                found[headers["task"] + headers["argsrepr"]] += 1
    return found


def test_one_message_of_each_and_nothing_left_undone(
    console: Installation, jira: Jira, redis_url: str
) -> None:
    project = console.connect(jira.handle)["id"]
    items = console.items(project)
    keys = sorted(items)
    console.kill("worker")
    console.kill("beat")
    with redis.Redis.from_url(redis_url) as broker:
        for number in range(40):
            key = keys[number % len(keys)]
            console.call("PATCH", f"/items/{items[key]['id']}", summary=f"Board {number}")
            jira.create(f"Jira's {number}")
        broker.flushdb()
        for _ in range(PROCESSES):
            # What a worker's ticks do, by a process that does nothing else.
            console.command("shell", "-v", "0", "-c", TICK.format(TICKS))
        found = messages(broker)
        assert found, "the rows were found"
        assert max(found.values()) == 1, found
        console.start("worker")
        console.start("beat")
        wait_for("both sides equal", lambda: not differences(console, project, jira), AFTER_A_KILL)
        wait_for("empty queues", lambda: sum(messages(broker).values()) <= 3, 60)
    assert requests.get(f"{console.url}/readyz", timeout=10).status_code == 200
