"""What people and the API do to work items: row, Change and event in one transaction.

Every way here ends in one path, `edit_many`, so that a form, an API call and a bulk call cannot differ.
What Jira says is planning.inbound_writes's; this module must not be called for it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from almconnect.lib.api import MOST, Refused
from connections.models import MappedProject
from planning import custom_values, rules
from planning.item_validation import fit, project_of
from planning.lookups import Lookups, ids_in, look_up
from planning.models import ChangeKind, Link, WorkItem
from planning.outbox import Outbox
from planning.transaction_locks import Turn, take_turn

ALWAYS: Final = frozenset({"version", "updated", "sync_state", "sync_detail", "sync_at"})


class NotThere(Refused):
    """The work item does not exist, or not any more."""

    def __init__(self) -> None:
        super().__init__(
            _("There is no such work item. It may have been deleted."),
            code="not_found",
            status=404,
        )


class Stale(Refused):
    """Somebody, here or in Jira, changed the item since the caller read it."""

    def __init__(self, expected: int, version: int) -> None:
        super().__init__(
            _(
                "This work item was changed meanwhile: you edited version %(old)d, and now there "
                "is version %(new)d. Look at it again and repeat your change."
            )
            % {"old": expected, "new": version},
            code="stale",
            status=412,
        )
        self.expected, self.version = expected, version


def create_item(
    *,
    actor: User | None,
    project: MappedProject | uuid.UUID | str | None,
    type: str,
    summary: str,
    typed: bool = False,
    **values: Any,
) -> WorkItem:
    """A new work item; with a project it is on its way to Jira, without it stays on the board.

    `typed` as for `edit_many`. `values` are board fields as in planning.fields. Raises Refused 422
    and 409 (read-only project).
    """
    row = {**values, "project": project, "type": type, "summary": summary}
    return _only(edit_many([row], actor=actor, typed=typed))


def edit_item(
    item_id: uuid.UUID,
    *,
    actor: User | None,
    values: Mapping[str, Any],
    expected_version: int | None = None,
    typed: bool = False,
) -> WorkItem:
    """Change some fields (`typed` as for `edit_many`); what is equal already writes nothing.

    Raises Refused 404, 409 (read-only, or the type of an item in Jira), 412 and 422.
    """
    row = {**values, "id": item_id}
    if expected_version is not None:
        row["version"] = expected_version
    return _only(edit_many([row], actor=actor, typed=typed))


def edit_many(
    rows: Sequence[Mapping[str, Any]], *, actor: User | None, typed: bool = False
) -> list[WorkItem | Refused]:
    """Up to 500 creates (no `id`) and edits (`id`, perhaps `version`): a result for each, in order. Fields
    of the customer's choice are given under `custom`, by their ids, or each by its word.

    `typed`: somebody typed the values and waits for the answer, so that what Jira does not offer is
    refused now and not parked later. A refused row changes nothing and stops no other. The number of
    queries does not grow with the rows, but for parents: one a level. Raises Refused (422) for more
    than 500 rows.
    """
    if len(rows) > MOST:
        raise Refused(_("At most %(most)d items fit into one call.") % {"most": MOST})
    rows = [custom_values.by_word(row) for row in rows]
    with transaction.atomic():
        if ids_in(rows, "parent"):
            take_turn(Turn.PARENTS)
        lookups = look_up(ids_in(rows, "id"), rows, typed=typed)
        outbox = Outbox(actor)
        created: dict[uuid.UUID, WorkItem] = {}
        edited: dict[uuid.UUID, WorkItem] = {}
        columns: set[str] = set()
        results: list[WorkItem | Refused] = []
        for row in rows:
            try:
                if "id" in row:
                    item, touched = _edit(lookups, outbox, row)
                    if touched:
                        edited[item.pk] = item
                        columns |= touched
                else:
                    item = _create(lookups, outbox, row)
                    created[item.pk] = item
                results.append(item)
            except Refused as refusal:
                results.append(refusal)
        _store(created.values(), edited.values(), columns)
        outbox.flush()
    return results


def delete_item(
    item_id: uuid.UUID, *, actor: User | None, expected_version: int | None = None
) -> WorkItem:
    """Take an item and its links off the board; what Jira does is the project's deletion policy.

    It stays as a tombstone, and its children stay where they are. Raises Refused 404, 409, 412.
    """
    with transaction.atomic():
        item = _find(look_up([item_id], []), item_id)
        _refuse_stale(item, expected_version)
        rules.refuse_read_only(item.project)
        outbox = Outbox(actor)
        now = timezone.now()
        links = (
            Link.objects.filter(Q(source=item) | Q(target=item), deleted=None)
            .select_for_update(no_key=True)
            .order_by("pk")
        )
        gone = list(links)
        for link in gone:
            link.deleted = now
            # Jira's own links go with its issue, or stay where the issue stays.
            outbox.note_link(ChangeKind.UNLINK, link, None)
        Link.objects.bulk_update(gone, ["deleted", "sync_state"])
        item.deleted, item.updated, item.version = now, now, item.version + 1
        outbox.note_item(ChangeKind.DELETE, item, {}, {"summary": item.summary})
        item.save(update_fields=[*ALWAYS, "deleted"])
        outbox.flush()
    return item


def _create(lookups: Lookups, outbox: Outbox, row: Mapping[str, Any]) -> WorkItem:
    values = {name: value for name, value in row.items() if name != "project"}
    project = project_of(lookups, row.get("project"))
    rules.refuse_read_only(project)
    item = WorkItem(project=project)
    if project and "team" not in values and project.pk in lookups.default_team:
        values["team"] = lookups.default_team[project.pk]
        lookups.teams[values["team"].pk] = values["team"]
    values = {"type": "", "summary": "", **values}
    changed, _before, _columns = fit(lookups, item, values)
    if not project and not item.status:
        item.status = next(iter(rules.LOCAL_STATUSES))
    outbox.note_item(ChangeKind.CREATE, item, changed, {})
    return item


def _edit(lookups: Lookups, outbox: Outbox, row: Mapping[str, Any]) -> tuple[WorkItem, set[str]]:
    item = _find(lookups, row["id"])
    _refuse_stale(item, row.get("version"))
    rules.refuse_read_only(item.project)
    values = {name: value for name, value in row.items() if name not in {"id", "version"}}
    changed, before, touched = fit(lookups, item, values)
    if not changed:
        return item, set()
    item.version += 1
    item.updated = timezone.now()
    outbox.note_item(ChangeKind.EDIT, item, changed, before)
    return item, touched


def _store(created: Iterable[WorkItem], edited: Iterable[WorkItem], columns: set[str]) -> None:
    fresh, changed = list(created), list(edited)
    if fresh:
        WorkItem.objects.bulk_create(fresh)
    if len(changed) == 1:
        changed[0].save(update_fields=sorted(columns | ALWAYS))
    elif changed:
        # An upsert of rows we hold locked: far quicker than a CASE per column and row.
        WorkItem.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=sorted(columns | ALWAYS),
        )


def _find(lookups: Lookups, item_id: Any) -> WorkItem:
    try:
        return lookups.items[uuid.UUID(str(item_id))]
    except (KeyError, ValueError) as problem:
        raise NotThere from problem


def _refuse_stale(item: WorkItem, expected: int | None) -> None:
    if expected is not None and expected != item.version:
        raise Stale(expected, item.version)


def _only(results: Sequence[WorkItem | Refused]) -> WorkItem:
    (result,) = results
    if isinstance(result, Refused):
        raise result
    return result
