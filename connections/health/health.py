"""A connection's observed health: what the last calls told, and the circuit that stops them.

Called by everything that talks to Jira through the gateway. Every write is one conditional UPDATE
that touches no decision of people, and a steady success costs no query. It must not retry a call.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.models import User
from connections.access import gateway, refusals
from connections.access.sealing import SealBroken
from connections.health.diagnosis import Explained, diagnose
from connections.models import Connection, Health, Lifecycle, SiteDoubt
from jira_client.errors import (
    AnswerLost,
    AuthenticationRefused,
    BasicDisabled,
    CaptchaRequired,
    ConnectFailed,
    ForeignLogin,
    JiraError,
    KeyUnusable,
    NotJira,
    NotJson,
    OAuthProblem,
    OriginRefused,
    RateLimited,
    Redirected,
    ServerFault,
    SigningUnavailable,
    XsrfRefused,
)

QUIET = timedelta(seconds=10)  # a success is written at most this often
CLOCK_REMEMBERED = timedelta(hours=23)  # light checks are a day apart
RATE_PAUSE = 30.0  # seconds to wait where Jira asks to slow down and does not say how long

# Failures of the connection as a whole. A refused field or a missing issue is no matter of health.
_WHOLE = (
    ConnectFailed,
    AnswerLost,
    NotJson,
    Redirected,
    NotJira,
    OAuthProblem,
    AuthenticationRefused,
    ForeignLogin,
    OriginRefused,
    XsrfRefused,
    RateLimited,
    ServerFault,
    SigningUnavailable,
    KeyUnusable,
)
_AT_ONCE = (CaptchaRequired, BasicDisabled)  # each further call makes it worse, or is in vain
_OF_TOKEN = frozenset(
    {
        "token_rejected",
        "token_expired",
        "token_revoked",
        "token_used",
        "permission_denied",
        "permission_unknown",
        "consumer_key_unknown",
        "consumer_key_rejected",
        "consumer_key_refused",
    }
)


# Each is asked before a refused credential stops a connection, and answers whether it need not be.
before_stopping: list[Callable[[Connection], bool]] = []


def note_success(connection: Connection, *, incoming: bool = False, outgoing: bool = False) -> None:
    """Jira answered the account. `incoming`/`outgoing`: something was read from / written to it.

    A stopped connection stays stopped: only `resume` ends that.
    """
    now = timezone.now()
    if _quiet(connection, now, incoming, outgoing):
        return
    values: dict[str, Any] = {"last_success": now}
    if incoming:
        values["last_in"] = now
    if outgoing:
        values["last_out"] = now
    rows = Connection.objects.filter(pk=connection.pk)
    rows.update(**values)
    connection.remember(values)
    healthy: dict[str, Any] = {"health": Health.OK, "health_at": now, "diagnosis": None}
    # Asked of the row, not of the object: another worker may have seen a failure before this success.
    ill = ~Q(health=Health.OK) | Q(diagnosis__isnull=False)
    if rows.exclude(health=Health.STOPPED).filter(ill).update(**healthy):
        connection.remember(healthy)


def note_failure(connection: Connection, error: Exception) -> dict[str, Any]:
    """Explains the failure, stores it where it concerns the whole connection, and answers it.

    A refused credential stops the connection only after `/myself` refused it too; CAPTCHA, a
    switched-off Basic and a login that Jira itself calls failed stop it at once. Where a second way in
    waits, the connection goes over to it instead. Raises the error
    again where it is none of ours to explain.
    """
    verdict = _verdict(connection, error)
    found = diagnose(verdict or error, connection)
    if isinstance(verdict, RateLimited):
        _wait(connection, verdict)
    if isinstance(verdict, (*_WHOLE, SealBroken)):
        if _refuses_credential(verdict):
            refusals.remember_stored(connection, verdict)
            if any(rescued(connection) for rescued in before_stopping):
                return found
        _degrade(connection, _severity(verdict), found)
    return found


def note_attempt(connection: Connection, error: Exception) -> dict[str, Any]:
    """Explains a failure of something a person tried (a handshake, a new credential) and keeps it as
    the last diagnosis, without judging the credential in use. The next success clears it.
    """
    found = diagnose(error, connection)
    values: dict[str, Any] = {"diagnosis": found}
    # Why a connection in use was stopped stays to be read until it is resumed.
    explains_stop = Q(health=Health.STOPPED) & ~Q(lifecycle=Lifecycle.DRAFT)
    if Connection.objects.filter(pk=connection.pk).exclude(explains_stop).update(**values):
        connection.remember(values)
    return found


def note_mended(connection: Connection) -> None:
    """What a person tried works now: the diagnosis of that try is over. Judges no credential."""
    ill = Q(health=Health.STOPPED) | Q(health=Health.FAILING)
    rows = Connection.objects.filter(pk=connection.pk).exclude(ill & ~Q(lifecycle=Lifecycle.DRAFT))
    if rows.update(diagnosis=None):
        connection.diagnosis = None


def note_clock(connection: Connection, sentence: str) -> None:
    """What is odd about Jira's clock: shown until a light check a day later, or a newer word."""
    values = {"clock_note": sentence[:300], "clock_note_at": timezone.now()}
    connection.store(values)


