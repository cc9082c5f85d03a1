"""Renewing an OAuth access token before it ends: 1.0a by its session handle, 2.0 where nobody else does.

Claimed by conditional UPDATE, once an hour at most; where Jira refuses, the cockpit goes on warning
the person, and the old token works until it ends. It must not touch a connection that is stopped.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit
from connections.access import gateway, person_tokens, sealing
from connections.credentials import credentials
from connections.credentials.proof import Credential, verify
from connections.health import health
from connections.health.diagnosis import Explained
from connections.models import AuthMethod, Connection, Health, Lifecycle, SecretField
from jira_client import dance
from jira_client.values import Person

EARLY = timedelta(days=30)
PAUSE = timedelta(hours=1)  # between two tries
UNUSED = timedelta(days=30)  # of OAuth 2.0: renewed then, though nobody needs it
SOON = timedelta(minutes=2)  # until the next try; nobody else renews meanwhile


def due() -> QuerySet[Connection]:
    """Running OAuth connections whose token ends soon and can be renewed now."""
    now = timezone.now()
    return Connection.objects.running().filter(
        Q(renewal_due__isnull=True) | Q(renewal_due__lte=now),
        auth_method=AuthMethod.OAUTH1,
        token_expires__lt=now + EARLY,
        secrets__field=SecretField.SESSION_HANDLE,
    )


def renew(connection_id: uuid.UUID | str) -> bool:
    """Whether a fresh token was proven and sealed. False: not due, somebody else has it, or refused."""
    ids = list(due().filter(pk=connection_id).values_list("pk", flat=True))
    if not Connection.objects.filter(
        Q(renewal_due__isnull=True) | Q(renewal_due__lte=timezone.now()), pk__in=ids
    ).update(renewal_due=timezone.now() + PAUSE):
        return False
    connection = Connection.objects.get(pk=connection_id)
    try:
        fresh = _fetch(connection)
        person = verify(connection, fresh)
    except Explained as error:
        health.note_attempt(connection, error)
        return False
    if person.id != connection.account_id:
        return False  # a token of somebody else is never taken without a person's word
    _take(connection, fresh, person)
    return True


def _fetch(connection: Connection) -> Credential:
    token = sealing.load(connection, SecretField.ACCESS_TOKEN)
    handle = sealing.load(connection, SecretField.SESSION_HANDLE)
    key = sealing.load(connection, SecretField.PRIVATE_KEY)
    if not (token and handle and key):
        raise gateway.NotReady("secret_missing", "The token to be renewed is not stored.")
    with gateway.transport_for(connection) as transport:
        found = dance.renew_access_token(
            transport,
            connection.base_url,
            connection.consumer_key,
            key.reveal(),
            token.reveal(),
            handle.reveal(),
        )
    return credentials.of_token(found)


def unused() -> QuerySet[Connection]:
    """Connections by OAuth 2.0 of which nobody renewed the tokens for a month, as while they are paused:
    a refresh token that is not used ends."""
    now = timezone.now()
    soon = now + person_tokens.UNUSED - UNUSED
    return (
        Connection.objects.filter(
            Q(renewal_due__isnull=True) | Q(renewal_due__lte=now),
            auth_method=AuthMethod.OAUTH2,
            token_expires__lt=soon,
        )
        .exclude(lifecycle=Lifecycle.DRAFT)
        .exclude(health=Health.STOPPED)
    )


def keep_alive(connection_id: uuid.UUID | str) -> bool:
    """Whether such tokens were renewed. Where Jira refuses, the connection says so."""
    connection = unused().filter(pk=connection_id).first()
    if connection is None:
        return False
    try:
        person_tokens.renew_now(connection)
    except Explained as error:
        health.note_failure(connection, error)
        later = timezone.now() + SOON
        Connection.objects.filter(pk=connection.pk).update(renewal_due=later)
        return False
    return True


@transaction.atomic
def _take(connection: Connection, fresh: Credential, person: Person) -> None:
    credentials.take(connection, fresh, person, actor=None, renewed=True)
    Connection.objects.filter(pk=connection.pk).update(renewal_due=None)
    audit.record(
        "connection.token_renewed", actor=None, target=connection, connection_id=connection.pk
    )
