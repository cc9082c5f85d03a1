"""Sealing secrets at rest: AES-256-GCM, the key outside the database.

The associated data is table, row, field and what the secret is for (the address, the proxy on the way
there, and for what is sent how the certificate is verified): a ciphertext that was moved to another row,
or a connection whose address, proxy or TLS settings were edited in the database, does not open. There
is no plain-text fallback.

A sealed text is `v1:<kid>:<base64 of nonce and ciphertext>`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import uuid
from collections.abc import Iterator, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from almconnect.lib.secret import Secret
from connections.models import Connection, KeyFingerprint, OAuthFlow, SealedSecret, SecretField


class SealBroken(Exception):
    """A sealed secret does not open: wrong key, moved row, or the connection's address was changed."""


class KeysUnusable(Exception):
    """ALMCONNECT_ENCRYPTION_KEYS cannot be used; the message says why and what to set."""


def keys() -> dict[str, bytes]:
    """Key id → 32 bytes; the first is the one that seals. Raises KeysUnusable."""
    found: dict[str, bytes] = {}
    for part in str(settings.ENCRYPTION_KEYS).split(","):
        kid, colon, text = part.strip().partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as problem:
            raise KeysUnusable("ALMCONNECT_ENCRYPTION_KEYS: a key is not base64.") from problem
        if not (colon and kid and len(key) == 32):
            raise KeysUnusable(
                "ALMCONNECT_ENCRYPTION_KEYS must read kid:base64, each key 32 bytes long."
            )
        found[kid] = key
    return found


def _bound_to(table: str, row: uuid.UUID, field: str, origin: str) -> bytes:
    return "\x1f".join(("almconnect", table, str(row), field, origin)).encode()


NEVER_SENT = (SecretField.PRIVATE_KEY, SecretField.WEBHOOK)


def origin_of(connection: Connection, field: str) -> str:
    """What a secret of this field is sealed for."""
    own = field in NEVER_SENT
    return connection.sealed_for if own else connection.sealed_for_sending


def seal_text(text: str, *, table: str, row: uuid.UUID, field: str, origin: str) -> str:
    kid, key = next(iter(keys().items()))
    nonce = os.urandom(12)
    data = AESGCM(key).encrypt(nonce, text.encode(), _bound_to(table, row, field, origin))
    return f"v1:{kid}:{base64.b64encode(nonce + data).decode()}"


def open_text(sealed: str, *, table: str, row: uuid.UUID, field: str, origin: str) -> Secret:
    """Raises SealBroken; the message never holds any part of the text."""
    version, _, rest = sealed.partition(":")
    kid, _, text = rest.partition(":")
    key = keys().get(kid)
    if version != "v1" or key is None:
        raise SealBroken(f"The encryption key “{kid}” is not in ALMCONNECT_ENCRYPTION_KEYS.")
    try:
        data = base64.b64decode(text, validate=True)
        plain = AESGCM(key).decrypt(data[:12], data[12:], _bound_to(table, row, field, origin))
    except (InvalidTag, binascii.Error, ValueError) as problem:
        raise SealBroken(
            "A stored credential does not open for this address. Enter it again."
        ) from problem
    return Secret(plain.decode())


def digest_of(text: str, *, row: uuid.UUID) -> str:
    """A keyed digest by which `matches` recognises a secret of this row that is not kept. Without the
    key nobody can find the secret out by guessing.
    """
    kid, key = next(iter(keys().items()))
    return _digest(kid, key, text, row)


def matches(digest: str, text: str, *, row: uuid.UUID) -> bool:
    """Whether it is the digest of this text. A key that left the ring recognises nothing."""
    kid = digest.partition(":")[0]
    key = keys().get(kid)
    return key is not None and hmac.compare_digest(digest, _digest(kid, key, text, row))


def _digest(kid: str, key: bytes, text: str, row: uuid.UUID) -> str:
    message = "\x1f".join(("almconnect refused", str(row), text)).encode()
    return f"{kid}:{hmac.new(key, message, hashlib.sha256).hexdigest()}"


