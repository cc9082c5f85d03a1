"""Issues are edited, deleted and created while a project is imported: nothing missing, nothing stale,
no ghost; and edits travel both ways meanwhile.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from planning.models import WorkItem
from sync.models import Run, RunKind, RunPart, Shadow
from sync.runs import project_runs
from tests.sync.importing import add_issues, run_to_end
from tests.sync.world import World

pytestmark = pytest.mark.django_db


def in_jira(world: World) -> dict[str, str]:
    issues = world.handle.site.issues.values()
    return {one.key: one.values["summary"] for one in issues if one.project.key == "FALCON"}


def on_board(world: World) -> dict[str, str]:
    rows = WorkItem.objects.live().filter(project=world.project)
    return dict(rows.values_list("remote_key", "summary"))


@pytest.fixture
def halfway(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An import of 1,500 issues that was stopped when some of them were read."""
    add_issues(world, 1500)
    really = project_runs._Work._count

    def count(self: Any, *args: Any) -> None:
        really(self, *args)
        if self.run.done >= 500:
            raise project_runs.LeaseLost("stopped here")

    run = project_runs.request(world.project, RunKind.IMPORT)
    monkeypatch.setattr(project_runs._Work, "_count", count)
    project_runs.work(run.pk)
    monkeypatch.setattr(project_runs._Work, "_count", really)
    run.refresh_from_db()
    assert run.phase == "reading"
    assert run.total
    assert 0 < run.done < run.total
    return run


def test_what_changes_during_an_import_ends_right(world: World, halfway: Run) -> None:
    keys = sorted(in_jira(world), key=lambda key: int(key.rpartition("-")[2]))
    for key in keys[::50]:
        world.edit_issue(key, summary=f"Edited {key}")
    for key in keys[1::200]:  # few enough that nobody has to be asked
        world.jira("DELETE", f"/rest/api/2/issue/{key}?deleteSubtasks=true")
    fresh = world.create_issue("Created meanwhile")
    run = run_to_end(world)
    assert run.state == "finished", run.message
    # Absence is judged twice, with time between; the import's own census was the first look.
    Shadow.objects.exclude(absent_since=None).update(
        absent_since=timezone.now() - timedelta(minutes=5)
    )
    world.poll()
    if set(on_board(world)) - set(in_jira(world)):
        world.reconcile()
    assert on_board(world) == in_jira(world)
    assert fresh in on_board(world)
    assert not RunPart.objects.exists()


def test_live_sync_works_both_ways_meanwhile(world: World, halfway: Run) -> None:
    keys = sorted(on_board(world))
    world.edit_issue(keys[0], summary="Edited in Jira")
    world.edit(world.item(keys[1]), summary="Edited on the board")
    world.settle()
    assert world.item(keys[0]).summary == "Edited in Jira"
    assert world.issue(keys[1])["summary"] == "Edited on the board"
    halfway.refresh_from_db()
    assert halfway.state == "running"
    run_to_end(world)
    assert on_board(world) == in_jira(world)


def test_progress_is_right_on_the_way(world: World, halfway: Run) -> None:
    assert halfway.total == len(in_jira(world))
    assert halfway.done == sum(
        len(part.ids) // 8 for part in RunPart.objects.filter(run=halfway, done=True)
    )
    assert halfway.rate
    assert halfway.eta is not None
    left = halfway.total - halfway.done
    # Both are told to a tenth, which is much of half a second.
    assert halfway.eta == pytest.approx(left / halfway.rate, rel=0.05, abs=0.1)
    run = run_to_end(world)
    assert (run.done, run.eta) == (run.total, 0.0)
