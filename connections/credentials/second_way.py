"""The second way in: a proven credential that waits until the one in use ends or is refused.

Next year's token beside this year's, or a service account beside the OAuth of a person who leaves. The
credential is sealed like the one in use; the row says by which way, as whom and until when, so that pages
need no key. It must not change over (`setup.change_over` does).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections.access import gateway, sealing
from connections.credentials import pending_account
from connections.credentials.credential import Credential, with_last_day
from connections.credentials.proof import Proof, check, prove
from connections.health import site_identity
from connections.models import AuthMethod, Connection, Lifecycle, SecretField
from jira_client.values import Person


@dataclass(frozen=True, slots=True)
class SecondWay:
    """A proven credential that waits. `since`: when it was proven."""

    account_id: str
    account_name: str
    since: datetime
    credential: Credential = field(repr=False)


class AnotherAccount(Refused):
    """The credential acts as `person`, and nobody said that the connection may become it."""

    def __init__(self, sentence: str, person: Person) -> None:
        super().__init__(
            sentence, code="another_account", status=409, fields={"account": [sentence]}
        )
        self.person = person


@dataclass(frozen=True, slots=True)
class Facts:
    """What the row says of it, without a key. `refused`: when Jira refused it, if it did."""

    method: str
    username: str
    account_id: str
    account_name: str
    since: datetime
    ends: datetime | None
    refused: datetime | None

    @property
    def way(self) -> str:
        """How people call the way."""
        return str(AuthMethod(self.method).label)


def offer(
    connection: Connection,
    credential: Credential,
    *,
    actor: User | None,
    account: str = "",
    retry: bool = False,
) -> Proof:
    """Prove a credential and let it wait; what waited before is replaced.

    `account`: the id of another account than the connection's, which a person said it may become.
    Raises Refused (`another_account` where nobody said so), JiraError, NotReady, SealBroken; then nothing
    was kept.
    """
    _must_be_able_to_wait(connection, credential)
    check(credential)
    proof = prove(connection, credential, retry=retry)
    site_identity.must_be_the_same(connection, proof.identity)
    person = proof.person
    if person.id not in (connection.account_id, account):
        words = _(
            "This credential acts as %(other)s (%(id)s), and the connection as %(now)s. Say that the "
            "connection may become %(other)s, or enter a credential of the same account."
        )
        names = {"other": person.name, "id": person.id, "now": connection.account_name}
        raise AnotherAccount(words % names, person)
    kept = with_last_day(proof.credential, timezone.now())
    data = pending_account.as_data(kept, person) | {"since": timezone.now().isoformat()}
    ends = kept.ends or kept.expires
    with transaction.atomic():
        sealing.store(connection, SecretField.SECOND, Secret(orjson.dumps(data).decode()))
        connection.store(
            {
                "second_way": {
                    "method": kept.method,
                    "username": kept.username,
                    "account_id": person.id,
                    "account_name": person.name,
                    "since": data["since"],
                    "ends": ends.isoformat() if ends else None,
                },
                "updated": timezone.now(),
            }
        )
        audit.record(
            "connection.second_way_added",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            after={"account": person.name, "method": kept.method},
        )
    return proof


def facts_of(connection: Connection) -> Facts | None:
    """What waits, as the row says it; None where nothing does."""
    data = connection.second_way
    if not data:
        return None
    return Facts(
        method=data["method"],
        username=data["username"],
        account_id=data["account_id"],
        account_name=data["account_name"],
        since=datetime.fromisoformat(data["since"]),
        ends=pending_account.moment_of(data.get("ends")),
        refused=pending_account.moment_of(data.get("refused")),
    )


def waiting(connection: Connection) -> SecondWay | None:
    """The credential that waits. Raises SealBroken."""
    sealed = sealing.load(connection, SecretField.SECOND)
    if not sealed:
        return None
    data = orjson.loads(sealed.reveal())
    return SecondWay(
        data["account_id"],
        data["account_name"],
        datetime.fromisoformat(data["since"]),
        pending_account.from_data(data),
    )


def mark_refused(connection: Connection) -> None:
    """Jira does not take it any more: pages say so, and it is not tried again by itself."""
    data = {**connection.second_way, "refused": timezone.now().isoformat()}
    connection.store({"second_way": data})


def forget(connection: Connection) -> None:
    """Nothing waits any more."""
    connection.secrets.filter(field=SecretField.SECOND).delete()
    connection.store({"second_way": {}})


@transaction.atomic
def take_away(connection: Connection, *, actor: User | None) -> None:
    """At a person's word. Raises Refused (409) where nothing waits."""
    facts = facts_of(connection)
    if facts is None:
        raise Refused(_("No second way in waits."), code="no_second_way", status=409)
    forget(connection)
    audit.record(
        "connection.second_way_removed",
        actor=actor,
        target=connection,
        connection_id=connection.pk,
        before={"account": facts.account_name, "method": facts.method},
    )


def _must_be_able_to_wait(connection: Connection, credential: Credential) -> None:
    if connection.lifecycle == Lifecycle.DRAFT or not connection.account_id:
        sentence = _("Finish the connection first: a second way in waits beside one that works.")
        raise Refused(sentence, code="draft", status=409)
    if connection.pending_id:
        sentence = _("Another account waits for your decision. Decide on it first.")
        raise Refused(sentence, code="account_pending", status=409)
    if credential.method not in (AuthMethod.BASIC, AuthMethod.PAT, AuthMethod.SERVICE):
        sentence = _(
            "An authorisation by OAuth is renewed by “Re-authenticate”. What can wait is a token, a "
            "password or a service account."
        )
        raise Refused(sentence, fields={"auth_method": [sentence]})
    if connection.auth_method == credential.method and connection.username == credential.username:
        now = sealing.load(connection, gateway.CREDENTIAL[connection.auth_method])
        if now == credential.secret:
            sentence = _("This is the credential in use. Make a new one in Jira and enter that.")
            raise Refused(sentence, fields={"secret": [sentence]})
