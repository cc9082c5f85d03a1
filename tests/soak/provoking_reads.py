"""What brings a worker to the crash points of what it reads: drains, polls, comparisons."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

from django.utils import timezone

from connections.models import MappedProject
from jira_sandbox.model.links_and_moves import move
from planning.models import Iteration, Pi, SprintLink
from sync.models import RunKind
from sync.runs import project_runs
from tests.soak.hands import Hands
from tests.soak.passing import future_sprint, passing, wait_to_hear

Arrangement = Callable[[Hands], AbstractContextManager[None]]


@contextmanager
def an_edit_in_jira(hands: Hands) -> Iterator[None]:
    item = passing(hands)
    hands.world.drain()
    hands.world.edit_issue(item.remote_key, description=f"Edited {hands.count}")
    wait_to_hear(hands, item.remote_id)
    yield


def jira_fails_the_drain(fault: str, value: int) -> Arrangement:
    """A push before would meet the fault first, so nothing is left to be pushed."""

    @contextmanager
    def arrange(hands: Hands) -> Iterator[None]:
        hands.world.push()
        with an_edit_in_jira(hands):
            hands.world.push()
            hands.world.fault(fault, value)
            yield
            hands.world.mend()

    return arrange


def moved_away(*, edited: bool) -> Arrangement:
    """To a project that is not mapped; `edited`: on the board as well."""

    @contextmanager
    def arrange(hands: Hands) -> Iterator[None]:
        world, site = hands.world, hands.world.handle.site
        item = passing(hands)
        with site.lock:
            move(site, site.users["admin"], site.issue(item.remote_key), site.project("OTTER"))
        if edited:
            world.edit(item, description=f"Moved away {hands.count}")
        else:
            wait_to_hear(hands, item.remote_id, "jira:issue_updated")
        yield

    return arrange


@contextmanager
def a_parent_after_its_child(hands: Hands) -> Iterator[None]:
    """The poll of the child's project is quicker than the webhook that tells of the parent."""
    world, site = hands.world, hands.world.handle.site
    word = uuid.uuid4().hex[:8]
    body = {
        "project": {"key": "ART"},
        "issuetype": {"name": "Feature"},
        "summary": f"Parent {word}",
    }
    made = world.jira("POST", "/rest/api/2/issue", fields=body)
    field = "parent" if site.cloud else site.field_of("parent", "epic-link").id
    named = {field: {"key": made["key"]} if site.cloud else made["key"]}
    world.create_issue(f"Child {word}", **named)
    world.poll()
    wait_to_hear(hands, str(made["id"]))
    yield


def deleted(count: int, *, drained: bool = False) -> Arrangement:
    """In Jira, so many at once; `drained`: a worker has judged it already."""

    @contextmanager
    def arrange(hands: Hands) -> Iterator[None]:
        items = [passing(hands) for _ in range(count)]
        for item in items:
            hands.world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
            hands.written.jira_deleted.add(item.remote_id)
            wait_to_hear(hands, item.remote_id, "jira:issue_deleted")
        if drained:
            hands.world.drain()
        yield

    return arrange


@contextmanager
def a_sprint_with_issues(hands: Hands) -> Iterator[None]:
    """That becomes an iteration after its issues were read, and no poll reads them again."""
    world, item, sprint = hands.world, passing(hands), future_sprint(hands)
    path = f"/rest/agile/1.0/sprint/{sprint}/issue"
    world.jira("POST", path, issues=[item.remote_key])
    wait_to_hear(hands, item.remote_id)
    world.poll()
    world.drain()
    rows = MappedProject.objects.filter(pk=world.project.pk)
    before = rows.values_list("watermark", flat=True).get()
    rows.update(watermark=timezone.now() + timedelta(hours=1), poll_place={})
    pi = Pi.objects.create(name=f"PI {uuid.uuid4().hex[:8]}")
    iteration = Iteration.objects.create(pi=pi, index=1, name=f"Found {hands.count}")
    SprintLink.objects.create(iteration=iteration, team=world.team, sprint_id=sprint)
    yield
    rows.update(watermark=before, poll_place={})


@contextmanager
def a_comparison(hands: Hands) -> Iterator[None]:
    project_runs.request(hands.world.project, RunKind.RECONCILE)
    yield


@contextmanager
def everything_once_more(hands: Hands) -> Iterator[None]:
    """A poll of many pages."""
    MappedProject.objects.filter(pk=hands.world.project.pk).update(watermark=None, poll_place={})
    yield
