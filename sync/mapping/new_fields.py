"""Fields that are mapped while items have values there already: every pair says that Jira told nothing yet.

So the next comparison reads them of every issue, and nothing that was agreed of another field counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from almconnect.lib import bulk_rows
from connections.models import MappedProject
from sync.core.values import may_come_later
from sync.models import Shadow

_CHUNK = 500


def added(before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    """The board fields of a map that are new in it, or another field of Jira's now."""
    return {
        name for name, remote in now.items() if before.get(name) != remote and may_come_later(name)
    }


def unread(project: MappedProject, names: Iterable[str]) -> None:
    """Note on every pair of the project that of these fields nothing was told, and nothing agreed."""
    new = set(names)
    pairs = Shadow.objects.filter(project=project)
    ids = list(pairs.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(ids), _CHUNK):
        with transaction.atomic():
            rows = list(Shadow.objects.filter(pk__in=ids[at : at + _CHUNK]).locked())
            for row in rows:
                untold = {*row.untold.split(","), *new} - {""}
                row.untold = ",".join(sorted(untold))
                row.agreed = {k: v for k, v in row.agreed.items() if k not in new}
            bulk_rows.update(rows, ("untold", "agreed"))
