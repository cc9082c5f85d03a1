"""Fields of the customer's choice in a mapping: what of Jira they can be, judged before it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.models import Connection
from jira_client.values import FieldInfo
from planning.models import CustomField
from sync.core.kinds import CUSTOM, kind_of


def offered(fields: Sequence[FieldInfo]) -> dict[str, list[FieldInfo]]:
    """Kind → the fields of Jira that are of it."""
    found: dict[str, list[FieldInfo]] = {}
    for info in fields:
        kind = kind_of(info)
        if kind is not None:
            found.setdefault(kind, []).append(info)
    return found


def judge(connection: Connection, now: Mapping[str, Any], entries: Mapping[str, Any]) -> None:
    """Raises Refused (422) where an entry of a field map names no field of the board, a field of Jira that
    is another word's, or one of another kind; JiraError, NotReady. Jira is asked where there is any such.

    `now`: the field map as it becomes; `entries`: what of it is new.
    """
    new = {
        name: str(remote) for name, remote in entries.items() if name.startswith(CUSTOM) and remote
    }
    if not new:
        return
    rows = {row.word: row for row in CustomField.objects.all()}
    there = {info.id: info for info in jira_for(connection).fields.all()}
    for name, remote in new.items():
        row, info = rows.get(name), there.get(remote)
        others = [word for word, taken in now.items() if str(taken) == remote and word != name]
        if row is None:
            why = _("There is no field “%(name)s” on the board.") % {"name": name}
        elif info is None:
            why = _("Jira has no field “%(id)s”.") % {"id": remote}
        elif others:
            why = _("“%(field)s” is the board's %(other)s already.") % {
                "field": info.name,
                "other": others[0],
            }
        elif kind_of(info) != row.kind:
            why = _("“%(field)s” in Jira is not of the kind “%(kind)s”.") % {
                "field": info.name,
                "kind": row.get_kind_display(),
            }
        else:
            continue
        raise Refused(why, fields={"field_map": [why]})
