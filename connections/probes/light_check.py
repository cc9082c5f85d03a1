"""The light check: once a day, is Jira still there, and are we still let in as the same account?

Four looks (who am I, Base URL, clock, certificate), so that a revoked token or a moved Jira shows
before the next change waits for it. Claimed by conditional UPDATE, jittered; stopped, paused and
draft connections are let alone. It must not repair anything.
"""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.access import gateway
from connections.address import instance
from connections.health import expiry, health, site_identity
from connections.health.diagnosis import Explained
from connections.health.first_contact import greet
from connections.models import Connection, SiteDoubt
from connections.probes import CLOCK_WARN
from jira_client.errors import JiraError
from jira_client.values import ServerInfo

DAILY = timedelta(hours=24)
JITTER = timedelta(hours=2)


def due() -> QuerySet[Connection]:
    """Running connections whose last look is a day ago."""
    now = timezone.now()
    return Connection.objects.running().filter(Q(look_due__isnull=True) | Q(look_due__lte=now))


def take(connection_id: uuid.UUID | str) -> bool:
    """Look, and let the health tell. False: not due, or somebody else has it."""
    ids = list(due().filter(pk=connection_id).values_list("pk", flat=True))
    late = Q(look_due__isnull=True) | Q(look_due__lte=timezone.now())
    if not Connection.objects.filter(late, pk__in=ids).update(look_due=_next()):
        return False
    connection = Connection.objects.get(pk=connection_id)
    try:
        server = greet(connection)
        identity = site_identity.ask(connection)
        client = gateway.jira_for(connection)
        person = client.myself()
        server = server or client.server_info()
    except Explained as error:
        health.note_failure(connection, error)
        return True
    if doubt := site_identity.judge(connection, identity):
        if doubt == SiteDoubt.ANOTHER:
            site_identity.hold(connection, SiteDoubt.ANOTHER)
        return True
    instance.observe(connection, server)
    if person.id != connection.account_id:
        health.note_attempt(connection, gateway.NotReady("account_changed", _other(connection)))
        return True
    health.note_success(connection)
    health.forget_clock(connection)
    if odd := _odd(connection, server):
        health.note_attempt(connection, odd)
    _look_at_certificate(connection)
    return True


def _odd(connection: Connection, server: ServerInfo) -> gateway.NotReady | None:
    """What will trouble people soon although Jira answers."""
    seen = instance.read(server, connection.base_url)
    if seen.difference:
        sentence = _("Jira's Base URL is not the Instance URL. %(difference)s.")
        return gateway.NotReady("base_url_differs", sentence % {"difference": seen.difference})
    if seen.skew is not None and abs(seen.skew) > CLOCK_WARN:
        sentence = _("Our clock and Jira's differ by %(seconds)d seconds.")
        return gateway.NotReady("clock_skew", sentence % {"seconds": abs(seen.skew)})
    return None


def _other(connection: Connection) -> str:
    return _(
        "The credential belongs to another account than %(was)s, which this connection is."
    ) % {"was": connection.account_name}


def _look_at_certificate(connection: Connection) -> None:
    if not connection.checks_tls or not connection.origin.startswith("https:"):
        return
    with gateway.transport_for(connection) as transport:
        try:
            facts = transport.certificate()
        except JiraError:
            return  # what was known of it a day ago still stands
    expiry.observe_certificate(connection, facts.valid_until)


def _next() -> datetime:
    return timezone.now() + DAILY + random.random() * JITTER  # noqa: S311 - spreads load, no secret
