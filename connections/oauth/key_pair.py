"""The key pair and consumer key of a connection, made here. The private half never leaves.

It must not ask Jira: whether Jira knows the public half, the dance shows.
"""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.secret import Secret
from connections.access import gateway, sealing
from connections.credentials import credentials
from connections.health import health
from connections.models import AuthMethod, Connection, Lifecycle, SecretField
from jira_client.keys import generate_key_pair


def ensure_keys(connection: Connection, *, actor: User | None, bits: int = 2048) -> bool:
    """One key pair and consumer key per connection, made on first need. The private key never leaves.

    Whether a pair that Jira may know had to be replaced, because its private half does not open any
    more: the application link must then get the new public key, and the diagnosis says so.
    """
    broken = False
    try:
        if connection.public_key and sealing.load(connection, SecretField.PRIVATE_KEY):
            return False
    except sealing.SealBroken:
        broken = True
    pair = generate_key_pair(bits)
    with transaction.atomic():
        sealing.store(connection, SecretField.PRIVATE_KEY, Secret(pair.private_pem))
        connection.consumer_key = connection.consumer_key or f"alm-connect-{secrets.token_hex(8)}"
        connection.public_key = pair.public_pem
        connection.save(update_fields=["consumer_key", "public_key", "updated"])
        audit.record(
            "oauth.key_replaced" if broken else "oauth.key_made",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            after={"consumer": connection.consumer_key, "bits": bits},
        )
    if broken:
        _tell_of_new_key(connection)
    return broken


def _tell_of_new_key(connection: Connection) -> None:
    sentence = _(
        "The stored private key did not open, so a new key pair was made. The application link in "
        "Jira must get the new public key."
    )
    if connection.auth_method == AuthMethod.OAUTH1 and connection.lifecycle != Lifecycle.DRAFT:
        credentials.lost(connection, sentence, code="key_replaced")
    else:
        health.note_attempt(connection, gateway.NotReady("key_replaced", sentence))


def private_key(connection: Connection) -> Secret:
    """To sign with. Raises NotReady where there is none yet, SealBroken."""
    key = sealing.load(connection, SecretField.PRIVATE_KEY)
    if not key:
        raise gateway.NotReady("secret_missing", "This connection has no key pair yet.")
    return key
