""" "Test connection": one row per check, in the order in which one depends on another.

Checks are data: name, title, what it needs, checker. A row whose need failed is *not checked*; a
checker that breaks is *check crashed*, our own fault, and hides nothing of the others. It tests
what is stored at this moment, or what is on the screen; it must not repair anything beyond ending a
stop that is over.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import User
from connections.access.gateway import NotReady
from connections.address import instance
from connections.credentials import credentials
from connections.credentials.proof import Credential
from connections.health import expiry, health, site_identity
from connections.health.diagnosis import Explained, diagnose
from connections.models import Connection, Health, Lifecycle, SiteDoubt
from connections.probes import (
    Finding,
    Probe,
    State,
    of_account,
    of_instance,
    of_scopes,
    of_way,
    of_webhook,
)
from connections.report import observations
from connections.setup import settings_editing
from jira_client.errors import JiraError
from jira_client.values import Person

log = structlog.get_logger(__name__)
__all__ = ["CHECKS", "Check", "CheckResult", "Row", "State", "run", "try_out"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `needs` names the rows that must not have failed; no row where `applies` says no."""

    name: str
    title: str | Promise
    checker: Callable[[Probe], Finding]
    needs: tuple[str, ...] = ()
    applies: Callable[[Connection], object] = lambda _connection: True


@dataclass(frozen=True, slots=True)
class Row:
    """What one check found. `diagnosis` holds everything that `_diagnosis.html` shows, or is None."""

    name: str
    title: str
    state: State
    message: str
    remedy: str = ""
    code: str = ""
    diagnosis: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The whole test: what was tested, as whom, when, and each row."""

    state: State
    target: str
    account: Person | None
    at: datetime
    rows: tuple[Row, ...] = field(default=())

    @property
    def failed(self) -> int:
        return sum(row.state in (State.FAIL, State.CRASHED) for row in self.rows)

    @property
    def sent_before(self) -> bool:
        """Jira refused this very secret before, so only a person's word sends it once more."""
        return any(row.code == "refused_before" for row in self.rows)


CHECKS: tuple[Check, ...] = (
    Check("address", gettext_lazy("Address"), of_instance.address),
    Check(
        "proxy_login",
        gettext_lazy("Login at the proxy"),
        of_way.proxy_login,
        ("address",),
        lambda connection: connection.proxy_username,
    ),
    Check("tcp", gettext_lazy("Reachable"), of_instance.tcp, ("address", "proxy_login")),
    Check("tls", gettext_lazy("Encryption (TLS)"), of_instance.tls, ("tcp",)),
    Check(
        "client_certificate",
        gettext_lazy("Client certificate"),
        of_way.client_certificate,
        ("tls",),
        lambda connection: connection.client_certificate,
    ),
    Check(
        "extra_headers",
        gettext_lazy("Extra headers"),
        of_way.extra_headers,
        ("tls", "client_certificate"),
        lambda connection: connection.header_names,
    ),
    Check(
        "jira",
        gettext_lazy("Is it Jira?"),
        of_instance.jira,
        ("tls", "client_certificate", "extra_headers"),
    ),
    Check("version", gettext_lazy("Deployment and version"), of_instance.version, ("jira",)),
    Check("base_url", gettext_lazy("Base URL matches"), of_instance.base_url, ("jira",)),
    Check("clock", gettext_lazy("Clocks agree"), of_instance.clock, ("jira",)),
    Check("authentication", gettext_lazy("Authentication"), of_account.authentication, ("jira",)),
    Check("account", gettext_lazy("Who am I"), of_account.account, ("authentication",)),
    Check("scopes", gettext_lazy("Scopes of the token"), of_scopes.areas, ("authentication",)),
    Check("projects", gettext_lazy("Projects visible"), of_account.projects, ("authentication",)),
    Check(
        "permissions",
        gettext_lazy("Permissions in mapped projects"),
        of_account.permissions,
        ("authentication", "projects"),
    ),
    Check("webhook", gettext_lazy("Webhook registered"), of_webhook.webhook, ("authentication",)),
    Check(
        "webhook_seen", gettext_lazy("Webhook seen lately"), of_webhook.webhook_seen, ("webhook",)
    ),
)

# What can be asked before any credential is typed.
ANONYMOUS = CHECKS[: [check.name for check in CHECKS].index("authentication")]


def run(connection: Connection, *, actor: User | None = None, retry: bool = False) -> CheckResult:
    """Run every check against what is stored now, and note what it means for the connection.

    A pass ends a stop where the account is still the same, and activates a draft whose stored
    credential turns out right. `retry`: the person says that a refused password is good now.
    Raises nothing of Jira's: failures are rows.
    """
    connection.refresh_from_db()
    before = connection.changed_over_at
    probe = Probe(connection, retry=retry, signs=True)
    result = _asked(probe)
    _note(connection, probe, actor)
    if connection.changed_over_at != before:
        return run(connection, actor=actor)  # it was refused and went over: as it is now
    _tell(connection, result, actor)
    return result


