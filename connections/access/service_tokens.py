"""Access tokens of service accounts: asked for anew in time, by one worker for all, and kept sealed.

A token lives an hour. It is kept in memory and, sealed with its end, in the row, so that other processes
need not ask; five minutes before its end one of them asks for the next. Where Jira refuses a token early,
the next one is asked for at once. It must not decide what a refusal means for the connection.

    memory → the row's token, where that is fresh → the claim (a conditional UPDATE) → asked for, sealed
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from almconnect.lib import egress
from almconnect.lib.secret import Secret
from connections.access import outer_credentials, sealing
from connections.models import Connection, SecretField
from jira_client import service_token
from jira_client.cloud_address import is_gateway
from jira_client.transport import Transport

EARLY: Final = timedelta(minutes=5)
CLAIM: Final = timedelta(seconds=45)
PATIENCE: Final = (
    15.0  # seconds to wait for whoever has the claim; then two ask, which does no harm
)
_LOOK: Final = 0.2


@dataclass(frozen=True, slots=True)
class Kept:
    """A token, when it ends, and the scopes that it was told to have."""

    token: str
    ends: datetime
    scopes: tuple[str, ...] = ()

    def is_good(self, refused: str) -> bool:
        """Whether it may be used: it is not the one that was refused, and does not end at once."""
        return self.token != refused and self.ends > timezone.now() + EARLY


def source_of(connection: Connection, secret: Secret, *, stored: bool) -> Callable[[str], str]:
    """Answers a token that is good, and not the refused one that it is given (empty: none was).

    `secret`: the client secret. `stored`: it is the connection's own, whose tokens are everybody's; else
    they live with this function alone. The function raises JiraError, SealBroken.
    """
    mine: list[Kept] = []

    def current(refused: str) -> str:
        known = mine[0] if mine else None
        if known is None or not known.is_good(refused):
            known = _shared(connection, secret, refused) if stored else _ask(connection, secret)
            mine[:] = [known]
        return known.token

    return current


def told_scopes(connection: Connection) -> tuple[str, ...] | None:
    """The scopes of the token that is kept; None where none is, or nobody told. Raises SealBroken."""
    row = _of_row(connection)
    return row.scopes or None if row is not None else None


def _shared(connection: Connection, secret: Secret, refused: str) -> Kept:
    give_up = time.monotonic() + PATIENCE
    while True:
        row = _of_row(connection)
        if row is not None and row.is_good(refused):
            return row
        if _claimed(connection.pk) or time.monotonic() > give_up:
            return _renewed(connection, secret, refused)
        if row is not None and row.token != refused and row.ends > timezone.now():
            return row  # somebody is asking; this one is good for some minutes more
        time.sleep(_LOOK)


def _of_row(connection: Connection) -> Kept | None:
    sealed = sealing.load(connection, SecretField.ACCESS_TOKEN)
    if not sealed:
        return None
    data = orjson.loads(sealed.reveal())
    if data["of"] != connection.username:
        return None  # of an earlier client ID, sealed by a worker that was late
    scopes = tuple(data.get("scopes", ()))
    return Kept(data["token"], datetime.fromisoformat(data["ends"]), scopes)


def _claimed(key: uuid.UUID) -> bool:
    """Whether this worker is the one to ask; a claim whose worker died ends by itself."""
    now = timezone.now()
    free = Q(renewal_due=None) | Q(renewal_due__lte=now)
    return bool(Connection.objects.filter(free, pk=key).update(renewal_due=now + CLAIM))


def _renewed(connection: Connection, secret: Secret, refused: str) -> Kept:
    """By whoever has the claim; another may have been through a moment ago."""
    try:
        row = _of_row(connection)
        if row is not None and row.is_good(refused):
            return row
        found = _ask(connection, secret)
        ends = found.ends.isoformat()
        kept = {
            "token": found.token,
            "ends": ends,
            "of": connection.username,
            "scopes": found.scopes,
        }
        sealing.store(connection, SecretField.ACCESS_TOKEN, Secret(orjson.dumps(kept).decode()))
        return found
    finally:
        Connection.objects.filter(pk=connection.pk).update(renewal_due=None)


def door(connection: Connection, atlassian: str = "") -> Transport:
    """To where tokens are handed out: Atlassian's own address, or Jira's where none is given; to be closed.
    Raises TlsFailed, NotJira.
    """
    # Atlassian's own certificate is verified in the ordinary way, whatever was set for this Jira.
    cloud = bool(atlassian)
    return Transport(
        atlassian or connection.api_url or connection.base_url,
        egress.address_policy(),
        verify_tls=cloud or connection.checks_tls,
        ca_bundle_pem=None if cloud else connection.ca_bundle or None,
        fingerprint=None if cloud else connection.fingerprint or None,
        proxy=connection.proxy_url or None,
        **outer_credentials.transport_options(connection, to_jira=not cloud),
    )


def _ask(connection: Connection, secret: Secret) -> Kept:
    """Of Atlassian for what is called at its gateway, else of Jira itself. Raises JiraError."""
    cloud = is_gateway(connection.api_url or connection.base_url)
    with door(connection, settings.ATLASSIAN_AUTH if cloud else "") as transport:
        found = service_token.ask(
            transport,
            service_token.CLOUD if cloud else service_token.DATA_CENTER,
            connection.username,
            secret.reveal(),
            "" if cloud else service_token.WRITE,
        )
    return Kept(found.token, timezone.now() + timedelta(seconds=found.seconds), found.scopes)
