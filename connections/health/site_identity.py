"""Which Jira a connection leads to, and whether it is the one whose issues it holds.

Ids such as project 10001 mean something in one Jira alone. So the instance is asked what it is before
anything is believed of it; where it is another, the connection is *held*: nothing is read into the
board, nothing is written, until a person acts. It must not read issues:
`sync.pairs.site_proof` compares them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access import gateway
from connections.access.readiness import SiteDoubted
from connections.health import health
from connections.health.diagnosis import diagnose
from connections.models import Connection, Health, MappedProject, Right, Site, SiteDoubt
from jira_client.errors import JiraError
from jira_client.values import Deployment, SiteIdentity

NOTED_EVERY = timedelta(minutes=10)  # a proof is written at most this often
ENDED_BY_PROOF = frozenset(doubt.value for doubt in SiteDoubt)

# Asked before a restore is accepted; each may raise Refused. almconnect/apps.py fills it.
before_accepting: list[Callable[[Connection], None]] = []


def ask(connection: Connection) -> SiteIdentity | None:
    """What the instance says it is; None where it does not tell. Raises ConnectFailed, AnswerLost."""
    likely = Deployment(connection.deployment) if connection.deployment else None
    with gateway.anonymously(connection) as client:
        return client.site.identity(likely)


def holds_issues(connection: Connection) -> bool:
    """Whether ids of some Jira are stored with it, also of projects that are not mapped any more."""
    # The pairs are rows of `sync`, which this app knows by their relation alone.
    return connection.projects.exists() or connection.shadows.exists()


def is_another(connection: Connection, found: SiteIdentity | None) -> bool:
    """Whether what the instance says it is speaks against its being the Jira of these issues."""
    site = connection.site
    if found is None or site is None or not holds_issues(connection):
        return False
    return (site.kind, site.identity) != (found.kind.value, found.id)


def judge(connection: Connection, found: SiteIdentity | None) -> str:
    """Compare, and note what is certain; the doubt that remains, empty where there is none.

    UNPROVEN remains where the instance does not tell, or where only its issues can show that it is not
    a copy: then `sync.pairs.site_proof` reads some of them.
    """
    if is_another(connection, found):
        return SiteDoubt.ANOTHER
    if found is not None:
        _note(connection, found)
    if not connection.site_doubt or not holds_issues(connection):
        return ""
    return SiteDoubt.UNPROVEN


def settle(connection: Connection, found: SiteIdentity | None) -> None:
    """After a credential was proven there: the connection is held, cleared, or to be proven by its
    issues before anything else is done."""
    doubt = judge(connection, found)
    if doubt == SiteDoubt.ANOTHER:
        hold(connection, SiteDoubt.ANOTHER)
    elif not doubt:
        clear(connection)
    elif connection.site_doubt == SiteDoubt.ANOTHER:
        _prove_again(connection)


def _prove_again(connection: Connection) -> None:
    """The address leads back, as the instance itself says, or it does not tell: no longer held, and its
    issues prove it before anything is read or written."""
    connection.store({"site_doubt": SiteDoubt.UNPROVEN, "site_doubt_at": timezone.now()})
    if (connection.diagnosis or {}).get("code") == SiteDoubt.ANOTHER:
        health.resume(connection, connection.account_id, actor=None)


def begin(connection: Connection, before: dict[str, Any], *, actor: User | None) -> None:
    """Address, proxy or deployment change: to be proven before anything is read or written. Call it in
    the transaction of the change. `before`: the addresses as they were."""
    if not holds_issues(connection):
        return
    first = connection.site_before or {
        **before,
        "by": str(actor) if actor else "",
        "at": timezone.now().isoformat(),
    }
    values = {"site_doubt": SiteDoubt.UNPROVEN.value, "site_before": first}
    connection.store({**values, "site_doubt_at": timezone.now()})


def must_be_the_same(connection: Connection, found: SiteIdentity | None) -> None:
    """Raises Refused (409 `another_jira`): asked before an address is saved, so that nothing changes."""
    if is_another(connection, found):
        sentence = _(
            "This address leads to another Jira than the one whose issues this connection holds. "
            "Nothing was changed. Keep the address, and make a new connection for the new Jira. Where it "
            "is the same work, migrated there, “Move to another Jira” on this connection's page takes "
            "everything along."
        )
        raise Refused(
            sentence, code=SiteDoubt.ANOTHER.value, status=409, fields={"base_url": [sentence]}
        )


def look_before_saving(connection: Connection) -> None:
    """Ask the new address of a connection with issues, as nobody, before it is saved. An address that
    does not answer or does not tell is saved, and proven later. Raises Refused (409)."""
    if not holds_issues(connection):
        return
    try:
        found = ask(connection)
    except JiraError:
        return
    must_be_the_same(connection, found)


def hold(connection: Connection, doubt: SiteDoubt) -> None:
    """Stop everything until a person acts, and say why. Writes an audit entry where it is news."""
    values = {"site_doubt": doubt.value, "site_doubt_at": timezone.now()}
    with transaction.atomic():
        rows = Connection.objects.filter(pk=connection.pk).exclude(site_doubt=doubt)
        if rows.update(**values):
            audit.record(
                "connection.held",
                actor=None,
                target=connection,
                connection_id=connection.pk,
                after={"why": doubt.value},
            )
        connection.remember(values)
        health.stop(connection, diagnose(SiteDoubted(doubt), connection))
    gateway.forget(connection.pk)


def clear(connection: Connection) -> None:
    """It is the Jira whose issues it holds: whatever was held for that goes on."""
    if not connection.site_doubt:
        return
    connection.store({"site_doubt": "", "site_doubt_at": None, "site_before": {}})
    if (connection.diagnosis or {}).get("code") in ENDED_BY_PROOF:
        if connection.health == Health.STOPPED:
            health.resume(connection, connection.account_id, actor=None)
        else:
            health.note_mended(connection)


def accept_restore(connection: Connection, *, right: str, actor: User | None) -> None:
    """A person says that Jira was put back to an earlier state, and which side is right.

    What was read before that moment and is older in Jira since takes Jira's values (`Right.JIRA`), or
    Jira is sent the board's (`Right.BOARD`). An id that Jira gave to another issue parts its pair: the
    item stays on the board, no longer linked. Raises Refused (409) where that is not in question, or
    where the two were not compared first.
    """
    with transaction.atomic():
        rows = Connection.objects.filter(pk=connection.pk, site_doubt=SiteDoubt.RESTORED)
        if not rows.select_for_update().exists():
            raise Refused(
                _(
                    "Nothing speaks for this Jira having been put back, so there is nothing to accept."
                ),
                code="not_restored",
                status=409,
            )
        for ask_first in before_accepting:
            ask_first(connection)
        now = timezone.now()
        rows.update(restore_accepted=now, restore_right=Right(right))
        # Polls look for what is newer; what became older is found by comparing whole.
        MappedProject.objects.filter(connection=connection).update(reconcile_due=now)
        connection.refresh_from_db()
        audit.record(
            "connection.restore_accepted",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            after={"right": right},
        )
        clear(connection)


def restore_of(connection: Connection) -> tuple[datetime, Right] | None:
    """When a person accepted the last restore of Jira, and which side is right; None without one."""
    columns = Connection.objects.values_list("restore_accepted", "restore_right")
    moment, right = columns.get(pk=connection.pk)
    return (moment, Right(right or Right.JIRA)) if moment is not None else None


def put_back(connection: Connection) -> dict[str, str]:
    """The addresses from before the change, for `settings_editing.edit`. Raises Refused (409) where none
    are known."""
    before = connection.site_before
    if not before:
        raise Refused(
            _("The address was not changed, so there is none to put back."),
            code="nothing_to_put_back",
            status=409,
        )
    return {name: before[name] for name in ("base_url", "api_url", "proxy_url")}


def _note(connection: Connection, found: SiteIdentity) -> None:
    """The site's row and when it was proven last; adopted where the connection had none."""
    now = timezone.now()
    site = connection.site
    if site is None or (site.kind, site.identity) != (found.kind.value, found.id):
        site, _made = Site.objects.get_or_create(
            kind=found.kind.value,
            identity=found.id[:80],
            defaults={"base_url": connection.base_url},
        )
        connection.store({"site": site})
    elif now - site.last_proven < NOTED_EVERY and site.base_url == connection.base_url:
        return
    values = {"last_proven": now, "base_url": connection.base_url}
    Site.objects.filter(pk=site.pk).update(**values)
    site.last_proven, site.base_url = now, connection.base_url
