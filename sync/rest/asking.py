"""Reading what a caller asks for: a mapped project, one of several states, the pairs of a mapping."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from almconnect.lib.api import Refused
from connections.models import MappedProject
from sync.bodies import OfMappingListing
from sync.models import Shadow


def project_of(project_id: uuid.UUID) -> MappedProject:
    """The mapped project with its connection. Raises Http404."""
    return get_object_or_404(MappedProject.objects.select_related("connection"), pk=project_id)


def of_mapping(rows: QuerySet[Shadow], asked: OfMappingListing) -> QuerySet[Shadow]:
    """Those of a connection and of a project, where they are named; the newest first."""
    if asked.connection:
        rows = rows.filter(connection=asked.connection)
    if asked.project:
        rows = rows.filter(project=asked.project)
    return rows.order_by("-pk")


def one_of(value: str, allowed: list[str]) -> str:
    """The state asked for. Raises Refused for a word that is none of them."""
    if value not in allowed:
        names = ", ".join(allowed)
        raise Refused(f"state is one of: {names}.", fields={"state": [f"One of: {names}."]})
    return value
