"""Creating and changing a connection's settings. Credentials are the matter of `credentials`.

A changed address or proxy wipes every credential: what was sealed for one Jira is never sent to
another, nor by another way (`moving`).
Each verb writes its own audit entry.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access import gateway, outer_credentials, sealing
from connections.access.outer_credentials import TYPED, OuterCredentials
from connections.access.readiness import must_not_be_in_a_move
from connections.address.typed_settings import LONGEST_NAME as LONGEST_NAME
from connections.address.typed_settings import cleaned as cleaned
from connections.credentials import credentials
from connections.health import site_identity
from connections.models import (
    AuthMethod,
    Connection,
    SecretField,
)
from connections.setup import address_change

TLS_OFF = timedelta(days=30)
_SETTINGS = (
    "name",
    "base_url",
    "api_url",
    "proxy_url",
    "auth_method",
    "username",
    "verify_tls",
    "ca_bundle",
    "fingerprint",
    "secret_expires",
    *TYPED,
)


def create(*, actor: User | None, **values: Any) -> Connection:
    """A draft: a row from the first step on. Raises Refused."""
    found, typed = outer_credentials.split(cleaned(values))
    connection = Connection(created_by=actor, **found)
    if not connection.verify_tls:
        connection.tls_off_until = timezone.now() + TLS_OFF
    outer = outer_credentials.merged(connection, connection, typed)
    with transaction.atomic():
        _add(connection)
        outer_credentials.store(connection, outer)
        found |= outer.columns
        audit.record(
            "connection.created",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            after=_shown(found | _until(connection, found)),
        )
    return connection


def preview(connection: Connection, values: dict[str, Any]) -> Connection:
    """The connection as it would be with these cleaned values; not to be saved. Raises Refused where
    what servers before Jira ask for would lack something."""
    shadow = copy.copy(connection)
    outer = _outer(connection, values)
    for name, value in (outer_credentials.split(values)[0] | outer.columns).items():
        setattr(shadow, name, value)
    if values.get("verify_tls") is False:
        shadow.tls_off_until = timezone.now() + TLS_OFF
    shadow.previewed_outer_credentials = outer
    return shadow


def edit(
    connection: Connection,
    *,
    actor: User | None,
    values: dict[str, Any],
    credential_follows: bool = False,
) -> list[str]:
    """Change settings; answers the names of what changed. Raises Refused.

    A new address or proxy takes the credentials away; only the key pair's private half is sealed again
    for it, since it is never sent anywhere. Another way to sign in waits as `next_method` until it is
    proven, and the old one goes on meanwhile. `credential_follows`: the caller seals a proven
    credential for the new settings in the same transaction.
    """
    found, typed = outer_credentials.split(
        cleaned({name: value for name, value in values.items() if name in _SETTINGS})
    )
    changed = {k: v for k, v in found.items() if _now(connection, k) != v}
    outer = _outer(connection, {**changed, **typed})
    changed_outer = _changed_outer(connection, outer)
    if changed.keys() - {"name"} or changed_outer:
        must_not_be_in_a_move(connection)
    in_use = bool(connection.account_id) and credentials.stored(connection) is not None
    move = address_change.begin(connection, changed)
    if move is not None and not credential_follows:
        site_identity.look_before_saving(preview(connection, {**changed, **typed}))
    if in_use and move is None:
        _wait_for_proof(connection, found, changed)
    if not changed and not changed_outer:
        return []
    before = {name: _now(connection, name) for name in [*changed, *changed_outer]}
    addresses = {name: getattr(connection, name) for name in ("base_url", "api_url", "proxy_url")}
    sealed_for = connection.sealed_for_sending
    with transaction.atomic():
        touched = {*changed, "updated"}
        for name, value in changed.items():
            setattr(connection, name, value)
        if "verify_tls" in changed:
            connection.tls_off_until = None if connection.verify_tls else timezone.now() + TLS_OFF
            touched.add("tls_off_until")
        if move is not None:
            touched |= address_change.leave(connection, move)
        _save(connection, touched)
        if move is None and connection.sealed_for_sending != sealed_for:
            sealing.seal_again(connection, was=sealed_for)
        if changed_outer or move is not None:
            outer_credentials.store(connection, outer)
        if move is not None:
            address_change.settle(connection, move)
            site_identity.begin(connection, addresses, actor=actor)
        if {"auth_method", "username"} & changed.keys() and not in_use:
            _drop_unproven(connection)
        audit.record(
            "connection.edited",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            before=_shown(before),
            after=_shown(
                changed
                | _until(connection, changed)
                | {name: getattr(connection, name) for name in changed_outer}
            ),
        )
        if move is not None and in_use and not credential_follows:
            credentials.lost(connection, move.why, code=move.code)
    transaction.on_commit(lambda: gateway.forget(connection.pk))
    return sorted([*changed, *changed_outer])


def shows_otherwise(connection: Connection, values: dict[str, Any]) -> bool:
    """Whether servers before Jira would be shown something else with these cleaned values. Raises
    Refused."""
    return bool(_changed_outer(connection, _outer(connection, values)))


def renew_tls_off(connection: Connection, *, actor: User | None) -> None:
    """ "Renew for 30 days": go on without verifying certificates. Raises Refused where they are
    verified."""
    before = connection.tls_off_until
    if connection.verify_tls:
        raise Refused(
            _("Certificates are verified, so there is nothing to renew."),
            code="tls_verified",
            status=409,
        )
    sealed_for = connection.sealed_for_sending
    connection.tls_off_until = timezone.now() + TLS_OFF
    with transaction.atomic():
        _save(connection, {"tls_off_until", "updated"})
        sealing.seal_again(connection, was=sealed_for)
        audit.record(
            "connection.tls_off_renewed",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            before={"tls_off_until": before.isoformat() if before else None},
            after={"tls_off_until": connection.tls_off_until.isoformat()},
        )
    gateway.forget(connection.pk)


def _outer(connection: Connection, values: dict[str, Any]) -> OuterCredentials:
    """What servers before Jira would be shown with these values."""
    plain, typed = outer_credentials.split(values)
    shadow = copy.copy(connection)
    for name, value in plain.items():
        setattr(shadow, name, value)
    return outer_credentials.merged(connection, shadow, typed)


def _changed_outer(connection: Connection, outer: OuterCredentials) -> list[str]:
    """The columns of what servers before Jira ask for that change, or whose secret does."""
    now = outer_credentials.opened(connection)
    secrets = {
        "client_certificate": (now.key, outer.key),
        "header_names": (now.headers, outer.headers),
        "proxy_username": (now.proxy_password, outer.proxy_password),
    }
    columns = now.columns
    return [
        name
        for name, value in outer.columns.items()
        if value != columns[name] or secrets[name][0] != secrets[name][1]
    ]


def _wait_for_proof(connection: Connection, found: dict[str, Any], changed: dict[str, Any]) -> None:
    """A working credential is never given up for one that nobody has seen work. Raises Refused."""
    sentence = _(
        "Enter the password or token with it. The connection goes on as it is until the new one is "
        "proven."
    )
    wanted = found.get("auth_method")
    if wanted in (AuthMethod.OAUTH1, AuthMethod.OAUTH2) and connection.auth_method != wanted:
        del changed["auth_method"]
        changed.pop("username", None)
        if connection.next_method != wanted:
            changed["next_method"] = str(wanted)
    elif "auth_method" in changed or (
        "username" in changed and connection.auth_method == AuthMethod.BASIC
    ):
        raise Refused(sentence, fields={"secret": [sentence]})
    elif "auth_method" in found and connection.next_method:
        changed["next_method"] = ""  # back to what it is


def _drop_unproven(connection: Connection) -> None:
    """What was entered for other settings and never proven."""
    connection.secrets.filter(
        field__in=(SecretField.ACCESS_TOKEN, SecretField.PASSWORD, SecretField.SESSION_HANDLE)
    ).delete()


def _now(connection: Connection, name: str) -> Any:
    """The value in force: a check of certificates that was off too long is on again."""
    return connection.checks_tls if name == "verify_tls" else getattr(connection, name)


def _until(connection: Connection, changed: dict[str, Any]) -> dict[str, Any]:
    """When an unverified connection ends, for the audit trail."""
    until = connection.tls_off_until
    return {"tls_off_until": until} if "verify_tls" in changed else {}


def _add(connection: Connection) -> None:
    with _unique_name(connection):
        connection.save(force_insert=True)


def _save(connection: Connection, columns: Iterable[str]) -> None:
    """Only these: the object may be a minute old, and health or a pause are others' to write."""
    with _unique_name(connection):
        connection.save(update_fields=sorted(columns))


