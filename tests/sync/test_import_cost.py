"""What an import of many issues asks of the database: by batches, and wider ones in large projects."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connections.access.gateway import jira_for
from jira_client.values import Issue
from sync.inbound import bisect
from sync.inbound.read_batch import Applied
from sync.models import Run
from sync.runs import issue_pages, parts
from tests.sync.importing import run_to_end
from tests.sync.world import World


def test_parts_of_large_projects_are_wide() -> None:
    assert (issue_pages.width(issue_pages.FEW), issue_pages.width(issue_pages.FEW + 1)) == (
        issue_pages.PART,
        issue_pages.WIDE,
    )


@pytest.mark.parametrize(("few", "size"), [(0, issue_pages.WIDE), (10_000, issue_pages.PART)])
def test_a_listing_is_cut_by_the_size_of_the_project(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int, size: int
) -> None:
    sizes: dict[str, int] = {}
    add = parts.add

    def seen(run: Run, phase: str, ids: Sequence[str], most: int) -> None:
        sizes[phase] = most
        add(run, phase, ids, most)

    monkeypatch.setattr(parts, "add", seen)
    monkeypatch.setattr(issue_pages, "FEW", few)
    if not world.handle.site.cloud:
        pytest.skip("Data Center's projects are cut into ranges")
    run = run_to_end(world)
    assert (run.state, sizes["reading"]) == ("finished", size)


def test_new_issues_are_looked_for_once_and_none_is_locked(world: World) -> None:
    def take_in(*numbers: int) -> Applied:
        issues = [issue(world, number) for number in numbers]
        jira = jira_for(world.connection)
        return bisect.take_in(jira, world.project, issues, began=timezone.now())[0]

    take_in(0, 1, 2)
    with CaptureQueriesContext(connection) as few:
        take_in(*range(3, 33))
    with CaptureQueriesContext(connection) as seen:
        found = take_in(*range(33, 330))
    assert found.created == 297
    asked = [query["sql"] for query in seen if query["sql"].startswith("SELECT")]
    assert (
        sum('FROM "sync_shadow"' in sql for sql in asked) == 2
    )  # as pairs, and as waiting children
    assert not any('"planning_workitem"' in sql for sql in asked)
    assert len(seen) == len(few)  # whatever the number of issues
    assert sum("SAVEPOINT" not in query["sql"] for query in seen) < 15


def issue(world: World, number: int) -> Issue:
    """A new one of the mapped project, as a search answers it."""
    fields = {
        "project": {"id": world.project.remote_id, "key": world.project.key},
        "issuetype": {"id": next(iter(world.project.type_map.values()))},
        "summary": f"Story {number}",
    }
    return Issue(
        id=str(900_000 + number), key=f"{world.project.key}-{9000 + number}", fields=fields
    )
