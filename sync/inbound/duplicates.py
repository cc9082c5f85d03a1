"""Two issues that carry the mark of one create: the second is never merged into the first's pair.

It is shown on the item until a person has deleted one of them in Jira.
"""

from __future__ import annotations

from collections.abc import Container

from django.db import transaction

from connections.models import Connection, MappedProject
from sync.core.values import Seen
from sync.models import Shadow
from sync.pairs import states
from sync.pairs.trace import note

PREFIX = "duplicate "


def flag(connection: Connection, shadow: Shadow, seen: Seen) -> None:
    """In the caller's transaction, with the shadow locked."""
    name = f"{PREFIX}{seen.remote_id}"
    if name in shadow.parked:
        return
    words = (
        f"{seen.remote_key} was created by the same edit as {shadow.remote_key}. Delete one of them "
        "in Jira."
    )
    shadow.parked = {**shadow.parked, name: words}
    shadow.save(update_fields=["parked"])
    note(connection, "merge", "refused", words, item=shadow.item, remote_id=seen.remote_id)
    states.derive([shadow.item_id])


@transaction.atomic
def forget(project: MappedProject, present: Container[str]) -> None:
    """After a census: duplicates that Jira does not list any more are over."""
    over = []
    for shadow in Shadow.objects.filter(project=project).exclude(parked={}):
        kept = {
            name: why
            for name, why in shadow.parked.items()
            if not name.startswith(PREFIX) or name.removeprefix(PREFIX) in present
        }
        if kept != shadow.parked:
            Shadow.objects.filter(pk=shadow.pk).update(parked=kept)
            over.append(shadow.item_id)
    states.derive(over)
