"""A thousand creates, and the answer to each is lost: every item ends with one issue of its own.

CI runs tests/sync on both databases. A history takes a quarter of a minute, so each database has one
kind of Jira; workers that are killed meanwhile are the soak's (tests/process/test_soak.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

import pytest
from django.conf import settings

from jira_sandbox.server import Handle, running
from planning.models import Change, WorkItem
from tests.sync.world import World

THOUSAND = 1000
CREATES = r"/issue(/bulk)?$"
# What a slice of creates suffers. Its first call may never be carried out; the others are, and their
# answers do not say so.
NEVER: tuple[tuple[str, Any], ...] = (("request_lost", True), ("error", 500))
CARRIED_OUT = ("answer_lost", "answer_html", "truncated", "garbage")
ROUNDS = 16
ON_SQLITE = "sqlite" in settings.DATABASES["default"]["ENGINE"]


@pytest.fixture(params=["cloud" if ON_SQLITE else "datacenter"])
def handle(request: pytest.FixtureRequest) -> Iterator[Handle]:
    with running(flavour=request.param) as one:
        yield one


@pytest.mark.slow
def test_each_has_one_issue(world: World):
    for number in range(THOUSAND):
        world.create(f"One of a thousand, {number}")
    mine = Change.objects.filter(item__summary__startswith="One of a thousand")
    never, carried_out, lost = iter(NEVER), cycle(CARRIED_OUT), set()
    for _ in range(ROUNDS):
        if mine.filter(attempts=0).exists():
            world.fault(next(carried_out), method="POST", path=CREATES)
            for name, value in islice(never, 1):
                world.fault(name, value, times=1, method="POST", path=CREATES)
        world.push(rounds=1)
        world.mend()
        lost |= set(mine.filter(state="looking").values_list("pk", flat=True))
    assert set(mine.values_list("state", flat=True)) == {"settled"}
    assert len(lost) == THOUSAND
    with world.handle.site.lock:
        words = [one.values["summary"] for one in world.handle.site.issues.values()]
    made = Counter(word for word in words if word.startswith("One of a thousand"))
    assert (len(made), set(made.values())) == (THOUSAND, {1})
    rows = WorkItem.objects.filter(summary__startswith="One of a thousand")
    assert set(rows.values_list("sync_state", flat=True)) == {"synced"}
    assert rows.values("remote_key").distinct().count() == THOUSAND
