"""Reading what a caller asks for: a mapped project, one of several states, the rows of a mapping."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404

from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.models import Change
from sync.models import Delivery, Shadow
from sync.rest.bodies import OfMappingListing, ReplayIn, StateListing

Row = TypeVar("Row", bound=Model)


def project_of(project_id: uuid.UUID) -> MappedProject:
    """The mapped project with its connection. Raises Http404."""
    return get_object_or_404(MappedProject.objects.select_related("connection"), pk=project_id)


def of_mapping(
    rows: QuerySet[Row], asked: StateListing | OfMappingListing | ReplayIn
) -> QuerySet[Row]:
    """Those of a connection and of a project, where they are named. Raises Http404 for a project that is
    none: an empty list would say that nothing of it is there."""
    named = _NAMED[rows.model]
    if asked.connection:
        rows = rows.filter(**{named.connection: asked.connection})
    if asked.project:
        rows = rows.filter(**named.project(project_of(asked.project)))
    return rows


@dataclass(frozen=True, slots=True)
class _Named:
    """How rows name their connection and their mapped project."""

    connection: str
    project: Callable[[MappedProject], dict[str, Any]]


_NAMED: dict[Any, _Named] = {
    Change: _Named("project__connection", lambda one: {"project": one.pk}),
    # A delivery comes before anybody knows whether its project is mapped.
    Delivery: _Named(
        "connection",
        lambda one: {"connection": one.connection_id, "project_id": one.remote_id},
    ),
    Shadow: _Named("connection", lambda one: {"project": one.pk}),
}


def one_of(value: str, allowed: list[str]) -> str:
    """The state asked for. Raises Refused for a word that is none of them."""
    if value not in allowed:
        names = ", ".join(allowed)
        raise Refused(f"state is one of: {names}.", fields={"state": [f"One of: {names}."]})
    return value
