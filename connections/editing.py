"""Creating and changing a connection's settings. Credentials are the matter of `credentials`.

A changed address wipes every credential: what was sealed for one Jira is never sent to another.
Each verb writes its own audit entry.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from cryptography import x509
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections import credentials, gateway, instance, sealing
from connections.models import (
    AuthMethod,
    Connection,
    Lifecycle,
    SecretField,
    WebhookState,
)

TLS_OFF = timedelta(days=30)
LONGEST_NAME = 100
_SETTINGS = (
    "name",
    "base_url",
    "api_url",
    "auth_method",
    "username",
    "verify_tls",
    "ca_bundle",
    "fingerprint",
)


def cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """The values as they are stored. Raises Refused, with a sentence per wrong field."""
    found, wrong = dict(values), {}
    for name, judge in (
        ("name", _name),
        ("base_url", lambda text: instance.trim(text).url),
        ("api_url", lambda text: instance.trim(text).url if text.strip() else ""),
        ("auth_method", _method),
        ("username", _username),
        ("ca_bundle", _bundle),
        ("fingerprint", _fingerprint),
    ):
        if name in found:
            try:
                found[name] = judge(found[name] or "")
            except Refused as refused:
                wrong[name] = [refused.message]
    if wrong:
        raise Refused(_("Some fields cannot be accepted."), fields=wrong)
    return found


def create(*, actor: User | None, **values: Any) -> Connection:
    """A draft: a row from the first step on. Raises Refused."""
    found = cleaned(values)
    connection = Connection(created_by=actor, **found)
    if not connection.verify_tls:
        connection.tls_off_until = timezone.now() + TLS_OFF
    with transaction.atomic():
        _add(connection)
        audit.record(
            "connection.created",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            after=_shown(found),
        )
    return connection


def preview(connection: Connection, values: dict[str, Any]) -> Connection:
    """The connection as it would be with these cleaned values; not to be saved."""
    shadow = copy.copy(connection)
    for name, value in values.items():
        setattr(shadow, name, value)
    if values.get("verify_tls") is False:
        shadow.tls_off_until = timezone.now() + TLS_OFF
    return shadow


def edit(connection: Connection, *, actor: User | None, values: dict[str, Any]) -> list[str]:
    """Change settings; answers the names of what changed. Raises Refused.

    A new address or method takes the credentials away; only the key pair's private half is sealed
    again for the new address, since it is never sent anywhere.
    """
    found = cleaned({name: value for name, value in values.items() if name in _SETTINGS})
    changed = {k: v for k, v in found.items() if getattr(connection, k) != v}
    renewed = found.get("verify_tls") is False
    if not changed and not renewed:
        return []
    before = {name: getattr(connection, name) for name in changed}
    moved = bool({"base_url", "api_url"} & changed.keys())
    private = sealing.load(connection, SecretField.PRIVATE_KEY) if moved else None
    had_credential = credentials.stored(connection) is not None
    with transaction.atomic():
        for name, value in changed.items():
            setattr(connection, name, value)
        if "verify_tls" in found:
            off = not connection.verify_tls
            connection.tls_off_until = timezone.now() + TLS_OFF if off else None
        touched = {*changed, "updated"} | ({"tls_off_until"} if "verify_tls" in found else set())
        if moved:
            touched |= _leave_address(connection)
        _save(connection, touched)
        if private:
            sealing.store(connection, SecretField.PRIVATE_KEY, private)
        if "auth_method" in changed or "username" in changed:
            connection.secrets.filter(
                field__in=(
                    SecretField.ACCESS_TOKEN,
                    SecretField.PASSWORD,
                    SecretField.SESSION_HANDLE,
                    SecretField.PENDING,
                )
            ).delete()
        audit.record(
            "connection.edited",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            before=_shown(before),
            after=_shown(changed),
        )
    gateway.forget(connection.pk)
    if had_credential and credentials.stored(connection) is None:
        credentials.lost(
            connection, _("The address or the sign-in changed, so the credential was wiped.")
        )
    return sorted(changed)


def pause(connection: Connection, *, actor: User | None) -> None:
    """Stop both directions and keep everything. Raises Refused for a draft."""
    _set_lifecycle(connection, Lifecycle.ACTIVE, Lifecycle.PAUSED, "connection.paused", actor)


def unpause(connection: Connection, *, actor: User | None) -> None:
    _set_lifecycle(connection, Lifecycle.PAUSED, Lifecycle.ACTIVE, "connection.unpaused", actor)


def _set_lifecycle(
    connection: Connection, old: Lifecycle, new: Lifecycle, action: str, actor: User | None
) -> None:
    if connection.lifecycle == Lifecycle.DRAFT:
        raise Refused(
            _("This connection is a draft: finish its setup first."), code="draft", status=409
        )
    with transaction.atomic():
        rows = Connection.objects.filter(pk=connection.pk, lifecycle=old)
        if rows.update(lifecycle=new, updated=timezone.now()):
            audit.record(action, actor=actor, target=connection, connection_id=connection.pk)
    connection.lifecycle = new


_OF_ADDRESS: dict[str, Any] = {
    "deployment": "",
    "version": "",
    "remote_base_url": "",
    "webhook_id": "",
    "webhook_detail": "",
    "webhook_state": WebhookState.NONE,
    "webhook_signed": False,
    "token_expires": None,
}


def _leave_address(connection: Connection) -> set[str]:
    """Forget what belongs to the old address: credentials, and what was observed there. The names of
    the columns to be saved."""
    sealing.wipe(connection)
    for name, empty in _OF_ADDRESS.items():
        setattr(connection, name, empty)
    return set(_OF_ADDRESS)


def _add(connection: Connection) -> None:
    with _unique_name(connection):
        connection.save(force_insert=True)


def _save(connection: Connection, columns: Iterable[str]) -> None:
    """Only these: the object may be a minute old, and health or a pause are others' to write."""
    with _unique_name(connection):
        connection.save(update_fields=sorted(columns))


