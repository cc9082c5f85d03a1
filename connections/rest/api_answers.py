"""What the calls of connections share: finding the row, and Jira's failures as the API's errors."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.shortcuts import get_object_or_404

from almconnect.lib.api import Refused
from connections.health import health
from connections.health.diagnosis import Explained, http_status
from connections.models import Connection


def find(connection_id: uuid.UUID) -> Connection:
    """Raises Http404."""
    return get_object_or_404(Connection, pk=connection_id)


@contextmanager
def explained(connection: Connection) -> Iterator[None]:
    """Turns what Jira, the network or a seal refuses into the API's error, and keeps the diagnosis."""
    try:
        yield
    except Explained as error:
        found = health.note_attempt(connection, error)
        raise Refused(found["what"], code=found["code"], status=http_status(error)) from error


@contextmanager
def noted(connection: Connection) -> Iterator[None]:
    """For calls with the credential in use: like `explained`, and the connection's health follows."""
    try:
        yield
    except Explained as error:
        found = health.note_failure(connection, error)
        raise Refused(found["what"], code=found["code"], status=http_status(error)) from error
    health.note_success(connection)
