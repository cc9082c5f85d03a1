"""Credentials: proven by `/myself` before they are kept, sealed, never shown again.

A credential of another account than the connection's is kept as *pending* until a person takes it
or keeps the old one. Network calls happen outside transactions. It must not log or return a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.secret import Secret
from connections.access import gateway, person_tokens, sealing
from connections.address import instance
from connections.credentials import pending_account
from connections.credentials.credential import with_last_day
from connections.credentials.pending_account import Pending, pending
from connections.credentials.proof import Credential, Proof, candidate, check, prove, verify
from connections.credentials.service_user import Remark
from connections.health import health, site_identity
from connections.health.diagnosis import Explained, diagnose
from connections.models import AuthMethod, Connection, Health, Lifecycle, SealedSecret, SecretField
from jira_client.cloud_address import is_gateway
from jira_client.dance import AccessToken
from jira_client.values import Person

__all__ = ["Credential", "Pending", "candidate", "check", "pending", "prove", "verify"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who the credential is; `pending` where a person must first confirm the other account. `remarks`:
    what speaks against the account, as a person's own; `notes`: sentences on the way that was found."""

    person: Person
    pending: bool
    remarks: tuple[Remark, ...] = ()
    notes: tuple[str, ...] = ()


def settle(connection: Connection, proof: Proof, *, actor: User | None) -> Outcome:
    """Take a proven credential, or keep it pending where it is another account's."""
    person, credential = proof.person, with_last_day(proof.credential, timezone.now())
    notes = _notes(connection, proof)
    if credential.ends != proof.credential.ends:
        notes += (_assumed_end(credential),)
    instance.observe(connection, proof.server)
    _split_gateway(connection, proof)
    site_identity.settle(connection, proof.identity)
    if connection.account_id and connection.account_id != person.id:
        pending_account.hold(connection, credential, person, actor=actor)
        if stored(connection) is None:
            lost(connection, _("The address changed, and another account waits for your word."))
        return Outcome(person, pending=True, remarks=proof.remarks, notes=notes)
    take(connection, credential, person, actor=actor)
    if (connection.diagnosis or {}).get("code") in ENDED_BY_PROOF:
        health.resume(connection, person.id, actor=actor)
    return Outcome(person, pending=False, remarks=proof.remarks, notes=notes)


def _notes(connection: Connection, proof: Proof) -> tuple[str, ...]:
    """What was found out of a token that works elsewhere than the connection has called so far."""
    address = proof.credential.api_url
    if address is None or address == connection.api_url:
        return ()
    if not address:
        return (_("This is a token without scopes; it works at the site itself."),)
    return (
        _(
            "This is a token with scopes; it works at Atlassian's gateway (%(address)s), which the "
            "console uses from now on."
        )
        % {"address": address},
    )


def _assumed_end(credential: Credential) -> str:
    words = _(
        "No last day was entered for this API token, so %(day)s is taken, a year from now: the longest "
        "that Atlassian gives. Enter the day that Jira names under “Change settings”, to be warned in "
        "time."
    )
    return words % {"day": f"{credential.ends:%Y-%m-%d}"}


def _split_gateway(connection: Connection, proof: Proof) -> None:
    """A gateway's address that was entered as the Instance URL is where calls go, and people open the
    site; what is sealed stays sealed for the same address. Atlassian's alone: another host that looks like
    one could name any site as its own.
    """
    told = proof.server.base_url.rstrip("/")
    atlassians = connection.base_url.startswith(f"{settings.ATLASSIAN_API}/")
    if atlassians and is_gateway(connection.base_url) and not connection.api_url and told:
        connection.store({"api_url": connection.base_url, "base_url": told[:500]})


# It stopped for want of a credential, not by Jira's word, and one was proven a moment ago.
ENDED_BY_PROOF = frozenset({"secret_missing", "seal_broken", "key_replaced"})


def present(
    connection: Connection, credential: Credential, *, actor: User | None, retry: bool = False
) -> Outcome:
    """Prove and settle. Where Jira does not accept it nothing is stored, and what is raised says why."""
    proof = prove(connection, credential, retry=retry)
    with transaction.atomic():
        return settle(connection, proof, actor=actor)


