"""Creating issues so that a crash or a lost answer never makes two.

Jira has no idempotency key. So the intent is committed first, with the operation's id and what is
sent; the id travels on the issue as an entity property. An answer that did not come means *outcome
unknown*: the keys created since are read, twice with time between, before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from connections.models import Connection, MappedProject
from jira_client import jql
from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, PermissionRefused
from jira_client.values import Created, CreateFailure
from planning.models import Change, ChangeState, WorkItem
from sync import outbox, pull
from sync.core.mapping import OPERATION_PROPERTY, say
from sync.core.retry import Verdict
from sync.core.values import Rules
from sync.lease import Held
from sync.models import Shadow
from sync.references import Known, known_to_jira
from sync.rules import rules_of, values_of
from sync.trace import note

LOOKS = 2  # times that Jira must not show the issue before it is sent again
LOOK_AGAIN = 4.0  # seconds between them; search indexes lag
TRIES = 3  # creates with unknown outcome before a person is asked
CLOCKS_APART = timedelta(minutes=10)
_NEEDED = ("summary", "issuetype", "project")


def create(connection: Connection, jira: JiraClient, changes: Sequence[Change], held: Held) -> None:
    """Send these creates, 50 a call, parents before children."""
    by_project: dict[MappedProject, list[Change]] = {}
    for change in changes:
        by_project.setdefault(change.project, []).append(change)
    for project, rows in by_project.items():
        rules = rules_of(project)
        for generation in _generations(rows):
            for start in range(0, len(generation), 50):
                _create_some(connection, jira, rules, generation[start : start + 50], held)


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


def _create_some(
    connection: Connection, jira: JiraClient, rules: Rules, changes: list[Change], held: Held
) -> None:
    known = known_to_jira([change.item for change in changes])
    ready: list[tuple[Change, dict[str, Any]]] = []
    for change in changes:
        body, sent = _body(rules, change, known)
        if body is None:
            outbox.park(
                [change.pk],
                "type_not_mapped",
                f"The type “{change.item.type}” is not mapped to an issue type of {rules.project_key}.",
            )
            continue
        change.sent = sent
        ready.append((change, body))
    if not ready:
        return
    with transaction.atomic():
        held.guard()
        Change.objects.bulk_update([change for change, _ in ready], ["sent"])
        outbox.claim([change.pk for change, _ in ready])
    try:
        answers = _post(jira, [body for _, body in ready])
    except JiraError as error:
        _failed(connection, [change for change, _ in ready], error)
        raise
    for (change, body), answer in zip(ready, answers, strict=True):
        _settle(connection, jira, rules, change, body, answer)


def _post(jira: JiraClient, bodies: Sequence[dict[str, Any]]) -> list[Created | CreateFailure]:
    """One issue goes alone, several in bulk; the answers in the order sent."""
    if len(bodies) > 1:
        return jira.issues.create_many(bodies)
    (body,) = bodies
    try:
        return [jira.issues.create(body["fields"], body.get("update"), body["properties"])]
    except (Invalid, PermissionRefused) as error:
        reasons = error.messages or (() if error.field_errors else (str(error),))
        return [CreateFailure(error.status or 400, reasons, error.field_errors)]


def _body(
    rules: Rules, change: Change, known: Known
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The body of the create and the board values that it carries."""
    item = change.item
    kind = rules.types.get(item.type)
    if kind is None:
        return None, {}
    # Status and sprint cannot be set by a create; what is empty is left to Jira's defaults.
    values = {
        name: value
        for name, value in values_of(item).items()
        if name not in ("status", "iteration") and value not in (None, "", [])
    }
    out = say(rules, values, sprints={}, parents=known.parents)
    fields = dict(out.fields)
    fields |= {"project": {"id": rules.project_id}, "issuetype": {"id": kind}}
    carried = {
        name: value
        for name, value in values.items()
        if name not in out.unmapped and rules.fields.get(name) in fields
    }
    mark = {"operation": str(change.operation), "item": str(item.pk)}
    return {
        "fields": fields,
        "properties": {OPERATION_PROPERTY: mark},
    }, carried


def _settle(
    connection: Connection,
    jira: JiraClient,
    rules: Rules,
    change: Change,
    body: Mapping[str, Any],
    answer: Created | CreateFailure,
) -> None:
    if isinstance(answer, Created):
        _pair(connection, change, answer.id, answer.key)
        return
    names = {remote: name for name, remote in rules.fields.items()}
    optional = [
        field for field in answer.field_errors if field in body["fields"] and field not in _NEEDED
    ]
    if optional and set(optional) == set(answer.field_errors):
        _create_without(connection, jira, change, body, optional, answer, names)
        return
    reasons = [*answer.messages]
    reasons += [f"{names.get(field, field)}: {why}" for field, why in answer.field_errors.items()]
    message = " ".join(reasons) or f"Jira refused to create the issue ({answer.status})."
    outbox.park([change.pk], "create_refused", message)
    note(connection, "send", "refused", message, item=change.item, change=change)


