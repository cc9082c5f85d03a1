"""What fields of the customer's choice are called, for sentences: people never see their ids."""

from __future__ import annotations

import uuid

from planning.models import CUSTOM, CustomField

_names: dict[str, str] = {}  # by word; a name never changes


def called(name: str) -> str:
    """The field's name, where it is one of the customer's choice; else the word as it is. One query for a
    name that this process has not met.
    """
    if not name.startswith(CUSTOM):
        return name
    if name not in _names:
        try:
            key = uuid.UUID(name.removeprefix(CUSTOM))
        except ValueError:
            return name
        row = CustomField.objects.filter(pk=key).first()
        if row is None:
            return name
        _names[name] = row.name
    return _names[name]