def must_be_free(connection: Connection, values: dict[str, Any]) -> None:
    """Raises Refused (422) where another connection has the name that `values` give this one. Called
    before anything is sent to Jira."""
    name = values.get("name", connection.name)
    if Connection.objects.filter(name=name).exclude(pk=connection.pk).exists():
        raise _taken()


def _taken() -> Refused:
    sentence = _("Another connection has this name. Choose another one.")
    return Refused(sentence, fields={"name": [sentence]})


@contextmanager
def _unique_name(connection: Connection) -> Iterator[None]:
    must_be_free(connection, {})
    try:
        with transaction.atomic():
            yield
    except IntegrityError as problem:
        raise _taken() from problem


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """For the audit trail: a bundle is long, so its certificates' fingerprints stand for it."""
    kept = (*_SETTINGS, *outer_credentials.COLUMNS, "next_method", "tls_off_until")
    shown = {name: value for name, value in values.items() if name in kept}
    for name in ("ca_bundle", "client_certificate"):
        if name in shown:
            shown[name] = _fingerprints(shown[name])
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in shown.items()
    }


def _fingerprints(bundle: str) -> list[str]:
    if not bundle:
        return []
    return [
        f"sha256:{one.fingerprint(hashes.SHA256()).hex()}"
        for one in x509.load_pem_x509_certificates(bundle.encode())[:10]
    ]