def try_out(
    connection: Connection,
    values: dict[str, Any],
    credential: Credential | None = None,
    *,
    actor: User | None,
    retry: bool = False,
) -> CheckResult:
    """The same checks against what is on the screen: settings (as for `settings_editing.edit`) and a typed
    credential that are not saved. No setting, no credential and no health is written.

    `connection` may be unsaved: `Connection()`. `credential` None: the stored one, which does not
    open for another address. Raises Refused, a sentence per wrong field, before anything is sent.
    """
    found = settings_editing.cleaned(values)
    if credential is not None:
        credentials.check(credential)
    shown = settings_editing.preview(connection, found)
    probe = Probe(shown, credential=credential, unsaved=True, retry=retry, signs=True)
    result = _asked(probe)
    _tell(connection, result, actor, unsaved=sorted(found))
    return result


def _asked(probe: Probe) -> CheckResult:
    try:
        rows = examine(probe, CHECKS)
    finally:
        probe.close()
    return CheckResult(
        state=_worst(row.state for row in rows),
        target=probe.connection.base_url,
        account=probe.person,
        at=timezone.now(),
        rows=tuple(rows),
    )


def examine(probe: Probe, checks: tuple[Check, ...]) -> list[Row]:
    """A row per check, in order. Writes nothing: `probe` may look at settings that are not saved."""
    rows: list[Row] = []
    held: dict[str, State] = {}
    for check in checks:
        if not check.applies(probe.connection):
            continue
        row = _row(check, probe, held)
        held[check.name] = row.state
        rows.append(row)
    return rows


def _row(check: Check, probe: Probe, held: dict[str, State]) -> Row:
    title = str(check.title)
    blocked = [need for need in check.needs if held.get(need) in _BLOCKING]
    if blocked:
        first = next(str(other.title) for other in CHECKS if other.name == blocked[0])
        message = _("Not checked, because “%(first)s” did not pass.") % {"first": first}
        return Row(check.name, title, State.NOT_CHECKED, message)
    try:
        found = check.checker(probe)
    except Explained as error:
        told = diagnose(error, probe.connection, server=probe.server)
        return Row(check.name, title, State.FAIL, told["what"], told["remedy"], told["code"], told)
    except Exception as fault:  # a row says so; the log holds the rest
        log.exception("a check crashed", check=check.name, connection=str(probe.connection.pk))
        message = _("This check itself failed (%(kind)s). That is a fault of ALM Connect.") % {
            "kind": type(fault).__name__
        }
        remedy = _("Report it with the time of this test; the log holds the details.")
        return Row(check.name, title, State.CRASHED, message, remedy, "check_crashed")
    return Row(check.name, title, found.state, found.message, str(found.remedy), found.code)


_BLOCKING = frozenset({State.FAIL, State.CRASHED, State.NOT_CHECKED})
_ORDER = (State.CRASHED, State.FAIL, State.WARNING, State.PASS)


def end_stop(connection: Connection, *, actor: User | None) -> None:
    """Test a stopped connection whose account was just proven, so that a pass ends the stop."""
    if connection.health == Health.STOPPED:
        run(connection, actor=actor)


def _worst(states: object) -> State:
    seen = set(states)  # type: ignore[call-overload]
    return next((state for state in _ORDER if state in seen), State.NOT_CHECKED)


def _note(connection: Connection, probe: Probe, actor: User | None) -> None:
    """What the test means for the connection: proven, or refused and why. A crash means nothing."""
    if probe.server is not None:
        instance.observe(connection, probe.server)
    if probe.certificate is not None:
        expiry.observe_certificate(connection, probe.certificate.valid_until)
    if probe.person is None:
        if isinstance(probe.failure, Explained) and not _only_not_sent(probe.failure):
            health.note_failure(connection, probe.failure)
        return
    if connection.lifecycle == Lifecycle.DRAFT and not connection.account_id:
        credentials.accept(connection, probe.person)
    if connection.site_doubt == SiteDoubt.ANOTHER:
        # A host name that led elsewhere may lead back, and nobody has an address to put back.
        with suppress(JiraError):  # then it stays held
            site_identity.settle(connection, site_identity.ask(connection))
    if connection.health == Health.STOPPED:
        health.resume(connection, probe.person.id, actor=actor)
    else:
        health.note_success(connection)
    if connection.account_id == probe.person.id:
        observations.keep(connection, probe.person, probe.seen)


def _only_not_sent(failure: Exception) -> bool:
    """What Jira said before stays to be read: this time it was not asked."""
    return isinstance(failure, NotReady) and failure.code == "refused_before"


def _tell(
    connection: Connection,
    result: CheckResult,
    actor: User | None,
    *,
    unsaved: list[str] | None = None,
) -> None:
    if actor is None:
        return
    audit.record(
        "connection.tested",
        actor=actor,
        target=connection,
        connection_id=connection.pk,
        after={
            "state": result.state.value,
            "account": result.account.name if result.account else "",
            "target": result.target,
            **({"unsaved": unsaved} if unsaved is not None else {}),
        },
    )