def forget_clock(connection: Connection) -> None:
    """After a day without a word on it."""
    old = timezone.now() - CLOCK_REMEMBERED
    rows = Connection.objects.filter(pk=connection.pk, clock_note_at__lt=old)
    if rows.update(clock_note="", clock_note_at=None):
        connection.remember({"clock_note": "", "clock_note_at": None})


def resume(connection: Connection, account_id: str, *, actor: User | None) -> bool:
    """End a stop, after a passing test of this very account. Whether it was stopped and now runs."""
    now = timezone.now()
    values: dict[str, Any] = {
        "health": Health.OK,
        "health_at": now,
        "diagnosis": None,
        "call_after": None,
        "last_success": now,
        "proven_at": now,
        "refused_digest": "",
    }
    rows = Connection.objects.filter(
        pk=connection.pk, health=Health.STOPPED, account_id=account_id
    ).exclude(site_doubt__in=(SiteDoubt.ANOTHER, SiteDoubt.RESTORED))
    if not rows.update(**values):
        return False
    connection.remember(values)
    audit.record("connection.resumed", actor=actor, target=connection, connection_id=connection.pk)
    return True


def stop(connection: Connection, found: dict[str, Any]) -> None:
    """Stop all calls until a person acts, and say why."""
    _degrade(connection, Health.STOPPED, found)


def _quiet(connection: Connection, now: datetime, incoming: bool, outgoing: bool) -> bool:
    if connection.health != Health.OK or connection.diagnosis is not None:
        return False
    moments = [connection.last_success]
    moments += [connection.last_in] if incoming else []
    moments += [connection.last_out] if outgoing else []
    return all(moment is not None and now - moment < QUIET for moment in moments)


def _verdict(connection: Connection, error: Exception) -> Exception | None:
    """The failure, where it is a refusal as `/myself` sees it: None says that the account is fine
    and only that one call was refused. One more call, made for refusals alone; where the login
    itself failed, the circuit answers in Jira's place and nothing is sent.
    """
    if not _refuses_credential(error) or isinstance(error, _AT_ONCE):
        return error
    if isinstance(error, JiraError) and (error.path or "").endswith("/myself"):
        return error
    if isinstance(error, AuthenticationRefused) and error.confirmed:
        return error
    try:
        gateway.jira_for(connection, for_check=True).myself()
    except Explained as verdict:
        return verdict
    return None


def _refuses_credential(error: Exception) -> bool:
    if isinstance(error, OAuthProblem):
        return error.problem in _OF_TOKEN
    return isinstance(error, AuthenticationRefused)


def _severity(error: Exception) -> Health:
    if _refuses_credential(error) or isinstance(error, SealBroken):
        return Health.STOPPED
    if isinstance(error, RateLimited):
        return Health.WARNING
    return Health.FAILING


def _degrade(connection: Connection, health: Health, found: dict[str, Any]) -> None:
    """Written where it tells something new: another state, or another code. A stop is never undone."""
    now = timezone.now()
    values: dict[str, Any] = {"health": health, "health_at": now, "diagnosis": found}
    rows = Connection.objects.filter(pk=connection.pk)
    if health != Health.STOPPED:
        rows = rows.exclude(health=Health.STOPPED)
    news = ~Q(health=health) | Q(diagnosis__isnull=True) | ~Q(diagnosis__code=found["code"])
    stale = Q(health_at__lt=now - QUIET) | Q(health_at__isnull=True)
    if not rows.filter(news | stale).update(**values):
        return
    was = connection.health
    connection.remember(values)
    if health == Health.STOPPED:
        gateway.forget(connection.pk)
        if was != Health.STOPPED:
            audit.record(
                "connection.stopped",
                actor=None,
                target=connection,
                connection_id=connection.pk,
                after={"code": found["code"], "what": found["what"]},
            )


def _wait(connection: Connection, error: RateLimited) -> None:
    until = timezone.now() + timedelta(seconds=error.retry_after or RATE_PAUSE)
    later = Q(call_after__isnull=True) | Q(call_after__lt=until)
    if Connection.objects.filter(later, pk=connection.pk).update(call_after=until):
        connection.call_after = until
