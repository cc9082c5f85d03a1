"""What a connection gives up when its address or its proxy changes.

What was sealed for one Jira is never sent to another, nor by another way: whoever could name a proxy
and switch verification off would otherwise be given the secret. What is never sent anywhere is sealed
again for the new place. It must not write audit entries: the verb that moves does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from almconnect.lib.secret import Secret
from connections.access import outer_credentials, sealing
from connections.models import Connection, SecretField, WebhookState

ADDRESS = frozenset({"base_url", "api_url"})
_OF_CREDENTIAL: dict[str, Any] = {
    "token_expires": None,
    "renewal_sent": None,
    "secret_expires": None,
    "next_method": "",
    "pending_id": "",
    "pending_name": "",
    "second_way": {},
    "refused_digest": "",
}
_OF_ADDRESS: dict[str, Any] = {
    **_OF_CREDENTIAL,
    "deployment": "",
    "version": "",
    "remote_base_url": "",
    "webhook_id": "",
    "webhook_detail": "",
    "webhook_state": WebhookState.NONE,
    "webhook_signed": False,
    "tls_expires": None,
}


@dataclass(frozen=True, slots=True)
class Move:
    """`elsewhere`: to another address, not only by another proxy. `kept`: secrets that go along;
    `broken`: those that should and do not open."""

    elsewhere: bool
    kept: dict[SecretField, Secret] = field(default_factory=dict)
    broken: frozenset[SecretField] = frozenset()

    @property
    def code(self) -> str:
        return "key_replaced" if SecretField.PRIVATE_KEY in self.broken else "secret_missing"

    @property
    def why(self) -> str:
        """For the person who now has to enter the credential again."""
        if SecretField.PRIVATE_KEY in self.broken:
            return _(
                "The address or proxy changed, so the credential was wiped. The stored private key did "
                "not open either: a new key pair is made, and the application link in Jira must get "
                "the new public key."
            )
        if self.elsewhere:
            return _("The address changed, so the credential was wiped.")
        return _(
            "The proxy changed, so the credential was wiped: it was sealed for the way it took."
        )


def begin(connection: Connection, changed: Iterable[str]) -> Move | None:
    """What goes along when these settings change, asked before they do; None where none is moved."""
    names = set(changed)
    elsewhere = bool(names & ADDRESS)
    if not elsewhere and "proxy_url" not in names:
        return None
    # Jira goes on signing what it sends here, whichever way our calls take.
    along = [SecretField.PRIVATE_KEY, *([] if elsewhere else [SecretField.WEBHOOK])]
    kept, broken = {}, set()
    for name in along:
        try:
            if secret := sealing.load(connection, name):
                kept[name] = secret
        except sealing.SealBroken:
            broken.add(name)
    return Move(elsewhere, kept, frozenset(broken))


def leave(connection: Connection, move: Move) -> set[str]:
    """Forget credentials, and what was observed at an old address. The columns to be saved."""
    sealing.wipe(connection)
    gone = dict(_OF_ADDRESS if move.elsewhere else _OF_CREDENTIAL) | outer_credentials.COLUMNS
    if SecretField.PRIVATE_KEY in move.broken:
        gone["public_key"] = ""  # its other half is lost, so a new pair is made on first need
    for name, empty in gone.items():
        setattr(connection, name, empty)
    return set(gone)


def settle(connection: Connection, move: Move) -> None:
    """Seal what goes along for the new place; the settings are the new ones by now."""
    for name, secret in move.kept.items():
        sealing.store(connection, name, secret)
