"""Resolving creates whose outcome is unknown: was the issue made, or not?

A search index may lag by minutes, so it is not asked for the issue. The keys above the mark noted
before the create are read themselves, with the entity property that names the operation, until the
highest key known is passed: twice, the second time when no call can be under way any more. Only then
is the create sent again, and after the third loss a person is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import transaction

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import JiraError, NotFound
from jira_client.values import Issue
from planning.models import Change, ChangeKind, ChangeState
from sync.core.mapping import OPERATION_PROPERTY
from sync.models import Delivery, Shadow
from sync.outbound.new_pairs import pair
from sync.outbox import change_queue
from sync.outbox.ways_out import DOUBTFUL
from sync.pairs.highest_issue_number import newest, number_of
from sync.pairs.trace import note
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

LOOKS = 2  # times that Jira must not hold the issue before it is sent again
FIRST_LOOK = 5.0
LOOK_AGAIN = 75.0  # a call may take 60 s: by then Jira has carried it out or never will
TRIES = 3  # creates with unknown outcome before a person is asked
ALONE = "alone"  # code of a create that goes by itself now: it may be what spoiled the others
ABOVE = "above"  # in Change.sent: the highest key number known before the create

_FIRST_WINDOW, _WINDOW, _MOST = 20, 100, 5_000
_SPARE = 500  # keys without an issue that are read behind the highest known, where a call reads a hundred
_SIDE_BY_SIDE = 4


def await_look(changes: Sequence[Change], message: str, code: str) -> None:
    """The answer to these creates was lost."""
    change_queue.postpone(
        [change.pk for change in changes],
        FIRST_LOOK,
        f"Jira's answer to the create was lost; looking for the issue before sending again. {message}",
        code=code,
        state=ChangeState.LOOKING,
    )


def in_doubt(change: Change) -> bool:
    """A create that was being sent when its worker died, or whose answer was lost."""
    return change.state in (ChangeState.SENDING, ChangeState.LOOKING)


def is_doubtful(change: Change) -> bool:
    """A parked create whose issue, or comment, Jira may hold nevertheless."""
    new = change.kind == ChangeKind.CREATE
    if change.kind == ChangeKind.COMMENT and change.comment is not None:
        new = not change.comment.remote_id
    return new and change.code in DOUBTFUL


def send_again(create: Change, message: str) -> None:
    """Try a parked create again; where Jira may hold its issue, look for that first."""
    state = ChangeState.LOOKING if is_doubtful(create) else ChangeState.WAITING
    change_queue.postpone([create.pk], 0, message, state=state)


def look(connection: Connection, jira: JiraClient, changes: Sequence[Change], shift: Shift) -> None:
    """Pair what is found, send again what is not. Raises JiraError, after putting the looks off.

    `code` counts the looks as `looked:n`; a change that a crash left in *sending* starts at none.
    """
    adopted = dict(
        Shadow.objects.filter(item__in=[change.item_id for change in changes]).values_list(
            "item_id", "remote_key"
        )
    )
    for change in changes:
        if change.item_id in adopted:  # by the webhook that told of it, or a poll
            change_queue.settle([change.pk], f"Created as {adopted[change.item_id]}.")
            point("look.adopted")
    by_project: dict[MappedProject, list[Change]] = {}
    for change in changes:
        if change.item_id not in adopted:
            by_project.setdefault(change.project, []).append(change)
    for project, rows in by_project.items():
        try:
            _look_in(connection, jira, project, rows, shift)
        except JiraError as error:
            _put_off(rows, error)
            raise


def _look_in(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    changes: Sequence[Change],
    shift: Shift,
) -> None:
    wanted = {str(change.operation): change for change in changes}
    above = min(_mark_of(project, change) for change in changes)
    for issue in _issues_above(jira, project, above, _highest(jira, project, changes)):
        mark = issue.properties.get(OPERATION_PROPERTY)
        operation = str(mark.get("operation", "")) if isinstance(mark, Mapping) else ""
        change = wanted.pop(operation, None)
        if change is not None:
            pair(connection, change, issue.id, issue.key, shift)
        if not wanted:
            return
    for change in wanted.values():
        with transaction.atomic():
            _not_found(connection, change)
        point("look.missed")


def _mark_of(project: MappedProject, change: Change) -> int:
    """What was noted with the create; else the newest issue that was known before the change."""
    if isinstance(change.sent.get(ABOVE), int):
        return int(change.sent[ABOVE])
    rows = Shadow.objects.filter(
        project=project, remote_key__startswith=f"{project.key}-", item__created__lt=change.created
    )
    keys = rows.order_by("-item__created").values_list("remote_key", flat=True)[:500]
    return max((number_of(key) for key in keys), default=0)


def _issues_above(
    jira: JiraClient, project: MappedProject, above: int, highest: int
) -> Iterator[Issue]:
    """The issues with the next keys, up to where `highest`, the highest key that anybody has told of, is
    passed and so many keys in a row hold none: issues that lived for a moment leave empty ones.
    """
    bulk = jira.flavour.bulk_fetch
    spare = _SPARE if bulk else _FIRST_WINDOW
    start, size, empty = above + 1, _FIRST_WINDOW, 0
    while start <= max(above + _MOST, highest):
        keys = [f"{project.key}-{number}" for number in range(start, start + size)]
        found = list(_read(jira, keys))
        yield from found
        empty = 0 if found else empty + size
        start += size
        if start > highest and empty >= spare:
            return
        size = _WINDOW if bulk or len(found) == size else _FIRST_WINDOW


def _highest(jira: JiraClient, project: MappedProject, changes: Sequence[Change]) -> int:
    """The highest key number that Jira's search or its webhooks have told of since. Raises JiraError.

    Either may be late; what is made after our issue shows that its key is passed.
    """
    told = Delivery.objects.filter(
        connection=project.connection_id,
        received__gte=min(change.created for change in changes),
        issue_key__startswith=f"{project.key}-",
    ).values_list("issue_key", flat=True)
    return max((*map(number_of, told), newest(jira, project)), default=0)


def _read(jira: JiraClient, keys: Sequence[str]) -> Sequence[Issue]:
    """Never by search: Cloud reads in bulk past its index, elsewhere each key is asked for."""
    if jira.flavour.bulk_fetch:
        return jira.issues.fetch(keys, ("id",), (OPERATION_PROPERTY,)).issues

    def one(key: str) -> Issue | None:
        try:
            return jira.issues.get(key, ("id",), (OPERATION_PROPERTY,))
        except NotFound:
            return None

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        return [issue for issue in pool.map(one, keys) if issue is not None]


def _not_found(connection: Connection, change: Change) -> None:
    looks = int(change.code.partition("looked:")[2] or 0) + 1
    if looks < LOOKS:
        change_queue.postpone(
            [change.pk],
            LOOK_AGAIN,
            "Jira does not hold the issue yet; looking once more before it is sent again.",
            code=f"looked:{looks}",
            state=ChangeState.LOOKING,
        )
    elif change.item.deleted:
        change_queue.drop([change.pk], "Deleted before Jira took it.")
    elif change.attempts >= TRIES:
        message = (
            f"Jira's answer to the create was lost {change.attempts} times. Check in Jira whether "
            "the issue exists, then replay this change."
        )
        change_queue.park([change.pk], "outcome_unknown", message)
        note(connection, "look", "unknown", message, item=change.item, change=change)
    else:
        change_queue.postpone(
            [change.pk], 0, "Jira does not hold the issue; sending it again.", code=ALONE
        )
        note(connection, "look", "later", "Not found in Jira.", item=change.item, change=change)


def _put_off(changes: Sequence[Change], error: JiraError) -> None:
    """The look itself failed: it does not count, and the next one waits longer each time."""
    delay = change_queue.judge(error, max(change.attempts for change in changes) + 1).delay
    for change in changes:
        change_queue.postpone(
            [change.pk],
            max(delay, FIRST_LOOK),
            f"Could not look whether Jira created the issue: {change_queue.words_of(error)}",
            code=change.code,
            state=ChangeState.LOOKING,
        )
