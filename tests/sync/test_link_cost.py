"""Links cost a fixed number of statements, however many an issue has."""

from __future__ import annotations

from itertools import pairwise

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connections.access.gateway import jira_for
from connections.models import MappedProject
from planning.models import Link, WorkItem
from sync.inbound import pull
from sync.pairs.rules import rules_of
from tests.sync.world import World


def statements(world: World, ids: list[str]) -> tuple[int, int]:
    """How many statements reading these issues takes, and how many links are there afterwards."""
    fields = rules_of(world.project).read_fields
    issues = jira_for(world.connection).issues.fetch(ids, fields).issues
    Link.objects.all().delete()
    project = MappedProject.objects.select_related("connection").get(pk=world.project.pk)
    with CaptureQueriesContext(connection) as caught:
        pull.apply(project, issues, began=timezone.now())
    return len(caught), Link.objects.count()


def in_jira(world: World, source: WorkItem, target: WorkItem) -> None:
    ends = {"inwardIssue": {"key": source.remote_key}, "outwardIssue": {"key": target.remote_key}}
    world.jira("POST", "/rest/api/2/issueLink", type={"name": "Blocks"}, **ends)


def test_ten_links_cost_what_two_cost(world: World):
    rows = list(WorkItem.objects.filter(project=world.project).order_by("rank"))
    ids = [row.remote_id for row in rows]
    in_jira(world, rows[0], rows[1])
    before, few = statements(world, ids)
    for source, target in pairwise(rows[1:]):
        in_jira(world, source, target)
    after, many = statements(world, ids)
    assert many > few > 0
    assert after == before


def test_a_link_drawn_by_two_readers_is_one(world: World):
    from planning import inbound_writes

    first, second = WorkItem.objects.filter(project=world.project).order_by("-rank")[:2]
    Link.objects.all().delete()
    drawn = [inbound_writes.Drawn(first.pk, second.pk, "blocks", "77")]
    assert len(inbound_writes.draw(drawn, timezone.now())) == 1
    assert inbound_writes.draw(drawn, timezone.now()) == []
    assert Link.objects.get().remote_id == "77"