@contextmanager
def _unique_name(connection: Connection) -> Iterator[None]:
    sentence = _("Another connection has this name. Choose another one.")
    if Connection.objects.filter(name=connection.name).exclude(pk=connection.pk).exists():
        raise Refused(sentence, fields={"name": [sentence]})
    try:
        with transaction.atomic():
            yield
    except IntegrityError as problem:
        raise Refused(sentence, fields={"name": [sentence]}) from problem


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """For the audit trail: a bundle is long, so only its presence is told."""
    shown = {name: value for name, value in values.items() if name in _SETTINGS}
    if "ca_bundle" in shown:
        shown["ca_bundle"] = bool(shown["ca_bundle"])
    return shown


def _name(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise Refused(_("Give the connection a name."))
    if len(text) > LONGEST_NAME:
        raise Refused(_("At most %(most)d characters.") % {"most": LONGEST_NAME})
    if not text.isprintable():
        raise Refused(_("The name holds characters that cannot be shown."))
    return text


def _method(text: str) -> str:
    if text not in AuthMethod.values:
        raise Refused(_("Choose oauth1, basic or pat."))
    return text


def _username(text: str) -> str:
    text = text.strip()
    if len(text) > 255 or not text.isprintable():
        raise Refused(_("This is no user name."))
    if ":" in text:
        raise Refused(_("A user name cannot hold a colon."))
    return text


def _bundle(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    if "PRIVATE KEY" in text:
        raise Refused(_("This holds a private key. Paste certificates only."))
    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError as problem:
        raise Refused(
            _("No certificate can be read. Paste PEM text, from BEGIN CERTIFICATE to END.")
        ) from problem
    return text + "\n"


def _fingerprint(text: str) -> str:
    plain = re.sub(r"^sha-?256[ :=]*|[\s:]", "", text.strip(), flags=re.IGNORECASE).lower()
    if plain and not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise Refused(_("A fingerprint is SHA-256: 64 hexadecimal digits."))
    return plain
