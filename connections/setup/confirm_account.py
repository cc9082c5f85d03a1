"""A person's word on another account that authorised: act as it from now on, or keep the old one.

Until then writes to Jira wait. Network calls happen outside transactions.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.credentials import credentials, pending_account, proof
from connections.health import health
from connections.models import Connection
from connections.report import permission_report
from jira_client.values import Person


def confirm(connection: Connection, *, actor: User | None) -> Person:
    """Take the pending account, after proving it once more. Raises Refused if none waits, JiraError,
    SealBroken."""
    if (offered := pending_account.pending(connection)) is None:
        raise _nobody_waits()
    found = proof.prove(connection, offered.credential)
    person = found.person
    with transaction.atomic():
        credentials.take(connection, found.credential, person, actor=actor)
        if (connection.diagnosis or {}).get("code") in credentials.ENDED_BY_PROOF:
            health.resume(connection, person.id, actor=actor)
        if connection.projects.exists():
            permission_report.request(connection, (), actor=actor)
    return person


@transaction.atomic
def keep(connection: Connection, *, actor: User | None) -> None:
    """Forget the pending account and stay with the old one. Raises Refused if none waits."""
    offered = connection.pending_name
    if not connection.pending_id:
        raise _nobody_waits()
    pending_account.forget(connection)
    audit.record(
        "connection.account_kept",
        actor=actor,
        target=connection,
        connection_id=connection.pk,
        before={"offered": offered},
        after={"account": connection.account_name},
    )


def _nobody_waits() -> Refused:
    sentence = _("No other account waits for confirmation.")
    return Refused(sentence, code="nothing_pending", status=409)
