"""Going over to the second way in, by itself: when the first ends, or Jira has refused it for good.

Asked before a connection would be stopped (`health.before_stopping`) and by the tick for what has ended.
The second way is proven once more, then taken in one transaction, in which it stops waiting: a worker that
dies before the commit has changed nothing, one that dies after it has changed over. What waits in the queue
is sent by the new credential; nothing is lost and nobody has to act.

    ended or refused → proven again → row locked, still waiting? → taken, forgotten, resumed → told
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from almconnect.lib.failpoints import point
from connections.access import gateway
from connections.credentials import credentials, proof, second_way
from connections.credentials.doors import TURNED_DOWN
from connections.health import health
from connections.health.diagnosis import Explained
from connections.models import AuthMethod, Connection, SecretField
from connections.report import permission_report
from jira_client.errors import CallRefused, JiraError

# A worker whose call went out by the first way hears of its refusal this much later at most.
_LATE: Final = timedelta(minutes=5)


def due() -> QuerySet[Connection]:
    """Running connections whose credential has ended while another waits."""
    now = timezone.now()
    oauth = Q(auth_method=AuthMethod.OAUTH1)
    ended = (oauth & Q(token_expires__lte=now)) | (~oauth & Q(secret_expires__lte=now))
    return Connection.objects.running().exclude(second_way={}).filter(ended)


def take_due(connection_id: uuid.UUID | str) -> bool:
    """Go over if it is due. What keeps it from it is noted, and tried again by the next tick."""
    connection = due().filter(pk=connection_id).first()
    if connection is None or _is_refused(connection):
        return False
    try:
        return change_over(connection, why="ended")
    except Explained as error:
        health.note_attempt(connection, error)
        return False


def rescued(connection: Connection) -> bool:
    """Whether a connection whose credential was refused need not be stopped: it went over, or will with
    the next call, or had gone over while the refused call was under way.
    """
    row = Connection.objects.filter(pk=connection.pk)
    known = row.values("second_way", "changed_over_at").first()
    if known is None:
        return False
    connection.remember(dict(known))
    if connection.second_way and not _is_refused(connection):
        try:
            return change_over(connection, why="refused")
        except JiraError:
            return True  # Jira could not be asked; the next refusal asks again
        except Explained:
            return False
    lately = connection.changed_over_at
    if lately is None or timezone.now() - lately > _LATE:
        return False
    try:
        gateway.jira_for(Connection.objects.get(pk=connection.pk), for_check=True).myself()
    except Explained:
        return False
    return True


def change_over(connection: Connection, *, why: str, actor: User | None = None) -> bool:
    """Whether the connection goes by its second way now. `why`: ended, refused or asked.

    False where nothing waits, or where Jira refuses that too, which is then marked. Raises JiraError where
    Jira could not be asked, NotReady, SealBroken.
    """
    offered = second_way.waiting(connection)
    if offered is None:
        return False
    try:
        found = proof.prove(connection, offered.credential, retry=why == "asked")
    except (*TURNED_DOWN, CallRefused):
        second_way.mark_refused(connection)
        return False
    except gateway.NotReady as error:
        if error.code != "refused_before":
            raise
        second_way.mark_refused(connection)
        return False
    if found.person.id != offered.account_id:
        second_way.mark_refused(connection)  # it became somebody else's since it was proven
        return False
    before = {"account": connection.account_name, "method": connection.auth_method}
    point("change_over.proven")
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        if not connection.secrets.filter(field=SecretField.SECOND).exists():
            return True  # another worker went over a moment ago
        credentials.take(connection, found.credential, found.person, actor=actor)
        second_way.forget(connection)
        connection.store({"changed_over_at": timezone.now(), "warned": {}})
        health.resume(connection, found.person.id, actor=actor)
        if connection.projects.exists() and before["account"] != found.person.name:
            permission_report.request(connection, (), actor=actor)
        audit.record(
            "connection.changed_over",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            before=before,
            after={"account": found.person.name, "method": found.credential.method, "why": why},
        )
        point("change_over.taken")
    point("change_over.done")
    gateway.forget(connection.pk)
    return True


def now(connection: Connection, *, actor: User | None) -> None:
    """ "Change over now". Raises Refused where nothing waits or Jira refuses it, JiraError, SealBroken."""
    if second_way.facts_of(connection) is None:
        raise Refused(_("No second way in waits."), code="no_second_way", status=409)
    if not change_over(connection, why="asked", actor=actor):
        raise Refused(
            _(
                "Jira does not accept the second way in any more, so the connection stays as it is. "
                "Make a new token and enter it here."
            ),
            code="second_way_refused",
            status=409,
        )


def _is_refused(connection: Connection) -> bool:
    facts = second_way.facts_of(connection)
    return facts is not None and facts.refused is not None
