"""Crash points that random edits hardly ever pass: what brings a worker, or a person's call, there."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final

from django.utils import timezone

from connections.models import Connection, MappedProject
from planning import comment_editing
from planning.link_editing import remove_link
from planning.models import Comment, Iteration, Link, Pi, SprintLink, WorkItem
from sync.inbound import mass_deletion_guard
from sync.models import Brake, Lease
from sync.outbox import deletion_guard
from sync.webhook import webhooks
from tests.soak import provoking_reads as reads
from tests.soak.hands import Hands
from tests.soak.meanwhile import an_edit_in_the_very_moment_of_a_write
from tests.soak.passing import CREATES, future_sprint, passing, synced

# Which of tests.soak.jobs dies, where it is not the usual work.
JOBS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("sprint.created", "sprint.linking", "sprint.linked"), "make_sprints"),
    "version.created": "make_versions",
    "brake.decided": "decide",
    "webhook.taken_out": "take_webhook_out",
    "poll.kept": "work_by_few",
}
Arrangement = Callable[[Hands], AbstractContextManager[None]]


def provoked(point: str, hands: Hands) -> AbstractContextManager[None]:
    """While a worker works inside: what is needed for it to pass this point."""
    arrange = ARRANGED.get(point) or ARRANGED.get(point.partition(".")[0])
    return arrange(hands) if arrange else nullcontext()


@contextmanager
def _a_create_with_a_refused_field(hands: Hands) -> Iterator[None]:
    summary = f"Refused {hands.count}"
    item = hands.world.create(summary, priority="No such priority")
    hands.written.board_created[str(item.pk)] = summary
    yield


def _without(permission: str) -> Arrangement:
    @contextmanager
    def arrange(hands: Hands) -> Iterator[None]:
        _board_create(hands)
        hands.link_board()
        hands.world.grant(permission, False)
        yield
        hands.world.grant(permission, True)

    return arrange


def _board_create(hands: Hands) -> WorkItem:
    summary = f"Board made {uuid.uuid4().hex[:8]}"
    item = hands.world.create(summary)
    hands.written.board_created[str(item.pk)] = summary
    return item


def _a_create_that_meets(fault: str, *, pushed: bool = False, polled: bool = False) -> Arrangement:
    """`pushed`: a worker before has met the fault; `polled`: and another has read what there is."""

    @contextmanager
    def arrange(hands: Hands) -> Iterator[None]:
        hands.world.push()
        _board_create(hands)
        hands.world.fault(fault, times=1, method="POST", path=CREATES)
        if pushed:
            hands.world.push(rounds=1)
        if polled:
            hands.world.poll()
        yield

    return arrange


def _a_comment_that_meets(fault: str, value: Any = True) -> Arrangement:
    """A worker before has met the fault; the next one looks for it."""

    @contextmanager
    def arrange(hands: Hands) -> Iterator[None]:
        hands.world.push()
        _said(hands, passing(hands))
        hands.world.fault(fault, value, times=1, method="POST", path=r"/comment$")
        hands.world.push(rounds=1)
        hands.world.mend()
        yield

    return arrange


@contextmanager
def _a_comment_refused(hands: Hands) -> Iterator[None]:
    _said(hands, passing(hands))
    hands.world.grant("ADD_COMMENTS", False)
    yield
    hands.world.grant("ADD_COMMENTS", True)


@contextmanager
def _a_comment_changed_on_both_sides(hands: Hands) -> Iterator[None]:
    comment = _said(hands, passing(hands))
    hands.world.push()
    comment.refresh_from_db()
    hands.world.grant("EDIT_ALL_COMMENTS", user="admin")
    hands.written.comments_touched.add(str(comment.pk))
    path = f"/rest/api/2/issue/{comment.item.remote_key}/comment/{comment.remote_id}"
    hands.world.jira("PUT", path, body="Another text")
    comment_editing.edit_comment(comment.pk, "And another", actor=hands.world.person)
    yield


def _said(hands: Hands, item: WorkItem) -> Comment:
    text = f"Passing words {uuid.uuid4().hex[:8]}"
    comment = hands.world.comment(item, text)
    hands.written.comments[str(comment.pk)] = text
    return comment


@contextmanager
def _a_person_named_by_hand(hands: Hands) -> Iterator[None]:
    rita = hands.world.handle.site.users["rita"]
    mine = rita.account_id if hands.world.handle.site.cloud else rita.name
    item = synced(hands).exclude(assignee_id=mine).order_by("pk")[0]
    saw = item.assignee_id
    hands.world.edit(item, assignee=rita.display_name)
    hands.written.on_board(str(item.pk), "assignee", mine, saw)
    yield


@contextmanager
def _fields_and_a_step(hands: Hands) -> Iterator[None]:
    world, item = hands.world, passing(hands)
    status = next(name for name in world.project.status_map if name != item.status)
    saw = item.status
    world.edit(item, status=status, description=f"Stepped {hands.count}")
    hands.written.on_board(str(item.pk), "status", status, saw)
    yield


@contextmanager
def _planned(hands: Hands) -> Iterator[None]:
    sprint, iteration = hands.sprints[1]
    assert sprint
    hands.write_board(passing(hands), "iteration", iteration)
    yield


@contextmanager
def _gone_unheard(hands: Hands) -> Iterator[None]:
    """Deleted in Jira without a word, and edited on the board."""
    world, item = hands.world, passing(hands)
    world.fault("webhooks_off")
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
    world.fault("webhooks_off", None)
    hands.written.jira_deleted.add(item.remote_id)
    hands.written.unheard.add(item.remote_id)
    world.edit(item, description="Too late")
    yield


@contextmanager
def _links_unmapped(hands: Hands) -> Iterator[None]:
    """For a moment; what stays on the board by that is taken off it again."""
    hands.world.push()
    hands.link_board()
    rows = MappedProject.objects.filter(pk=hands.world.project.pk)
    link_map = rows.values_list("link_map", flat=True).get()
    rows.update(link_map={})
    yield
    rows.update(link_map=link_map)
    mine = Link.objects.filter(source__project=hands.world.project, deleted=None)
    for link in mine.filter(sync_state="local_only"):
        remove_link(link.pk, actor=hands.world.person)


@contextmanager
def _a_link_type_renamed(hands: Hands) -> Iterator[None]:
    world, word = hands.world, uuid.uuid4().hex[:8]
    world.push()
    name = MappedProject.objects.get(pk=world.project.pk).link_map["blocks"]
    there = world.jira("GET", "/rest/api/2/issueLinkType")["issueLinkTypes"]
    (kind,) = [one["id"] for one in there if one["name"] == name]
    world.jira("PUT", f"/rest/api/2/issueLinkType/{kind}", name=f"Blocks {word}")
    world.link(passing(hands), passing(hands))
    yield


@contextmanager
def _jira_is_down(hands: Hands) -> Iterator[None]:
    hands.edit_board()
    hands.world.fault("error", 503)
    yield
    hands.world.mend()


@contextmanager
def _an_iteration_to_come(hands: Hands) -> Iterator[None]:
    pi = Pi.objects.create(name=f"PI {uuid.uuid4().hex[:8]}")
    Iteration.objects.create(pi=pi, index=1, name=f"Made {uuid.uuid4().hex[:8]}")
    yield


@contextmanager
def _a_sprint_that_was_waited_for(hands: Hands) -> Iterator[None]:
    """An item planned into an iteration that becomes a sprint, of which no worker was told."""
    pi = Pi.objects.create(name=f"PI {uuid.uuid4().hex[:8]}")
    iteration = Iteration.objects.create(pi=pi, index=1, name=f"Awaited {hands.count}")
    hands.write_board(passing(hands), "iteration", str(iteration.pk))
    hands.world.push()
    sprint = future_sprint(hands)
    SprintLink.objects.create(iteration=iteration, team=hands.world.team, sprint_id=sprint)
    yield


@contextmanager
def _a_webhook_to_register(hands: Hands) -> Iterator[None]:
    Connection.objects.filter(pk=hands.world.connection.pk).update(webhook_state="none")
    Lease.objects.filter(name__startswith="webhook:").delete()
    yield
    webhooks.register(Connection.objects.get(pk=hands.world.connection.pk))


@contextmanager
def _a_comparison_due(hands: Hands) -> Iterator[None]:
    rows = MappedProject.objects.filter(pk=hands.world.project.pk)
    rows.update(reconcile_due=timezone.now())
    yield


@contextmanager
def _many_deleted_at_once(hands: Hands) -> Iterator[None]:
    """More than go without a person's word; afterwards somebody says it."""
    hands.world.push()
    for _ in range(deletion_guard.MOST + 2):
        _board_create(hands)
    hands.world.push()
    for _ in range(deletion_guard.MOST + 2):
        hands.delete_board(at_least=1)
    yield
    for row in Brake.objects.filter(connection=hands.world.connection, decided=None):
        mass_deletion_guard.decide(row.pk, "delete", actor=hands.world.person)


