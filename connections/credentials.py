"""Credentials: proven by `/myself` before they are kept, sealed, never shown again.

A credential of another account than the connection's is kept as *pending* until a person takes it
or keeps the old one. Network calls happen outside transactions. It must not log or return a secret.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections import gateway, health, instance, sealing
from connections.diagnosing import Explained, diagnose
from connections.models import AuthMethod, Connection, Health, Lifecycle, SealedSecret, SecretField
from jira_client.client import JiraClient
from jira_client.dance import AccessToken
from jira_client.errors import AuthenticationRefused
from jira_client.values import Person


@dataclass(frozen=True, slots=True)
class Credential:
    """What signs a connection in. `secret`: access token, password, API token or PAT."""

    method: str
    secret: Secret
    username: str = ""
    handle: Secret | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who the credential is; `pending` where a person must first confirm the other account."""

    person: Person
    pending: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """A proven credential of another account that waits for a person's word."""

    account_id: str
    account_name: str
    credential: Credential = field(repr=False)


def verify(connection: Connection, credential: Credential) -> Person:
    """Who the credential is at the connection's address, asked of Jira by `/myself`; writes nothing.

    `connection` may hold settings that are not saved yet. Raises JiraError, NotReady, SealBroken, and
    Refused for what cannot be a credential.
    """
    check(credential)
    return candidate(connection, credential).myself()


def candidate(connection: Connection, credential: Credential) -> JiraClient:
    """A client that acts by a credential which is not the connection's own (yet)."""
    shadow = copy.copy(connection)
    shadow.auth_method, shadow.username = credential.method, credential.username
    return gateway.jira_for(shadow, secret=credential.secret, for_check=True)


def settle(
    connection: Connection, credential: Credential, person: Person, *, actor: User | None
) -> Outcome:
    """Take a proven credential, or keep it pending where it is another account's."""
    if connection.account_id and connection.account_id != person.id:
        _hold(connection, credential, person, actor=actor)
        return Outcome(person, pending=True)
    take(connection, credential, person, actor=actor)
    learn(connection)
    if (connection.diagnosis or {}).get("code") == "secret_missing":
        # It stopped for want of a credential, and this one was proven a moment ago.
        health.resume(connection, person.id)
    return Outcome(person, pending=False)


def present(connection: Connection, credential: Credential, *, actor: User | None) -> Outcome:
    """Verify and settle. Where Jira does not accept it nothing is stored, and what is raised says why."""
    return settle(connection, credential, verify(connection, credential), actor=actor)


def offer(connection: Connection, credential: Credential, *, actor: User | None) -> bool:
    """For a new connection: keep the credential, then try it. Whether Jira accepted it.

    A refusal leaves the draft with its diagnosis; a later passing test activates it.
    """
    check(credential)
    keep_unproven(connection, credential)
    try:
        settle(connection, credential, verify(connection, credential), actor=actor)
    except Explained as error:
        health.note_failure(connection, error)
        return False
    return True


def learn(connection: Connection) -> None:
    """Store what the instance is, for steps and dialects; some tell only those who signed in."""
    try:
        server = gateway.anonymous_for(connection).server_info()
    except AuthenticationRefused:
        server = gateway.jira_for(connection, for_check=True).server_info()
    instance.observe(connection, server)


@transaction.atomic
def keep_unproven(connection: Connection, credential: Credential) -> None:
    """Seal the credential of a connection that has no account yet; it stays a draft until proven."""
    _store(connection, credential)


@transaction.atomic
def take(
    connection: Connection, credential: Credential, person: Person, *, actor: User | None
) -> None:
    """Seal a proven credential as the connection's own. A draft becomes active; a stop remains until
    a test passes."""
    before = {"account": connection.account_name, "method": connection.auth_method}
    _store(connection, credential)
    SealedSecret.objects.filter(connection=connection, field=SecretField.PENDING).delete()
    accept(connection, person)
    audit.record(
        "connection.authenticated",
        actor=actor,
        target=connection,
        connection_id=connection.pk,
        before=before,
        after={"account": person.name, "method": credential.method},
    )


def accept(connection: Connection, person: Person) -> None:
    """The account is known and works: a draft becomes active."""
    values: dict[str, Any] = {
        "account_id": person.id,
        "account_name": person.name[:255],
        "time_zone": person.time_zone or "",
        "updated": timezone.now(),
    }
    if connection.lifecycle == Lifecycle.DRAFT:
        # Whatever an earlier try brought about: the first proof is the beginning.
        values |= {"lifecycle": Lifecycle.ACTIVE, "health": Health.OK, "diagnosis": None}
    _write(connection, values)
    gateway.forget(connection.pk)
    health.note_success(connection)


