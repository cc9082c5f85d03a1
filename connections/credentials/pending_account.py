"""A proven credential of another account, kept sealed until a person takes it or keeps the old one.

Who it is stands in clear in the connection's row, so that lists and pages need no key. It must not
ask Jira, nor decide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.credentials.proof import Credential
from connections.models import Connection, SecretField
from jira_client.values import Person


@dataclass(frozen=True, slots=True)
class Pending:
    """A proven credential of another account that waits for a person's word."""

    account_id: str
    account_name: str
    credential: Credential = field(repr=False)


def hold(
    connection: Connection, credential: Credential, person: Person, *, actor: User | None
) -> None:
    """Seal it as pending; what waited before is replaced. Writes to Jira wait from now on."""
    data = as_data(credential, person)
    with transaction.atomic():
        sealing.store(connection, SecretField.PENDING, Secret(orjson.dumps(data).decode()))
        _name(connection, person.id, person.name[:255])
        audit.record(
            "connection.account_offered",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            before={"account": connection.account_name},
            after={"offered": person.name},
        )


def as_data(credential: Credential, person: Person) -> dict[str, Any]:
    """Everything of a proven credential, to be sealed; with whose it is."""
    return {
        "method": credential.method,
        "secret": credential.secret.reveal(),
        "username": credential.username,
        "handle": credential.handle.reveal() if credential.handle else None,
        "expires": credential.expires.isoformat() if credential.expires else None,
        "ends": credential.ends.isoformat() if credential.ends else None,
        "api_url": credential.api_url,
        "account_id": person.id,
        "account_name": person.name,
    }


def from_data(data: dict[str, Any]) -> Credential:
    """The credential of `as_data`."""
    return Credential(
        method=data["method"],
        secret=Secret(data["secret"]),
        username=data["username"],
        handle=Secret(data["handle"]) if data.get("handle") else None,
        expires=moment_of(data.get("expires")),
        ends=moment_of(data.get("ends")),
        api_url=data.get("api_url"),
    )


def pending(connection: Connection) -> Pending | None:
    """The credential that waits for confirmation. Raises SealBroken."""
    sealed = sealing.load(connection, SecretField.PENDING)
    if not sealed:
        return None
    data = orjson.loads(sealed.reveal())
    return Pending(data["account_id"], data["account_name"], from_data(data))


def forget(connection: Connection) -> None:
    """Nobody waits any more."""
    connection.secrets.filter(field=SecretField.PENDING).delete()
    _name(connection, "", "")


def moment_of(text: str | None) -> datetime | None:
    """A moment as it is kept in sealed data; None where there is none."""
    return datetime.fromisoformat(text) if text else None


def _name(connection: Connection, account_id: str, account_name: str) -> None:
    Connection.objects.filter(pk=connection.pk).update(
        pending_id=account_id, pending_name=account_name, updated=timezone.now()
    )
    connection.pending_id, connection.pending_name = account_id, account_name
