"""Tokens of OAuth 2.0 for a person: renewed in time by one worker for all, and never lost by a crash.

A renewal uses up the refresh token that it sends. So everything that one consent holds is one sealed text,
in one row: the answer replaces it by one conditional UPDATE before anything else uses it. That a renewal is
on its way stands in the connection's row before it is sent: where the answer is lost, the next one tries
with the token of before, which Cloud takes for ten minutes more, and a refusal then has its true name. It
must not decide what a refusal means for the connection.

    memory → the row, where that is fresh → the claim (a conditional UPDATE) → renewed, sealed
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from almconnect.lib.failpoints import point
from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.access.service_tokens import door
from connections.models import Connection, SealedSecret, SecretField
from jira_client import person_token
from jira_client.errors import AppRefused, ConnectFailed, GrantEnded, JiraError
from jira_client.person_token import App, Server, Tokens
from jira_client.values import Deployment

EARLY: Final = timedelta(minutes=5)
UNUSED: Final = timedelta(days=90)  # how long a refresh token lives that is not used
CLAIM: Final = timedelta(seconds=90)  # longer than a call can take
PATIENCE: Final = 20.0  # seconds to wait for whoever has the claim
_LOOK: Final = 0.2


@dataclass(frozen=True, slots=True)
class Held:
    """All that one consent holds. `consent` is our own id of it; moments are ISO texts."""

    consent: str
    client_id: str
    client_secret: str = field(repr=False)
    callback: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    ends: str
    renew_at: str
    scopes: str = ""

    def is_good(self, refused: str) -> bool:
        """Whether the access token may be used: it is not the refused one, and does not end at once."""
        return self.access != refused and datetime.fromisoformat(self.renew_at) > timezone.now()

    @property
    def lives(self) -> bool:
        return datetime.fromisoformat(self.ends) > timezone.now()

    @property
    def app(self) -> App:
        return App(self.client_id, self.client_secret, self.callback)

    def after(self, tokens: Tokens) -> Held:
        """The same consent with the tokens that just came."""
        life = timedelta(seconds=tokens.seconds)
        now = timezone.now()
        return replace(
            self,
            access=tokens.access,
            refresh=tokens.refresh,
            scopes=" ".join(tokens.scopes) or self.scopes,
            ends=(now + life).isoformat(),
            renew_at=(now + life - min(EARLY, life / 2)).isoformat(),
        )

    def as_secret(self) -> Secret:
        return Secret(orjson.dumps(asdict(self)).decode())


def held_of(app: App, tokens: Tokens) -> Held:
    """What a fresh consent holds."""
    empty = Held(uuid.uuid4().hex, app.client_id, app.secret, app.callback, "", "", "", "")
    return empty.after(tokens)


def read(secret: Secret) -> Held:
    return Held(**orjson.loads(secret.reveal()))


def server_of(connection: Connection) -> Server:
    """The addresses of this Jira's kind."""
    cloud = connection.deployment == Deployment.CLOUD
    return person_token.CLOUD if cloud else person_token.DATA_CENTER


def base_of(connection: Connection) -> str:
    """Where these begin for calls: Atlassian's own, or empty for Jira's."""
    return settings.ATLASSIAN_AUTH if connection.deployment == Deployment.CLOUD else ""


def source_of(connection: Connection, secret: Secret) -> Callable[[str], str]:
    """Answers an access token that is good, and not the refused one that it is given (empty: none was).

    The function raises JiraError, SealBroken.
    """
    mine = [read(secret)]

    def current(refused: str) -> str:
        if not mine[0].is_good(refused):
            mine[0] = _shared(connection.pk, mine[0], refused)
        return mine[0].access

    return current


def newest(connection: Connection, secret: Secret) -> Secret:
    """What a row holds of the same consent, whose tokens may have been renewed since; else the same. Raises
    SealBroken."""
    place = _place_of(connection, read(secret))
    return place[1].as_secret() if place else secret


def told_scopes(connection: Connection) -> tuple[str, ...] | None:
    """The scopes of the consent in use; None where none is kept, or nobody told. Raises SealBroken."""
    place = _stored(connection)
    return (tuple(place[1].scopes.split()) or None) if place else None


def renew_now(connection: Connection) -> None:
    """Renews what is stored although it is good. Raises JiraError, SealBroken."""
    if place := _stored(connection):
        _shared(connection.pk, place[1], place[1].access)


def _shared(key: uuid.UUID, mine: Held, refused: str) -> Held:
    give_up = time.monotonic() + PATIENCE
    while True:
        connection = Connection.objects.get(pk=key)
        place = _place_of(connection, mine)
        if place is None:
            return mine  # of a consent that nobody keeps (yet, or any more): what came could not be kept
        row = place[1]
        if row.is_good(refused):
            return row
        if claim := _claimed(key):
            return _renewed(key, mine, refused, claim)
        if row.access != refused and row.lives:
            return row  # somebody is renewing; this one is good for some minutes more
        if time.monotonic() > give_up:
            words = (
                "Another worker is renewing the access of this connection; try again in a minute."
            )
            raise JiraError(words, transient=True)
        time.sleep(_LOOK)


