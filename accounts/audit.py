"""Writing the audit trail. Called by every verb that changes something, inside its transaction."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Model

from accounts import origin
from accounts.models import AuditEntry, User
from almconnect.lib.redact import redact_value

SYSTEM = "ALM Connect"


def record(
    action: str,
    *,
    actor: User | None,
    target: Model | None = None,
    connection_id: uuid.UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """One entry: `action` is `noun.verb`; `before` and `after` hold only what changed.

    The present request tells from where and by which way of sign-in. `actor=None` is the console
    itself. Values named like secrets are cut out, whatever the caller did.
    """
    return AuditEntry.objects.create(
        action=action,
        actor=actor,
        actor_name=str(actor) if actor else SYSTEM,
        object_type=target._meta.model_name or "" if target else "",
        object_id=str(target.pk) if target else "",
        object_name=str(target)[:200] if target else "",
        connection_id=connection_id,
        address=origin.address(),
        way=origin.way(),
        before=redact_value(before or {}),
        after=redact_value(after or {}),
    )