ARRANGED: Final[Mapping[str, Arrangement]] = {
    "create.narrowed": _a_create_with_a_refused_field,
    "create.sent_without": _a_create_with_a_refused_field,
    "create.refused": _without("CREATE_ISSUES"),
    "create.in_doubt": _a_create_that_meets("answer_lost"),
    "look.adopted": _a_create_that_meets("answer_lost", pushed=True, polled=True),
    "look.missed": _a_create_that_meets("request_lost", pushed=True),
    "people.stored": _a_person_named_by_hand,
    "edit.restored": an_edit_in_the_very_moment_of_a_write,
    "edit.half_sent": _fields_and_a_step,
    "edit.planned": _planned,
    "edit.put_off": _gone_unheard,
    "edit.moved_away": reads.moved_away(edited=True),
    "comment.refused": _a_comment_refused,
    "comment.parked": _a_comment_changed_on_both_sides,
    "comment.found": _a_comment_that_meets("answer_lost"),
    "comment.missed": _a_comment_that_meets("error", 500),
    "link.kept_here": _links_unmapped,
    "link.renamed": _a_link_type_renamed,
    "link.refused": _without("LINK_ISSUES"),
    "push.put_back": _jira_is_down,
    "drain": reads.an_edit_in_jira,
    "drain.put_off": reads.jira_fails_the_drain("error", 503),
    "drain.stumbled": reads.jira_fails_the_drain("huge", 12),
    "moved.marked": reads.moved_away(edited=False),
    "parent.found": reads.a_parent_after_its_child,
    "absence.marked": _gone_unheard,
    "absence.buried": reads.deleted(1),
    "place.placed": reads.a_sprint_with_issues,
    "ensure.queued": _a_sprint_that_was_waited_for,
    "brake.held_outward": _many_deleted_at_once,
    "brake.decided": reads.deleted(6, drained=True),
    "sprint.created": _an_iteration_to_come,
    "sprint.linking": _an_iteration_to_come,
    "sprint.linked": _an_iteration_to_come,
    "sprint.observed": reads.a_comparison,
    "run": reads.a_comparison,
    "tick": _a_comparison_due,
    "webhook": _a_webhook_to_register,
    "poll.kept": reads.everything_once_more,
}