def store(connection: Connection, field: SecretField, secret: Secret) -> SealedSecret:
    """Seal and save; replaces what the field held."""
    row = SealedSecret.objects.filter(connection=connection, field=field).first()
    row = row or SealedSecret(connection=connection, field=field)
    row.sealed = seal_text(
        secret.reveal(),
        table="secret",
        row=row.pk,
        field=field,
        origin=origin_of(connection, field),
    )
    row.updated = timezone.now()
    row.save()
    return row


def load(connection: Connection, field: SecretField) -> Secret | None:
    """The secret, or None if none is stored. Raises SealBroken."""
    row = SealedSecret.objects.filter(connection=connection, field=field).first()
    if row is None:
        return None
    return open_text(
        row.sealed, table="secret", row=row.pk, field=field, origin=origin_of(connection, field)
    )


def seal_again(connection: Connection, *, was: str, address_was: str | None = None) -> None:
    """For the verb that changes TLS settings, after it did: what was sealed for the old ones
    (`sealed_for_sending` before) goes along. What does not open stays as it is, and is said where it is
    used.

    `address_was`: for the verb that finds out where calls go, what was never sent was sealed for before
    (`sealed_for`).
    """
    now = connection.sealed_for_sending
    for row in SealedSecret.objects.filter(connection=connection):
        own = row.field in NEVER_SENT
        if own and address_was is None:
            continue
        before, after = (address_was or "", connection.sealed_for) if own else (was, now)
        if fresh := moved(row.sealed, "secret", row.pk, row.field, before, after):
            SealedSecret.objects.filter(pk=row.pk, sealed=row.sealed).update(sealed=fresh)
    for flow in OAuthFlow.objects.filter(connection=connection, used=None):
        if fresh := moved(
            flow.sealed_token.get("sealed", ""), "flow", flow.pk, "request_token", was, now
        ):
            OAuthFlow.objects.filter(pk=flow.pk, used=None).update(sealed_token={"sealed": fresh})


def moved(sealed: str, table: str, row: uuid.UUID, field: str, was: str, now: str) -> str | None:
    """Sealed for another origin; None where it does not open for the one that it was sealed for."""
    try:
        text = open_text(sealed, table=table, row=row, field=field, origin=was)
    except SealBroken:
        return None
    return seal_text(text.reveal(), table=table, row=row, field=field, origin=now)


def wipe(connection: Connection) -> int:
    """Forget every secret of the connection, as when its address or proxy changes. Returns how many."""
    gone, _ = SealedSecret.objects.filter(connection=connection).delete()
    OAuthFlow.objects.filter(connection=connection, used=None).update(
        used=timezone.now(), outcome="wiped", sealed_token={}
    )
    return gone


def _under_way() -> Iterator[str]:
    """What runs of the OAuth dance hold that somebody may still finish."""
    flows = OAuthFlow.objects.filter(used=None, expires__gt=timezone.now())
    for held in flows.values_list("sealed_token", flat=True):
        if text := held.get("sealed"):
            yield text


def fingerprints(ring: Mapping[str, bytes]) -> dict[str, str]:
    return {
        kid: hashlib.sha256(b"almconnect key fingerprint\x1f" + key).hexdigest()
        for kid, key in ring.items()
    }


@transaction.atomic
def check_keys() -> None:
    """Compare the keys at hand with those this database knows; remember new ones. Raises KeysUnusable.

    A missing or changed key refuses before anything is overwritten.
    """
    at_hand = fingerprints(keys())
    for known in KeyFingerprint.objects.all():
        if known.kid in at_hand and at_hand[known.kid] != known.fingerprint:
            raise KeysUnusable(
                f"The key “{known.kid}” in ALMCONNECT_ENCRYPTION_KEYS is not the one this database "
                "was sealed with. Put the original back."
            )
    used = {
        sealed.split(":")[1]
        for sealed in (*SealedSecret.objects.values_list("sealed", flat=True), *_under_way())
    }
    if missing := sorted(used - set(at_hand)):
        raise KeysUnusable(
            f"ALMCONNECT_ENCRYPTION_KEYS lacks the key “{missing[0]}” that stored credentials need."
        )
    for kid, fingerprint in at_hand.items():
        KeyFingerprint.objects.get_or_create(kid=kid, defaults={"fingerprint": fingerprint})
