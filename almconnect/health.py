"""What the console says of its own health: `/livez`, `/readyz`, `/metrics`.

Ready means: webhooks and edits can be accepted and kept. That needs the database, its migrations and
the encryption key, not the broker: rows are the truth, and a hint that cannot be sent only costs
time. So a dead broker is reported as *degraded* and stays 200; taking the web process out of service
for it would lose deliveries that could have been kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import structlog
from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import public
from almconnect.lib.enqueue import broker_answers
from connections.access.sealing import KeysUnusable, check_keys
from jira_client.errors import SigningUnavailable
from jira_client.keys import check_signing

log = structlog.get_logger(__name__)
MIGRATE = "`./run.py manage migrate` (under compose: `docker compose run --rm migrate`)"
REMEMBER_SECONDS = 60.0  # migrations and keys change rarely; a good answer is kept this long


class State(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part's state. `reason` is for admins: what is wrong and what to do; empty when ok."""

    state: State
    reason: str = ""


OK = Finding(State.OK)


def database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as problem:
        log.warning("the database does not answer", trouble=type(problem).__name__)
        return Finding(
            State.FAILED,
            "The database does not answer; check ALMCONNECT_DATABASE_URL and the server.",
        )
    return OK


def migrations() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InconsistentMigrationHistory):
        return Finding(State.FAILED, "The database's migrations cannot be read.")
    if waiting:
        return Finding(State.FAILED, f"{len(waiting)} migrations are waiting; run {MIGRATE}.")
    return OK


def encryption_key() -> Finding:
    try:
        check_keys()
    except KeysUnusable as problem:
        return Finding(State.FAILED, str(problem))
    except DatabaseError:
        return Finding(State.FAILED, "The key cannot be compared: the database does not answer.")
    return OK


def broker() -> Finding:
    if broker_answers(current_app):
        return OK
    return Finding(
        State.DEGRADED,
        "The broker does not answer; edits and webhooks are kept and wait. "
        "Check ALMCONNECT_BROKER_URL and the server.",
    )


@cache
def signing() -> Finding:
    """Some systems strip RSA with SHA-1. Asked once per process: it does not change under it. Basic
    and tokens work without, so it degrades and refuses nothing."""
    try:
        check_signing()
    except SigningUnavailable as problem:
        return Finding(State.DEGRADED, str(problem))
    return OK


CHECKS: dict[str, Callable[[], Finding]] = {
    "database": database,
    "migrations": migrations,
    "encryption_key": encryption_key,
    "broker": broker,
    "signing": signing,
}
REMEMBERED = {"migrations", "encryption_key"}
_good_until: dict[str, float] = {}


def look(*, afresh: bool = False) -> dict[str, Finding]:
    """Every part by name. What needs the database is not asked where the database is down."""
    found: dict[str, Finding] = {}
    for name, check in CHECKS.items():
        down = found.get("database", OK).state is not State.OK
        if down and name in REMEMBERED:
            found[name] = Finding(State.FAILED, "Not checked: the database does not answer.")
            continue
        if not afresh and _good_until.get(name, 0.0) > time.monotonic():
            found[name] = OK
            continue
        found[name] = check()
        if name in REMEMBERED and found[name] is OK:
            _good_until[name] = time.monotonic() + REMEMBER_SECONDS
    return found


def insist_on_the_key() -> None:
    """For the start of web and worker: raises KeysUnusable where stored credentials would not open.

    A database that does not answer yet is no reason to refuse; readiness reports it.
    """
    try:
        check_keys()
    except DatabaseError as problem:
        log.warning("the key cannot be checked yet", trouble=type(problem).__name__)


def tell_of_signing() -> None:
    """For the start of web and worker: one line in the log where OAuth 1.0a cannot be signed here."""
    found = signing()
    if found is not OK:
        log.error("OAuth connections cannot be signed", reason=found.reason)


@public
@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody else, so that a slow database never gets it killed."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Each part with its state; 503 where webhooks and edits could not be kept."""
    found = look()
    states = {finding.state for finding in found.values()}
    worst = next(state for state in (State.FAILED, State.DEGRADED, State.OK) if state in states)
    body: dict[str, Any] = {"status": worst.value}
    body["checks"] = {
        name: {"state": finding.state.value, "reason": finding.reason}
        for name, finding in found.items()
    }
    return JsonResponse(body, status=503 if worst is State.FAILED else 200)
