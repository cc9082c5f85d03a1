"""Creating issues so that a crash or a lost answer never makes two.

Jira has no idempotency key. So the intent is committed first, with the operation's id, what is sent
and the highest key number known; the id travels on the issue as an entity property. An answer that
did not come means *outcome unknown*: `sync.outbound.lost_creates` finds out before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.db import transaction

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, PermissionRefused
from jira_client.values import Created, CreateFailure
from planning.models import Change
from sync.core.mapping import OPERATION_PROPERTY, say, words_by_field, written_in
from sync.core.retry import Verdict
from sync.core.values import PARENT, Rules, may_come_later
from sync.outbound import create_defaults, filter_values, lost_creates, people
from sync.outbound.new_pairs import pair
from sync.outbox import change_queue, refusals
from sync.outbox.poisoned_items import isolated
from sync.pairs import field_names, highest_issue_number
from sync.pairs.references import Known, known_to_jira
from sync.pairs.rules import rules_of, values_of
from sync.pairs.trace import note
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

AT_ONCE = 50
NEEDED: Final = ("summary", "issuetype", "project")  # without them there is no issue


@dataclass(slots=True)
class _New:
    """A create on its way: its change and the body that is sent."""

    change: Change
    body: dict[str, Any]


def create(
    connection: Connection, jira: JiraClient, changes: Sequence[Change], shift: Shift
) -> None:
    """Send these creates, 50 a call, parents before children, until the shift is over.

    Raises JiraError where the connection as a whole failed, LeaseLost.
    """
    by_project: dict[MappedProject, list[Change]] = {}
    for change in changes:
        by_project.setdefault(change.project, []).append(change)
    for project, rows in by_project.items():
        rules = rules_of(project)
        for generation in _generations(rows):
            for some in _parts(generation):
                if shift.over:
                    return
                _create_some(connection, jira, project, rules, some, shift)


def _generations(rows: Sequence[Change]) -> list[list[Change]]:
    """Parents first: an issue can only name a parent that exists."""
    left = {row.item_id: row for row in rows}
    found: list[list[Change]] = []
    while left:
        ready = [row for row in left.values() if row.item.parent_id not in left]
        ready = ready or list(left.values())
        found.append(ready)
        for row in ready:
            del left[row.item_id]
    return found


def _parts(rows: Sequence[Change]) -> Iterator[list[Change]]:
    """In fifties; but what was in a call whose outcome stayed unknown goes alone, as it may be the
    one that Jira fails on.
    """
    together = [row for row in rows if row.code != lost_creates.ALONE]
    for start in range(0, len(together), AT_ONCE):
        yield together[start : start + AT_ONCE]
    for row in rows:
        if row.code == lost_creates.ALONE:
            yield [row]


def _create_some(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    rules: Rules,
    changes: list[Change],
    shift: Shift,
) -> None:
    known = known_to_jira([change.item for change in changes])
    named = people.settle(connection, jira, rules, [change.item for change in changes], shift)
    types = {change.item.type for change in changes}
    given = create_defaults.given(jira, project, types)
    inside = filter_values.given(jira, project, types)
    ready: list[_New] = []
    for change in changes:
        with isolated(connection, change, shift):
            mine = rules.of_type(change.item.type)
            body = _body_of(mine, change, known, named.unsent(change.item_id))
            if body is not None:
                kind = change.item.type
                fields = {**given.get(kind, {}), **body["fields"]}
                body["fields"] = filter_values.joined(inside.get(kind, {}), fields)
                ready.append(_New(change, body))
    if not ready:
        return
    above = highest_issue_number.mark(jira, project)
    for one in ready:
        one.change.sent[lost_creates.ABOVE] = above
    with transaction.atomic():
        shift.guard()
        Change.objects.bulk_update([one.change for one in ready], ["sent"])
        change_queue.claim([one.change.pk for one in ready])
    point("create.claimed")
    try:
        answers = _post(jira, [one.body for one in ready], shift)
    except JiraError as error:
        verdict = refusals.judged(jira, error)
        _failed(connection, [one.change for one in ready], verdict, shift)
        return
    point("create.sent")
    for one, answer in zip(ready, answers, strict=True):
        with isolated(connection, one.change, shift):
            _settle(connection, jira, rules, one, answer, shift)


def _body_of(
    rules: Rules, change: Change, known: Known, unsent: Collection[str]
) -> dict[str, Any] | None:
    """The body of the create; `change.sent` gets the board values that it carries. None: parked.

    `unsent`: people whom Jira does not know; the edit that follows the create says so.
    """
    item = change.item
    kind = rules.types.get(item.type)
    if kind is None:
        change_queue.park(
            [change.pk],
            "type_not_mapped",
            f"The type “{item.type}” is not mapped to an issue type of {rules.project_key}.",
        )
        return None
    # Status and sprint cannot be set by a create; what is empty is left to Jira's defaults.
    values = {
        name: value
        for name, value in values_of(item).items()
        if name not in ("status", "iteration", *unsent, *(rules.never_told - {"summary"}))
        and value not in (None, "", [])
    }
    out = say(rules, values, sprints={}, parents=known.parents)
    # A create takes no update: what it would add is all there is.
    added = {
        name: [one["add"] for one in steps if "add" in one] for name, steps in out.update.items()
    }
    fields = {**{name: values for name, values in added.items() if values}, **out.fields}
    fields |= {"project": {"id": rules.project_id}, "issuetype": {"id": kind}}
    change.sent = {
        name: value
        for name, value in values.items()
        if name not in out.unmapped and written_in(rules, name) in fields
    }
    mark = {"operation": str(change.operation), "item": str(item.pk)}
    return {"fields": fields, "properties": {OPERATION_PROPERTY: mark}}


def _post(
    jira: JiraClient, bodies: Sequence[dict[str, Any]], shift: Shift
) -> list[Created | CreateFailure]:
    """One issue goes alone, several in bulk; the answers in the order sent."""
    shift.check()
    if len(bodies) > 1:
        return jira.issues.create_many(bodies)
    (body,) = bodies
    try:
        return [jira.issues.create(body["fields"], body.get("update"), body["properties"])]
    except (Invalid, PermissionRefused) as error:
        reasons = error.messages or (() if error.field_errors else (str(error),))
        return [CreateFailure(error.status or 400, reasons, error.field_errors)]


def _settle(
    connection: Connection,
    jira: JiraClient,
    rules: Rules,
    new: _New,
    answer: Created | CreateFailure,
    shift: Shift,
) -> None:
    if isinstance(answer, Created):
        pair(connection, new.change, answer.id, answer.key, shift)
        return
    mine = rules.of_type(new.change.item.type)
    mine_word = f"issues of the type {new.change.item.type}"
    names = words_by_field(mine, mine.fields)
    fields = new.body["fields"]
    optional = [name for name in answer.field_errors if name in fields and name not in NEEDED]
    if optional and set(optional) == set(answer.field_errors):
        _create_without(connection, jira, new, answer, names, shift)
        return
    if answer.status == HTTPStatus.BAD_REQUEST and not answer.field_errors:
        rest = {name for name in fields if name in names and name not in (*NEEDED, PARENT)}
        if rest and _create_bare(connection, jira, new, rest, names, shift):
            return
    reasons = [*answer.messages]
    called = field_names.in_sentences(connection, jira) if answer.field_errors else {}
    for field, why in answer.field_errors.items():
        ours = names.get(field, ())
        reasons.append(f"{', '.join(ours) or called.get(field) or field}: {why}")
        later = all(may_come_later(name) for name in ours)
        if field in called and field not in NEEDED and later:
            reasons.append(
                f"The board holds no {called[field]} for it: give a default for new {mine_word} on “#4 "
                "Fields and statuses”, then send this again."
            )
    _refused(connection, new.change, answer.status, reasons)


def _create_bare(
    connection: Connection,
    jira: JiraClient,
    new: _New,
    rest: Collection[str],
    names: Mapping[str, Sequence[str]],
    shift: Shift,
) -> bool:
    """Jira refuses the whole and names no field: the issue is created without these fields, and the
    edit that follows tells them one by one. False where it does not help.
    """
    change = new.change
    fields = {name: value for name, value in new.body["fields"].items() if name not in rest}
    whole, words = dict(change.sent), {word for name in rest for word in names[name]}
    _remember(change, {k: v for k, v in change.sent.items() if k not in words}, shift)
    try:
        (second,) = _post(jira, [{**new.body, "fields": fields}], shift)
    except JiraError as error:
        _failed(connection, [change], refusals.judged(jira, error), shift)
        return True
    if isinstance(second, CreateFailure):
        _remember(change, whole, shift)
        return False
    pair(connection, change, second.id, second.key, shift)
    return True


def _remember(change: Change, sent: dict[str, Any], shift: Shift) -> None:
    """What the create that goes out now carries."""
    with transaction.atomic():
        shift.guard()
        change.sent = sent
        change.save(update_fields=["sent"])
    point("create.narrowed")


def _create_without(
    connection: Connection,
    jira: JiraClient,
    new: _New,
    answer: CreateFailure,
    names: Mapping[str, Sequence[str]],
    shift: Shift,
) -> None:
    """Some fields are refused: the item is created without them, and they are parked."""
    change, refused = new.change, answer.field_errors
    fields = {name: value for name, value in new.body["fields"].items() if name not in refused}
    words = {word: why for name, why in refused.items() for word in names.get(name, (name,))}
    _remember(change, {k: v for k, v in change.sent.items() if k not in words}, shift)
    try:
        (second,) = _post(jira, [{**new.body, "fields": fields}], shift)
    except JiraError as error:
        _failed(connection, [change], refusals.judged(jira, error), shift)
        return
    point("create.sent_without")
    if isinstance(second, CreateFailure):
        reasons = [*second.messages, *second.field_errors.values()]
        _refused(connection, change, second.status, reasons)
        return
    pair(connection, change, second.id, second.key, shift, parked=words)


def _refused(connection: Connection, change: Change, status: int, reasons: Sequence[str]) -> None:
    message = " ".join(reasons) or f"Jira refused to create the issue ({status})."
    with transaction.atomic():
        change_queue.park([change.pk], "create_refused", message)
        note(connection, "send", "refused", message, item=change.item, change=change)
    point("create.refused")


def _failed(
    connection: Connection, changes: Sequence[Change], error: JiraError, shift: Shift
) -> None:
    """The call as a whole failed: send again later, or look first where it may have been carried out.

    Raises the error again where it is not about these items.
    """
    done = error.partial
    for change, answer in zip(changes, done, strict=False):
        if isinstance(answer, Created):
            pair(connection, change, answer.id, answer.key, shift)
    left = changes[len(done) :]
    if isinstance(error, Invalid) and len(left) > 1:
        words = f"Jira refused several creates together; each goes alone. {change_queue.words_of(error)}"
        change_queue.postpone([change.pk for change in left], 0, words, code=lost_creates.ALONE)
        return
    for change in left:
        decision = change_queue.judge(error, change.attempts + 1, creating=True)
        if decision.verdict is not Verdict.LOOK_FIRST:
            change_queue.set_aside(connection, change, error, "unknown")
            continue
        message = change_queue.words_of(error)
        with transaction.atomic():
            lost_creates.await_look([change], message, error.code)
            item, code = change.item, error.code
            note(connection, "send", "unknown", message, item=item, change=change, code=code)
        point("create.in_doubt")
    if refusals.of_connection(error):
        raise error
