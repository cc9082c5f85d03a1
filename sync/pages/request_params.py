"""What the sync's pages share: who asks, which row is meant, a call to Jira with its diagnosis."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import CONNECT, PLAN
from connections.health import health
from connections.health.diagnosis import Explained
from connections.models import Connection, MappedProject
from connections.views.session import person_of
from connections.views.tabs import tabs_of

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Asked(Generic[Answer]):
    """What Jira answered, or why it did not: exactly one of the two is there."""

    answer: Answer | None = None
    diagnosis: dict[str, Any] | None = field(default=None)


def ask(connection: Connection, question: Callable[[], Answer]) -> Asked[Answer]:
    """Put a question to Jira with the credential in use; the connection's health follows.

    What is none of Jira's, the network's or a seal's failures is raised.
    """
    try:
        found = question()
    except Explained as error:
        return Asked(diagnosis=health.note_failure(connection, error))
    health.note_success(connection)
    return Asked(answer=found)


def connection_for(connection_id: uuid.UUID) -> Connection:
    return get_object_or_404(Connection, pk=connection_id)


def project_for(project_id: uuid.UUID) -> MappedProject:
    return get_object_or_404(MappedProject.objects.select_related("connection"), pk=project_id)


def page_context(
    request: HttpRequest, connection: Connection | None, tab: str = ""
) -> dict[str, Any]:
    """The context that every page has: the connection, its tabs, and what this person may do."""
    role = person_of(request).role
    return {
        "connection": connection,
        "tabs": tabs_of(connection, tab) if connection else [],
        "may_plan": role in PLAN,
        "may_connect": role in CONNECT,
    }
