"""Reading what a caller asks for: a mapped project, one of several states."""

from __future__ import annotations

import uuid

from django.shortcuts import get_object_or_404

from almconnect.lib.api import Refused
from connections.models import MappedProject


def project_of(project_id: uuid.UUID) -> MappedProject:
    """The mapped project with its connection. Raises Http404."""
    return get_object_or_404(MappedProject.objects.select_related("connection"), pk=project_id)


def one_of(value: str, allowed: list[str]) -> str:
    """The state asked for. Raises Refused for a word that is none of them."""
    if value not in allowed:
        names = ", ".join(allowed)
        raise Refused(f"state is one of: {names}.", fields={"state": [f"One of: {names}."]})
    return value