def pending(connection: Connection) -> Pending | None:
    """The credential that waits for confirmation. Raises SealBroken."""
    sealed = sealing.load(connection, SecretField.PENDING)
    if not sealed:
        return None
    data = orjson.loads(sealed.reveal())
    expires = data.get("expires")
    credential = Credential(
        method=data["method"],
        secret=Secret(data["secret"]),
        username=data["username"],
        handle=Secret(data["handle"]) if data.get("handle") else None,
        expires=datetime.fromisoformat(expires) if expires else None,
    )
    return Pending(data["account_id"], data["account_name"], credential)


def confirm(connection: Connection, *, actor: User | None) -> Person:
    """Take the pending account, after proving it once more. Raises Refused if none waits, JiraError."""
    waiting = _waiting(connection)
    person = verify(connection, waiting.credential)
    take(connection, waiting.credential, person, actor=actor)
    return person


@transaction.atomic
def keep(connection: Connection, *, actor: User | None) -> None:
    """Forget the pending account and stay with the old one. Raises Refused if none waits."""
    waiting = _waiting(connection)
    SealedSecret.objects.filter(connection=connection, field=SecretField.PENDING).delete()
    audit.record(
        "connection.account_kept",
        actor=actor,
        target=connection,
        connection_id=connection.pk,
        before={"offered": waiting.account_name},
        after={"account": connection.account_name},
    )


def stored(connection: Connection) -> SealedSecret | None:
    """The row of the credential in use: whether one is set, and since when. Never its text."""
    wanted = gateway.CREDENTIAL[connection.auth_method]
    return next((row for row in connection.secrets.all() if row.field == wanted), None)


def lost(connection: Connection, why: str) -> None:
    """The credential is gone (its address or method changed): nothing is called until a new one."""
    gateway.forget(connection.pk)
    if connection.lifecycle == Lifecycle.DRAFT:
        return
    health.stop(connection, diagnose(gateway.NotReady("secret_missing", why), connection))


def check(credential: Credential) -> None:
    """Raises Refused for what cannot be a credential, before it is sent anywhere."""
    text = credential.secret.reveal()
    if not text.strip():
        raise _refused("secret", _("Enter the password or token."))
    if any(ord(letter) < 32 for letter in text):
        raise _refused("secret", _("The password or token holds a line break; paste it again."))
    if credential.method == AuthMethod.BASIC:
        if not credential.username:
            raise _refused("username", _("Enter the user name that belongs to the password."))
        if ":" in credential.username:
            raise _refused("username", _("A user name cannot hold a colon."))
    if credential.method == AuthMethod.PAT and (not text.isascii() or " " in text):
        raise _refused("secret", _("This is no token: it holds spaces or special letters."))


def _hold(
    connection: Connection, credential: Credential, person: Person, *, actor: User | None
) -> None:
    data = {
        "method": credential.method,
        "secret": credential.secret.reveal(),
        "username": credential.username,
        "handle": credential.handle.reveal() if credential.handle else None,
        "expires": credential.expires.isoformat() if credential.expires else None,
        "account_id": person.id,
        "account_name": person.name,
    }
    with transaction.atomic():
        sealing.store(connection, SecretField.PENDING, Secret(orjson.dumps(data).decode()))
        audit.record(
            "connection.account_offered",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            before={"account": connection.account_name},
            after={"offered": person.name},
        )


def _waiting(connection: Connection) -> Pending:
    waiting = pending(connection)
    if waiting is None:
        raise Refused(
            _("No other account waits for confirmation."), code="nothing_pending", status=409
        )
    return waiting


def _store(connection: Connection, credential: Credential) -> None:
    target = gateway.CREDENTIAL[credential.method]
    others = {SecretField.ACCESS_TOKEN, SecretField.PASSWORD, SecretField.SESSION_HANDLE} - {target}
    SealedSecret.objects.filter(connection=connection, field__in=others).delete()
    sealing.store(connection, SecretField(target), credential.secret)
    if credential.handle:
        sealing.store(connection, SecretField.SESSION_HANDLE, credential.handle)
    _write(
        connection,
        {
            "auth_method": credential.method,
            "username": credential.username,
            "token_expires": credential.expires,
            "updated": timezone.now(),
        },
    )
    gateway.forget(connection.pk)


def of_token(found: AccessToken) -> Credential:
    """The credential that an exchange or a renewal gave."""
    expires = timezone.now() + timedelta(seconds=found.expires_in) if found.expires_in else None
    return Credential(
        method=AuthMethod.OAUTH1,
        secret=Secret(found.token),
        handle=Secret(found.session_handle) if found.session_handle else None,
        expires=expires,
    )


def _write(connection: Connection, values: dict[str, Any]) -> None:
    Connection.objects.filter(pk=connection.pk).update(**values)
    for name, value in values.items():
        setattr(connection, name, value)


def _refused(name: str, sentence: str) -> Refused:
    return Refused(sentence, code="invalid", fields={name: [sentence]})
