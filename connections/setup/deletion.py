"""Deleting a connection: first say what goes, then go. The audit trail stays.

Higher packages say by way of `counters` what they hold on a connection, and do by way of `farewells`
what has to be done before (the webhook in Jira); almconnect/apps.py fills both.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from almconnect.lib.transaction_retry import in_retried_transaction
from connections.access import gateway
from connections.access.readiness import must_not_be_in_a_move
from connections.models import Connection, MovePart

# Each answers {label: count} of what would go with the connection.
counters: list[Callable[[Connection], dict[str, int]]] = []
# Each is called before the rows go; raises JiraError where Jira does not let it.
farewells: list[Callable[[Connection], None]] = []


def what_goes(connection: Connection) -> dict[str, int]:
    """Label → count of everything that would be deleted here. Nothing is deleted in Jira."""
    found: dict[str, int] = {
        str(_("mapped projects")): connection.projects.count(),
        str(_("stored credentials")): connection.secrets.count(),
        str(_("permission reports")): connection.reports.count(),
    }
    for counter in counters:
        found.update(counter(connection))
    return found


def delete(connection: Connection, *, actor: User | None, with_webhook: bool = False) -> None:
    """Delete the connection and what hangs on it here. Raises JiraError if the webhook cannot go, and
    Refused while it has a part in a move to another Jira."""
    _release(connection)
    must_not_be_in_a_move(connection)
    counts = what_goes(connection)
    if with_webhook:
        for farewell in farewells:
            farewell(connection)

    def go() -> None:
        # From here workers that would add rows to it wait, and then find that it is gone.
        row = Connection.objects.select_for_update().filter(pk=connection.pk).first()
        if row is None:
            return  # somebody else was quicker
        list(row.projects.order_by("pk").select_for_update().values_list("pk"))
        audit.record(
            "connection.deleted",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            before={"base_url": connection.base_url, "account": connection.account_name, **counts},
        )
        row.delete()

    in_retried_transaction(go)
    gateway.forget(connection.pk)


def _release(connection: Connection) -> None:
    """What was kept for a way back may go once the connection that was moved is deleted."""
    # The moves are rows of `sync`, which this app knows by their relation alone.
    if connection.move_part == MovePart.KEPT and not connection.moves_to_it.exists():
        connection.store({"move_part": ""})
