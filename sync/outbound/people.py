"""People named by hand become people of this Jira before they are sent.

The board takes a bare name or an e-mail address; Jira takes its own ids only. What is no id of this
Jira is looked up once a slice: exactly one match, and the item takes id and name; none or several,
and that field waits with the reason, while the rest of the item goes.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from connections.models import Connection
from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, NotFound, PermissionRefused
from jira_client.values import Person
from planning import feed, inbound_writes
from planning.models import WorkItem
from sync.core.values import Rules, Values
from sync.models import Shadow
from sync.outbox import refusals
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

PEOPLE: Final = ("assignee", "reporter")
_MOST_NAMED = 5
# The two shapes of https://developer.atlassian.com/cloud/jira/platform/user-privacy-developer-guide/:
# 24 hex digits, or a number and a UUID; app users carry other prefixes.
_ACCOUNT_ID: Final = re.compile(r"[0-9a-f]{24}|[0-9a-z]{1,12}:[0-9a-zA-Z:_-]{8,110}")
_CANNOT_SEARCH = (Invalid, NotFound, PermissionRefused)


@dataclass(slots=True)
class Named:
    """What came of it. `unknown`: item → field → why nobody is sent; `failures`: item → what Jira
    could not answer just now, for `late[item]`: the fields that it is about.
    """

    unknown: dict[uuid.UUID, dict[str, str]] = field(default_factory=dict)
    failures: dict[uuid.UUID, JiraError] = field(default_factory=dict)
    late: dict[uuid.UUID, set[str]] = field(default_factory=dict)

    def unsent(self, item: uuid.UUID) -> set[str]:
        """Fields of the item that must not be sent, for whatever reason."""
        return set(self.unknown.get(item, {})) | self.late.get(item, set())


def settle(
    connection: Connection,
    jira: JiraClient,
    rules: Rules,
    items: Iterable[WorkItem],
    shift: Shift,
    agreed: Mapping[uuid.UUID, Values] | None = None,
) -> Named:
    """Give these items, and their rows, the ids of the people they name.

    `agreed`: by item, what Jira is known to hold; that needs no look. Raises JiraError where the
    connection as a whole failed, LeaseLost.
    """
    named = Named()
    found: dict[uuid.UUID, dict[str, Person]] = {}
    rows = {item.pk: item for item in items}
    for item in rows.values():
        before = (agreed or {}).get(item.pk, {})
        for name in PEOPLE:
            value = str(getattr(item, f"{name}_id"))
            if not value or name not in rules.fields or value == before.get(name):
                continue
            try:
                answer = _find(connection, jira, rules, name, value, shift)
            except JiraError as problem:
                _note_failure(jira, named, item, name, value, problem)
                continue
            if isinstance(answer, str):
                named.unknown.setdefault(item.pk, {})[name] = answer
            elif answer is not None:
                found.setdefault(item.pk, {})[name] = answer
    if found:
        _store(found, rows, shift)
        point("people.stored")
    return named


def _note_failure(
    jira: JiraClient, named: Named, item: WorkItem, name: str, value: str, problem: JiraError
) -> None:
    error = refusals.judged(jira, problem)
    if refusals.of_connection(error):
        raise error
    if isinstance(error, _CANNOT_SEARCH):
        named.unknown.setdefault(item.pk, {})[name] = (
            f"Jira does not let the account look for “{value}”. Give the account “Browse users and "
            "groups”, or choose a person that an item has already."
        )
    else:
        named.failures[item.pk] = error
        named.late.setdefault(item.pk, set()).add(name)


def _find(
    connection: Connection, jira: JiraClient, rules: Rules, name: str, value: str, shift: Shift
) -> Person | str | None:
    """The person, why there is none, or None where the value is an id of this Jira already."""
    if rules.person_key == "accountId" and _ACCOUNT_ID.fullmatch(value):
        return None
    key = (name, rules.project_key, value)
    if key not in shift.people:
        shift.people[key] = None if _is_known(connection, value) else _ask(jira, rules, name, value)
    answer: Person | str | None = shift.people[key]
    if isinstance(answer, Person) and answer.id == value:
        return None
    return answer


def _is_known(connection: Connection, value: str) -> bool:
    """Jira itself has said this id of some issue."""
    mine = Shadow.objects.filter(connection=connection)
    return any(mine.filter(**{f"agreed__{name}": value}).exists() for name in PEOPLE)


def _ask(jira: JiraClient, rules: Rules, name: str, value: str) -> Person | str:
    """Among those the project's issues can be assigned to; a reporter may be anybody else as well."""
    fitting = _matches(value, jira.people.search(value, rules.project_key))
    if not fitting and name == "reporter":
        fitting = _matches(value, jira.people.search(value))
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        whom = "who may be assigned there" if name == "assignee" else "there"
        return (
            f"Jira shows nobody called “{value}” {whom}. Write the name or e-mail address as Jira has "
            f"it, or choose a person that an item of {rules.project_key} has already."
        )
    names = ", ".join(f"{one.name} ({one.email or one.id})" for one in fitting[:_MOST_NAMED])
    return (
        f"Jira has {len(fitting)} people called “{value}”: {names}. Write the e-mail address or id."
    )


def _matches(value: str, people: Sequence[Person]) -> list[Person]:
    """An id or user name is exact; else everyone so called, by display name or e-mail."""
    exact = [one for one in people if value in (one.id, one.username)]
    if exact:
        return exact[:1]
    wanted = _folded(value)
    return [
        one
        for one in people
        if one.active and wanted in (_folded(one.name), _folded(one.email), _folded(one.username))
    ]


def _folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


@transaction.atomic
def _store(
    found: Mapping[uuid.UUID, Mapping[str, Person]],
    rows: Mapping[uuid.UUID, WorkItem],
    shift: Shift,
) -> None:
    """The board shows whom it was; no Change, since the same person is meant, and no new version."""
    shift.guard()
    named: dict[WorkItem, list[str]] = {}
    stored = WorkItem.objects.filter(pk__in=found, deleted=None).locked()
    for item in stored:
        for name, person in found[item.pk].items():
            # Edited in this very moment: then another person is meant, and another change waits.
            if getattr(item, f"{name}_id") == getattr(rows[item.pk], f"{name}_id"):
                inbound_writes.take(item, {name: person.id}, {name: person.name})
                named.setdefault(item, []).append(name)
    feed.tell(inbound_writes.complete(named))
    for key, people in found.items():
        for name, person in people.items():
            inbound_writes.take(rows[key], {name: person.id}, {name: person.name})
