"""Taking issues in looks at the rows of these issues, not at all that the connection has.

What a statement looks at is asked of the database itself: an import would else cost more for each issue
the larger the project is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from almconnect.lib import bulk_rows
from connections.access.gateway import jira_for
from jira_client.values import Issue
from planning.models import Change, ChangeKind, ChangeState, Link, WorkItem
from sync.inbound import bisect, differences
from sync.models import Shadow
from sync.outbox import corrective_changes
from sync.pairs import states
from sync.pairs.rules import rules_of
from tests.sync.world import World

OTHERS = 2_000  # pairs that a statement has no business with
GROWING = ("sync_shadow", "planning_workitem", "planning_link", "planning_change", "sync_conflict")


@pytest.fixture
def large(world: World) -> World:
    """A project with many pairs already."""
    items = [
        WorkItem(project=world.project, type="Story", remote_id=str(n), remote_key=f"OLD-{n}")
        for n in range(700_000, 700_000 + OTHERS)
    ]
    bulk_rows.insert(items)
    bulk_rows.insert(
        [
            Shadow(connection=world.connection, project=world.project, item=item,
                   remote_id=item.remote_id, remote_key=item.remote_key)
            for item in items
        ]
    )  # fmt: skip
    # Every third was edited on the board once, and every second is linked to the next.
    bulk_rows.insert(
        [
            Change(project=world.project, item=item, kind=ChangeKind.EDIT, fields=["summary"],
                   state=ChangeState.SETTLED)
            for item in items[::3]
        ]
    )  # fmt: skip
    bulk_rows.insert(
        [
            Link(source=first, target=second, type="blocks", remote_id=first.remote_id)
            for first, second in pairwise(items[::2])
        ]
    )
    if connection.vendor == "postgresql":  # which does so by itself; SQLite is never asked to
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return world


def issues(world: World, parent: dict[str, Any]) -> list[Issue]:
    """Some new ones of the mapped project, as a search answers them."""
    field = rules_of(world.project).parent_fields[0]
    fields = {
        "project": {"id": world.project.remote_id, "key": world.project.key},
        "issuetype": {"id": next(iter(world.project.type_map.values()))},
        "summary": "Story", field: parent if field == "parent" else parent["key"],
    }  # fmt: skip
    return [
        Issue(id=str(900_000 + n), key=f"{world.project.key}-{9000 + n}", fields=fields)
        for n in range(20)
    ]


def take_in(world: World, new: list[Issue]) -> None:
    jira = jira_for(world.connection)
    assert bisect.take_in(jira, world.project, new, began=timezone.now())[1] == {}


def in_vain(work: Callable[[], object]) -> dict[str, int]:
    """Statement → rows that it looked at and left; only those that left more than a tenth of all."""
    with CaptureQueriesContext(connection) as seen:
        work()
    asked = {one["sql"] for one in seen if one["sql"].startswith("SELECT")}
    asked = {sql for sql in asked if any(f'FROM "{table}"' in sql for table in GROWING)}
    assert asked
    left = {sql: _left(sql) for sql in asked}
    return {sql: rows for sql, rows in left.items() if rows > OTHERS / 10}


def _left(sql: str) -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A small table is read whole whatever its indexes are; of a large one this is the choice.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            (found,) = cursor.fetchone()
            plans = json.loads(found) if isinstance(found, str) else found
            return sum(_removed(plans[0]["Plan"]))
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        steps = [str(row[-1]) for row in cursor.fetchall()]
    return OTHERS * sum(any(_is_wide(step, table) for table in GROWING) for step in steps)


def _removed(plan: dict[str, Any]) -> Iterator[int]:
    yield plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    for below in plan.get("Plans", ()):
        yield from _removed(below)


def _is_wide(step: str, table: str) -> bool:
    """A scan of the table, or a search by what all its rows have in common."""
    if step.startswith(f"SCAN {table}"):
        return True
    common = r"\((connection_id|project_id)=\?( AND state=\?)?\)$"
    return step.startswith(f"SEARCH {table} ") and bool(re.search(common, step))


def test_new_issues_are_taken_in(large: World) -> None:
    parent = {"id": "700005", "key": "OLD-700005"}
    new = issues(large, parent)
    assert not in_vain(lambda: take_in(large, new))
    child = WorkItem.objects.get(remote_id=new[0].id)
    assert child.parent is not None
    assert child.parent.remote_id == "700005"


def test_known_issues_are_taken_in_again(large: World) -> None:
    new = issues(large, {"id": "1", "key": "GONE-1"})
    take_in(large, new)
    assert not in_vain(lambda: take_in(large, new))


def test_issues_are_compared(large: World) -> None:
    new = issues(large, {"id": "700005", "key": "OLD-700005"})
    take_in(large, new)
    assert not in_vain(lambda: differences.differing(large.project, new))


def test_what_a_dead_worker_left_is_looked_for(large: World) -> None:
    WorkItem.objects.update(sync_state="synced")
    left = WorkItem.objects.filter(remote_id="700005")
    left.update(sync_state="waiting")
    assert not in_vain(lambda: corrective_changes.tell_iterations(large.project.pk))
    assert not in_vain(lambda: states.correct(large.project.pk))
    assert left.get().sync_state == "synced"
