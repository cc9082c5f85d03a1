"""What ends, and when: tokens, certificates, and the leave to go without verifying them.

People are warned 30, 7 and 1 days ahead, on every page that shows the connection, and once per stage
in the audit trail. Everything is derived from moments in the row. It must not ask Jira.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from connections.models import AuthMethod, Connection, Lifecycle

STAGES = (1, 7, 30)  # days ahead


@dataclass(frozen=True, slots=True)
class Warning:
    """`kind`: token, secret, second_way, certificate, client_certificate, ca_bundle or tls_off.
    `stage`: 30, 7, 1, or 0 once ended."""

    kind: str
    stage: int
    at: datetime
    message: str
    remedy: str

    @property
    def words(self) -> str:
        """What ends and what to do, in one line."""
        return f"{self.message} {self.remedy}"

    @property
    def tone(self) -> str:
        return "danger" if self.stage <= 1 else "warning"


def warnings_of(connection: Connection) -> list[Warning]:
    """What ends within 30 days or has ended, the next first."""
    found = []
    for kind, at in _ends(connection):
        if at is not None and (stage := stage_of(at)) is not None:
            what, remedy = _words(kind)
            if kind in ("token", "secret") and _second_is_there(connection, at):
                remedy = _("Nothing to do: the second way in takes over by itself.")
            found.append(Warning(kind, stage, at, f"{what} {_when(at)}", remedy))
    return sorted(found, key=lambda one: one.at)


@dataclass(frozen=True, slots=True)
class End:
    """Something of a connection, as people call it, and when it ends; None where nobody knows."""

    name: str
    at: datetime | None


def all_ends(connection: Connection) -> list[End]:
    """All that ends, however far off, the next first and what is not known last."""
    found = [
        End(_words(kind)[0], at)
        for kind, at in _ends(connection)
        if at is not None or kind != "certificate"  # of http there is none
    ]
    return sorted(found, key=lambda one: (one.at is None, one.at or timezone.now()))


def stage_of(at: datetime) -> int | None:
    """The narrowest stage that has begun: 0 once it is over, None where it is still far."""
    if at <= timezone.now():
        return 0
    days = (at - timezone.now()).total_seconds() / 86400
    return next((stage for stage in STAGES if days <= stage), None)


def days_until(at: datetime) -> int:
    """Whole days left, none once it is over."""
    return max(0, (at - timezone.now()).days)


def credential_ends(connection: Connection) -> datetime | None:
    """Of the credential in use: what Jira told of an OAuth token, or a person of any other."""
    known = [at for at in (connection.token_expires, connection.secret_expires) if at is not None]
    return min(known, default=None)


def observe_certificate(connection: Connection, valid_until: datetime) -> None:
    """Keep until when Jira's certificate is good, where that is news."""
    if connection.tls_expires != valid_until:
        Connection.objects.filter(pk=connection.pk).update(tls_expires=valid_until)
        connection.tls_expires = valid_until


def due() -> QuerySet[Connection]:
    """Connections of which something may end soon; drafts end with their setup."""
    soon = timezone.now() + timedelta(days=max(STAGES))
    return Connection.objects.exclude(lifecycle=Lifecycle.DRAFT).filter(
        Q(token_expires__lt=soon)
        | Q(secret_expires__lt=soon)
        | Q(tls_expires__lt=soon)
        | Q(tls_off_until__lt=soon)
        | ~Q(ca_bundle="")
        | ~Q(client_certificate="")
        | ~Q(second_way={})
        | ~Q(warned={})
    )


def warn() -> int:
    """One audit entry per thing and stage, whoever looks. How many were written."""
    return sum(_warn(connection) for connection in due())


def _warn(connection: Connection) -> int:
    stages = {one.kind: one.stage for one in warnings_of(connection)}
    if stages == connection.warned:
        return 0
    rows = Connection.objects.filter(pk=connection.pk, warned=connection.warned)
    if not rows.update(warned=stages):
        return 0  # another worker was first
    news = [one for one in warnings_of(connection) if connection.warned.get(one.kind) != one.stage]
    for one in news:
        audit.record(
            "connection.ends_soon",
            actor=None,
            target=connection,
            connection_id=connection.pk,
            after={"what": one.kind, "stage": one.stage, "at": one.at.isoformat()},
        )
    return len(news)


def _ends(connection: Connection) -> Iterator[tuple[str, datetime | None]]:
    if connection.auth_method in (AuthMethod.OAUTH1, AuthMethod.OAUTH2):
        yield "token", connection.token_expires
    else:
        yield "secret", connection.secret_expires
    if ends := connection.second_way.get("ends"):
        yield "second_way", datetime.fromisoformat(ends)
    if not connection.verify_tls:
        yield "tls_off", connection.tls_off_until
    yield "certificate", connection.tls_expires
    if connection.ca_bundle:
        yield "ca_bundle", _bundle_ends(connection.ca_bundle)
    if connection.client_certificate:
        yield "client_certificate", _bundle_ends(connection.client_certificate)


def _second_is_there(connection: Connection, at: datetime) -> bool:
    """Whether a second way in waits that is good beyond this moment."""
    waits = connection.second_way
    if not waits or waits.get("refused"):
        return False
    return not waits.get("ends") or datetime.fromisoformat(waits["ends"]) > at


@lru_cache(maxsize=512)  # pages ask it of each connection, and a bundle may hold a hundred
def _bundle_ends(bundle: str) -> datetime:
    found = x509.load_pem_x509_certificates(bundle.encode())
    return min(one.not_valid_after_utc for one in found)


def _words(kind: str) -> tuple[str, str]:
    return {
        "token": (_("The OAuth authorisation"), _("Press Re-authenticate before then.")),
        "secret": (
            _("The API token or password"),
            _("Make a new one in Jira, and enter it under “Renew”."),
        ),
        "second_way": (
            _("The second way in"),
            _("Make a new token in Jira, and enter it under “Renew”."),
        ),
        "tls_off": (
            _("The leave to go without verifying certificates"),
            _("Paste the authority's certificate as CA bundle, or renew it for 30 days."),
        ),
        "certificate": (
            _("Jira's TLS certificate"),
            _("Ask the Jira admin to renew it before then."),
        ),
        "client_certificate": (
            _("The client certificate"),
            _("Ask whoever runs the server before Jira for a new one; paste it with its key."),
        ),
        "ca_bundle": (
            _("A certificate of the CA bundle"),
            _("Ask the Jira admin for the new authority's certificate and paste it."),
        ),
    }[kind]


def _when(at: datetime) -> str:
    if at <= timezone.now():
        return _("has ended.")
    days = days_until(at)
    if not days:
        return _("ends within a day.")
    return ngettext("ends in %(n)d day.", "ends in %(n)d days.", days) % {"n": days}