def _claimed(key: uuid.UUID) -> datetime | None:
    """The end of the claim, where this worker is the one to renew; one whose worker died ends by itself."""
    now = timezone.now()
    free = Q(renewal_due=None) | Q(renewal_due__lte=now)
    until = now + CLAIM
    return until if Connection.objects.filter(free, pk=key).update(renewal_due=until) else None


def _renewed(key: uuid.UUID, mine: Held, refused: str, claim: datetime) -> Held:
    """By whoever has the claim; another may have been through a moment ago."""
    try:
        connection = Connection.objects.get(pk=key)
        place = _place_of(connection, mine)
        if place is None:
            return mine
        row = place[1]
        if row.is_good(refused):
            return row
        # Set before it is sent and taken away with the answer: where it stands already, one was lost.
        lost = not Connection.objects.filter(pk=key, renewal_sent=None).update(
            renewal_sent=timezone.now()
        )
        point("renewal.marked")
        try:
            tokens = _asked(connection, row, lost)
        except GrantEnded:
            newer = _place_of(Connection.objects.get(pk=key), mine)
            if newer is None or newer[1].refresh == row.refresh:
                raise
            return newer[1]  # whoever had the claim before came through after all
        point("renewal.answered")
        fresh = row.after(tokens)
        if not _swapped(key, place, fresh):
            newer = _place_of(Connection.objects.get(pk=key), mine)
            return newer[1] if newer else fresh
        point("renewal.sealed")
        return fresh
    finally:
        # Its own claim alone: another worker may have one by now.
        Connection.objects.filter(pk=key, renewal_due=claim).update(renewal_due=None)


def _asked(connection: Connection, row: Held, lost: bool) -> Tokens:
    """Raises JiraError."""
    try:
        with door(connection, base_of(connection)) as transport:
            return person_token.renew(
                transport, server_of(connection), row.app, row.refresh, lost=lost
            )
    except (ConnectFailed, AppRefused, GrantEnded):
        if not lost:  # nothing was used up by this one
            Connection.objects.filter(pk=connection.pk).update(renewal_sent=None)
        raise


Place = tuple[SealedSecret, Held]


def _place_of(connection: Connection, mine: Held) -> Place | None:
    """The row that holds this consent: in use, or offered and not confirmed yet; None: no row does."""
    stored = _stored(connection)
    if stored is not None and stored[1].consent == mine.consent:
        return stored
    return _offered(connection, mine)


def _stored(connection: Connection) -> Place | None:
    row = SealedSecret.objects.filter(connection=connection, field=SecretField.ACCESS_TOKEN).first()
    told = _opened(connection, row)
    return (row, Held(**told)) if row is not None and told and "consent" in told else None


def _offered(connection: Connection, mine: Held) -> Place | None:
    row = SealedSecret.objects.filter(connection=connection, field=SecretField.PENDING).first()
    told = _opened(connection, row)
    if row is None or not told or told.get("method") != "oauth2":
        return None
    held = read(Secret(told["secret"]))
    return (row, held) if held.consent == mine.consent else None


def _opened(connection: Connection, row: SealedSecret | None) -> dict[str, Any] | None:
    """What a row holds as JSON; None where it is no object. Raises SealBroken."""
    if row is None:
        return None
    text = _open(connection, row).reveal()
    if not text.startswith("{"):
        return None  # a token of another way in
    found: dict[str, Any] = orjson.loads(text)
    return found


def _open(connection: Connection, row: SealedSecret) -> Secret:
    origin = sealing.origin_of(connection, row.field)
    return sealing.open_text(row.sealed, table="secret", row=row.pk, field=row.field, origin=origin)


def _swapped(key: uuid.UUID, place: Place, fresh: Held) -> bool:
    """Whether the tokens of before were replaced in their row; not where a person signed in meanwhile.

    Settings that were changed meanwhile sealed the row again: then it is read again, and replaced as it is.
    """
    for _ in range(5):
        row = place[0]
        with transaction.atomic():
            connection = Connection.objects.get(pk=key)
            text = fresh.as_secret().reveal()
            if row.field == SecretField.PENDING:
                told = orjson.loads(_open(connection, row).reveal())
                text = orjson.dumps(told | {"secret": text}).decode()
            origin = sealing.origin_of(connection, row.field)
            sealed = sealing.seal_text(
                text, table="secret", row=row.pk, field=row.field, origin=origin
            )
            now = timezone.now()
            rows = SealedSecret.objects.filter(pk=row.pk, sealed=row.sealed)
            if rows.update(sealed=sealed, updated=now):
                ends: dict[str, Any] = {"renewal_sent": None}
                if row.field == SecretField.ACCESS_TOKEN:
                    ends["token_expires"] = now + UNUSED
                Connection.objects.filter(pk=key).update(**ends)
                return True
        again = _place_of(Connection.objects.get(pk=key), fresh)
        if again is None or again[1].refresh != place[1].refresh:
            return False
        place = again
    return False
