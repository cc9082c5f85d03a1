"""Two connections exchange the Jira that they lead to, with all that is of that Jira alone.

What people gave the connection (name, whether it is at work) and what hangs on it (projects, pairs,
history) stays where it is; address, way, account, credentials, site, webhook, reports, deliveries of
webhooks and what was observed go along with the Jira. No secret is opened: a seal is bound to its own
row and to the address, and both go together. It calls nobody, and writes no audit entry: the verb that
exchanges does.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.db.models import Case, Value, When
from django.utils import timezone

from connections.access import gateway
from connections.models import (
    Connection,
    OAuthFlow,
    PermissionReport,
    RateBudget,
    SealedSecret,
)

OF_JIRA = (
    "base_url",
    "api_url",
    "proxy_url",
    "auth_method",
    "next_method",
    "username",
    "verify_tls",
    "tls_off_until",
    "ca_bundle",
    "fingerprint",
    "client_certificate",
    "header_names",
    "proxy_username",
    "consumer_key",
    "public_key",
    "token_expires",
    "secret_expires",
    "renewal_due",
    "renewal_sent",
    "deployment",
    "version",
    "remote_base_url",
    "account_id",
    "account_name",
    "time_zone",
    "site_id",
    "site_doubt",
    "site_doubt_at",
    "restore_accepted",
    "restore_right",
    "clock_note",
    "clock_note_at",
    "tls_expires",
    "pending_id",
    "pending_name",
    "second_way",
    "changed_over_at",
    "health",
    "health_at",
    "diagnosis",
    "last_success",
    "proven_at",
    "look_due",
    "warned",
    "webhook_token",
    "webhook_id",
    "webhook_state",
    "webhook_signed",
    "webhook_seen",
    "webhook_detail",
    # Maintenance and freezes are of one Jira.
    "quiet_starts",
    "quiet_ends",
    "quiet_reason",
)
# What neither may keep: a question of before, a digest that is keyed by the row, a wait of the old Jira.
_NEITHER: dict[str, Any] = {"site_before": {}, "refused_digest": "", "call_after": None}


def swap(one: Connection, other: Connection) -> None:
    """Call it in a transaction, with both rows locked. The objects say afterwards what the rows do."""
    mine = {name: getattr(one, name) for name in OF_JIRA}
    theirs = {name: getattr(other, name) for name in OF_JIRA}
    # Two columns are unique, so for a moment nobody has them.
    between = {"consumer_key": "", "webhook_token": secrets.token_urlsafe(32)}
    Connection.objects.filter(pk=one.pk).update(**between)
    other.store({**mine, **_NEITHER, "updated": timezone.now()})
    one.store({**theirs, **_NEITHER, "updated": timezone.now()})
    _swap_secrets(one, other)
    OAuthFlow.objects.filter(connection__in=(one, other), used=None).update(
        used=timezone.now(), outcome="wiped", sealed_token={}
    )
    exchanged = Case(When(connection_id=one.pk, then=Value(other.pk)), default=Value(one.pk))
    PermissionReport.objects.filter(connection__in=(one, other)).update(connection_id=exchanged)
    RateBudget.objects.filter(connection__in=(one, other)).delete()
    for connection in (one, other):
        gateway.forget(connection.pk)


def _swap_secrets(one: Connection, other: Connection) -> None:
    """Both may hold one of the same kind, which a connection may have once: so out, and in again."""
    rows = list(SealedSecret.objects.filter(connection__in=(one, other)))
    SealedSecret.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        row.connection = other if row.connection_id == one.pk else one
        row.updated = timezone.now()  # so that every process makes its client anew
    SealedSecret.objects.bulk_create(rows)