def offer(connection: Connection, credential: Credential, *, actor: User | None) -> bool:
    """For a new connection: keep the credential, then try it. Whether Jira accepted it.

    Whatever fails leaves the draft with its diagnosis; a later passing test activates it.
    """
    check(credential)
    keep_unproven(connection, credential)
    try:
        proof = prove(connection, credential)
        with transaction.atomic():
            settle(connection, proof, actor=actor)
    except Explained as error:
        health.note_attempt(connection, error)
        return False
    return True


@transaction.atomic
def keep_unproven(connection: Connection, credential: Credential) -> None:
    """Seal the credential of a connection that has no account yet; it stays a draft until proven."""
    _store(connection, credential)


@transaction.atomic
def take(
    connection: Connection,
    credential: Credential,
    person: Person,
    *,
    actor: User | None,
    renewed: bool = False,
) -> None:
    """Seal a proven credential as the connection's own. A draft becomes active; a stop remains until
    a test passes. `renewed`: nobody decided anything, so what waits for a person goes on waiting."""
    before = {"account": connection.account_name, "method": connection.auth_method}
    _store(connection, credential)
    if not renewed:
        pending_account.forget(connection)
        connection.store(
            {"next_method": "", "secret_expires": credential.ends, "refused_digest": ""}
        )
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
        "proven_at": timezone.now(),
        "updated": timezone.now(),
    }
    if connection.lifecycle == Lifecycle.DRAFT:
        # Whatever an earlier try brought about: the first proof is the beginning.
        values |= {"lifecycle": Lifecycle.ACTIVE, "health": Health.OK, "diagnosis": None}
    connection.store(values)
    gateway.forget(connection.pk)
    health.note_success(connection)


def stored(connection: Connection) -> SealedSecret | None:
    """The row of the credential in use: whether one is set, and since when. Never its text."""
    wanted = gateway.CREDENTIAL[connection.auth_method]
    return next((row for row in connection.secrets.all() if row.field == wanted), None)


def lost(connection: Connection, why: str, *, code: str = "secret_missing") -> None:
    """The credential is gone (its address or method changed): nothing is called until a new one."""
    gateway.forget(connection.pk)
    if connection.lifecycle == Lifecycle.DRAFT:
        return
    health.stop(connection, diagnose(gateway.NotReady(code, why), connection))


def _store(connection: Connection, credential: Credential) -> None:
    secret = credential.secret
    if credential.method == AuthMethod.OAUTH2:
        secret = person_tokens.newest(connection, secret)  # its proof may have renewed them
    _call_at(connection, credential)
    target = gateway.CREDENTIAL[credential.method]
    others = {SecretField.ACCESS_TOKEN, SecretField.PASSWORD, SecretField.SESSION_HANDLE} - {target}
    SealedSecret.objects.filter(connection=connection, field__in=others).delete()
    sealing.store(connection, SecretField(target), secret)
    if credential.handle:
        sealing.store(connection, SecretField.SESSION_HANDLE, credential.handle)
    connection.store(
        {
            "auth_method": credential.method,
            "username": credential.username,
            "token_expires": credential.expires,
            "renewal_sent": None,
            "updated": timezone.now(),
        },
    )
    gateway.forget(connection.pk)


def _call_at(connection: Connection, credential: Credential) -> None:
    """Calls go where the credential works from now on; whatever else is sealed goes along."""
    if credential.api_url is None or credential.api_url == connection.api_url:
        return
    was, address_was = connection.sealed_for_sending, connection.sealed_for
    connection.store({"api_url": credential.api_url})
    sealing.seal_again(connection, was=was, address_was=address_was)


def of_token(found: AccessToken) -> Credential:
    """The credential that an exchange or a renewal gave."""
    expires = timezone.now() + timedelta(seconds=found.expires_in) if found.expires_in else None
    return Credential(
        method=AuthMethod.OAUTH1,
        secret=Secret(found.token),
        handle=Secret(found.session_handle) if found.session_handle else None,
        expires=expires,
    )
