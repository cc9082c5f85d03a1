"""Several mappings of one Jira project: each has a filter, and no issue is in two of them.

Proved by the filters' own field where that can be (`sync/core/disjoint.py`); else Jira is asked how many
issues are in both, which is a look at that day only and is repeated with each comparison.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from almconnect.lib.api import Refused
from connections.models import Connection, MappedProject
from jira_client import jql
from jira_client.client import JiraClient
from sync.core.disjoint import FilterFields, cannot_overlap

Filters = Mapping[uuid.UUID, str]  # mapping → its filter


def others_of(project: MappedProject) -> list[MappedProject]:
    """The other mappings of the same Jira project, the oldest first."""
    rows = mappings_of(project.connection, project.remote_id)
    return [one for one in rows if one.pk != project.pk]


def mappings_of(connection: Connection, remote_id: str) -> list[MappedProject]:
    """The mappings of a Jira project, the oldest first."""
    rows = MappedProject.objects.filter(connection=connection, remote_id=remote_id)
    return list(rows.order_by("created", "pk"))


def filters_of(projects: Iterable[MappedProject]) -> Filters:
    """As they stand now, to be compared under the lock (`hold`)."""
    return {one.pk: one.jql for one in projects}


def judge(jira: JiraClient, key: str, filter_: str, others: Iterable[MappedProject]) -> None:
    """Whether a mapping with this filter may stand beside the others of its project. Raises Refused (409
    where one of them has no filter, else 422), JiraError.
    """
    fields: FilterFields | None = None
    for other in others:
        if not other.jql.strip():
            raise Refused(
                _(
                    "%(key)s is already mapped on this connection, without a filter. Give that mapping a "
                    "filter first; then the rest of the project can be mapped by another one."
                )
                % {"key": other.key},
                code="already_mapped",
                status=409,
            )
        if not filter_.strip():
            raise _overlap(
                _(
                    "%(key)s is mapped already for “%(filter)s”. A mapping beside it needs a filter that "
                    "lets in none of those issues."
                )
                % {"key": other.key, "filter": other.jql[:200]}
            )
        fields = fields or FilterFields.of(jira.fields.all())
        if cannot_overlap(filter_, other.jql, fields):
            continue
        if number := in_both(jira, key, filter_, other.jql):
            raise _overlap(
                ngettext(
                    "%(n)d issue is in this filter and in the one of another mapping of %(key)s, "
                    "“%(filter)s”. An issue belongs to one mapping: let the filters exclude each other.",
                    "%(n)d issues are in this filter and in the one of another mapping of %(key)s, "
                    "“%(filter)s”. An issue belongs to one mapping: let the filters exclude each other.",
                    number,
                )
                % {"n": number, "key": other.key, "filter": other.jql[:200]}
            )


def _overlap(words: str) -> Refused:
    return Refused(words, code="filter_overlaps", fields={"jql": [words]})


def in_both(jira: JiraClient, key: str, one: str, other: str) -> int:
    """How many issues of the project are in both filters today. Raises JiraError."""
    return jira.search.count(jql.and_(f"project = {jql.quote(key)}", one, other))


def overlaps_now(jira: JiraClient, project: MappedProject) -> str:
    """What is in two mappings of this project today, though nothing was when they were made: a sentence
    for a person, empty where all is well. No call where the filters prove it. Raises JiraError.
    """
    others = [one for one in others_of(project) if one.jql.strip()]
    if not others or not project.jql.strip():
        return ""
    fields = FilterFields.of(jira.fields.all())
    for other in others:
        if cannot_overlap(project.jql, other.jql, fields):
            continue
        if number := in_both(jira, project.key, project.jql, other.jql):
            return ngettext(
                "%(n)d issue is in this mapping's filter and in “%(filter)s” of another mapping of "
                "%(key)s. It stays with the mapping that had it first: let the filters exclude each other.",
                "%(n)d issues are in this mapping's filter and in “%(filter)s” of another mapping of "
                "%(key)s. Each stays with the mapping that had it first: let the filters exclude each "
                "other.",
                number,
            ) % {"n": number, "key": other.key, "filter": other.jql[:200]}
    return ""


def hold(
    connection: Connection, remote_id: str, judged: Filters, but: uuid.UUID | None = None
) -> int:
    """Within a transaction: no other mapping of the connection is made or changed until it ends; the next
    free slot of the project. Raises Refused (409) where the others are not those that were judged.
    """
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    rows = mappings_of(connection, remote_id)
    if filters_of(one for one in rows if one.pk != but) != judged:
        raise Refused(
            _(
                "Another mapping of this project was made or changed at this very moment. Look at it, and "
                "try again."
            ),
            code="mapping_changed",
            status=409,
        )
    taken = {one.slot for one in rows}
    return next(slot for slot in range(len(taken) + 1) if slot not in taken)