def _create_without(
    connection: Connection,
    jira: JiraClient,
    change: Change,
    body: Mapping[str, Any],
    refused: Sequence[str],
    answer: CreateFailure,
    names: Mapping[str, str],
) -> None:
    """Some fields are refused: the item is created without them, and they are parked."""
    fields = {name: value for name, value in body["fields"].items() if name not in refused}
    words = {names.get(name, name): answer.field_errors[name] for name in refused}
    change.sent = {name: value for name, value in change.sent.items() if name not in words}
    change.save(update_fields=["sent"])
    smaller = {**body, "fields": fields}
    try:
        (second,) = _post(jira, [smaller])
    except JiraError as error:
        _failed(connection, [change], error)
        raise
    if isinstance(second, CreateFailure):
        message = " ".join([*second.messages, *second.field_errors.values()])
        outbox.park([change.pk], "create_refused", message or "Jira refused to create the issue.")
        note(connection, "send", "refused", message, item=change.item, change=change)
        return
    _pair(connection, change, second.id, second.key, parked=words)


def _pair(
    connection: Connection,
    change: Change,
    remote_id: str,
    key: str,
    parked: Mapping[str, str] | None = None,
) -> None:
    with transaction.atomic():
        item = WorkItem.objects.select_for_update().get(pk=change.item_id)
        shadow = Shadow.objects.filter(item=item).first()
        if shadow is None:
            shadow = pull.bind(change.project, item, remote_id, key, change.sent)
        if parked:
            shadow.parked = dict(parked)
            shadow.save(update_fields=["parked"])
        outbox.settle([change.pk], f"Created as {key}.")
        note(connection, "send", "done", f"Created as {key}.", item=item, change=change)


def _failed(connection: Connection, changes: Sequence[Change], error: JiraError) -> None:
    """The call as a whole failed: send again later, or look first where it may have been carried out."""
    done = getattr(error, "partial", ())
    for change, answer in zip(changes, done, strict=False):
        if isinstance(answer, Created):
            _pair(connection, change, answer.id, answer.key)
    for change in changes[len(done) :]:
        decision = outbox.judge(error, change.attempts + 1, creating=True)
        message = outbox.words_of(error)
        if decision.verdict is Verdict.LOOK_FIRST:
            outbox.postpone(
                [change.pk],
                LOOK_AGAIN,
                "Jira's answer to the create was lost; looking for the issue before sending again.",
                code=error.code,
                state=ChangeState.LOOKING,
            )
        elif decision.verdict is Verdict.NEVER:
            outbox.park([change.pk], error.code, message)
        else:
            outbox.postpone([change.pk], decision.delay or 30.0, message, code=error.code)
        note(
            connection, "send", "unknown", message, item=change.item, change=change, code=error.code
        )


def look(connection: Connection, jira: JiraClient, changes: Sequence[Change]) -> None:
    """Resolve creates whose outcome is unknown: bind what is found, send again what is not.

    `code` counts the looks as `looked:n`; a change that a crash left in *sending* starts at none.
    """
    by_project: dict[MappedProject, list[Change]] = {}
    for change in changes:
        by_project.setdefault(change.project, []).append(change)
    for project, rows in by_project.items():
        found = _marked_issues(connection, jira, project, min(row.created for row in rows))
        for change in rows:
            hit = found.get(str(change.operation))
            if hit is not None:
                _pair(connection, change, *hit)
            else:
                _not_found(connection, change)


def _marked_issues(
    connection: Connection, jira: JiraClient, project: MappedProject, since: Any
) -> dict[str, tuple[str, str]]:
    """Operation id → (issue id, key) of what was created in this project since then."""
    start = jql.moment(since - CLOCKS_APART, connection.time_zone or None)
    query = f"project = {jql.quote(project.key)} AND created >= {start} ORDER BY id DESC"
    ids = list(jira.search.ids(query))
    fetched = jira.issues.fetch(ids, ("id",), (OPERATION_PROPERTY,)).issues if ids else ()
    found: dict[str, tuple[str, str]] = {}
    for issue in fetched:
        mark = issue.properties.get(OPERATION_PROPERTY)
        if isinstance(mark, Mapping) and mark.get("operation"):
            found[str(mark["operation"])] = (issue.id, issue.key)
    return found


def _not_found(connection: Connection, change: Change) -> None:
    looks = int(change.code.partition("looked:")[2] or 0) + 1
    if looks < LOOKS:
        outbox.postpone(
            [change.pk],
            LOOK_AGAIN,
            "Looking whether Jira created the issue.",
            code=f"looked:{looks}",
            state=ChangeState.LOOKING,
        )
    elif change.attempts >= TRIES:
        message = (
            f"Jira's answer to the create was lost {change.attempts} times. Check in Jira whether "
            "the issue exists, then replay this change."
        )
        outbox.park([change.pk], "outcome_unknown", message)
        note(connection, "look", "unknown", message, item=change.item, change=change)
    else:
        outbox.postpone([change.pk], 0, "Jira does not hold the issue; sending it again.")
        note(connection, "look", "later", "Not found in Jira.", item=change.item, change=change)


def in_doubt(change: Change) -> bool:
    """A create that was being sent when its worker died, or whose answer was lost."""
    return change.state in (ChangeState.SENDING, ChangeState.LOOKING)
