"""One run of the OAuth dance as a row: whose it is, whether it is still open, what it holds sealed.

The guards of connections.oauth.handshake: a foreign session, a replay or an expired run is refused with
a plain sentence and one audit entry. It must not speak to Jira.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from datetime import timedelta

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access import sealing
from connections.models import AuthMethod, Connection, OAuthFlow

LIFETIME = timedelta(minutes=10)
LEFT_BEHIND = timedelta(minutes=10)


def find(flow_id: uuid.UUID) -> OAuthFlow:
    """Raises Refused (404)."""
    flow = OAuthFlow.objects.select_related("connection", "user").filter(pk=flow_id).first()
    if flow is None:
        raise Refused(_("There is no such authorisation."), code="not_found", status=404)
    return flow


def must_be_theirs(flow: OAuthFlow, person: User, session_key: str, *, bind: bool = False) -> None:
    """The same person in the same session; a flow without one is bound where `bind` says so."""
    ours = digest(session_key)
    sentence = _(
        "This authorisation was started by another person or in another browser. Start again here."
    )
    if flow.user_id != person.pk:
        raise refuse(flow, person, "flow_foreign", sentence)
    if bind and not flow.session_digest:
        OAuthFlow.objects.filter(pk=flow.pk, session_digest="").update(session_digest=ours)
        flow.refresh_from_db(fields=["session_digest"])
    if not hmac.compare_digest(flow.session_digest, ours):
        raise refuse(flow, person, "flow_foreign", sentence)


def must_be_open(flow: OAuthFlow, person: User) -> None:
    """Unused and younger than ten minutes. Raises Refused."""
    if flow.used is not None:
        raise refuse(
            flow, person, "flow_used", _("This authorisation was used before. Start again.")
        )
    if flow.expires <= timezone.now():
        end(flow, "expired")
        raise refuse(
            flow,
            person,
            "flow_expired",
            _("More than ten minutes went by. Press “Authenticate” to start again."),
        )


def latest(
    connection: Connection, person: User, method: str = AuthMethod.OAUTH1
) -> OAuthFlow | None:
    """The run that "Check & Close" means: one that Jira answered before a later one that it did not,
    as when "Authenticate" was pressed twice and allowed in the first tab."""
    runs = OAuthFlow.objects.filter(connection=connection, user=person, method=method)
    runs = runs.order_by("-created")
    open_runs = runs.filter(used=None, expires__gt=timezone.now())
    return open_runs.exclude(answered=None).first() or runs.first()


def is_allowed(connection: Connection, person: User) -> bool:
    """Whether Jira has answered this person's "Allow", so that only "Check & Close" is left."""
    now = timezone.now()
    runs = OAuthFlow.objects.filter(connection=connection, user=person, used=None, expires__gt=now)
    runs = runs.filter(method=AuthMethod.OAUTH1)
    return runs.exclude(answered=None).exists()


def supersede(connection: Connection, person: User) -> None:
    """This person is through: their other runs end, and forget what they held."""
    OAuthFlow.objects.filter(connection=connection, user=person, used=None).update(
        used=timezone.now(), outcome="superseded", sealed_token={}
    )


def end_expired() -> int:
    """Runs that nobody finished hold sealed tokens no longer than they are good for. How many."""
    now = timezone.now()
    abandoned = OAuthFlow.objects.filter(used=None, expires__lt=now)
    ended = abandoned.update(used=now, outcome="expired", sealed_token={})
    # A process that died amid the exchange left its run claimed.
    left = OAuthFlow.objects.filter(used__lt=now - LEFT_BEHIND).exclude(sealed_token={})
    return ended + left.update(sealed_token={})


def held(flow: OAuthFlow, person: User) -> dict[str, str]:
    """What the run holds. Raises Refused where it does not open any more; the run is over then."""
    try:
        return opened(flow)
    except sealing.SealBroken as broken:
        end(flow, "unreadable")
        sentence = _("What this authorisation held cannot be read any more. Start again.")
        raise refuse(flow, person, "flow_unreadable", sentence) from broken


def end(flow: OAuthFlow, outcome: str) -> None:
    """Used: never again, and what it held is forgotten."""
    OAuthFlow.objects.filter(pk=flow.pk).update(
        used=timezone.now(), outcome=outcome[:40], sealed_token={}
    )
    flow.used, flow.outcome = timezone.now(), outcome[:40]


def refuse(flow: OAuthFlow, person: User, code: str, sentence: str) -> Refused:
    """The refusal to raise, once it is in the audit trail."""
    note(flow, person, code)
    return Refused(sentence, code=code, status=403 if code == "flow_foreign" else 409)


def note(flow: OAuthFlow, person: User, code: str) -> None:
    audit.record(
        "oauth.refused",
        actor=person,
        target=flow.connection,
        connection_id=flow.connection_id,
        after={"reason": code, "flow": str(flow.pk)},
    )


def sealed(flow: OAuthFlow, held: dict[str, str]) -> dict[str, str]:
    text = sealing.seal_text(
        orjson.dumps(held).decode(),
        table="flow",
        row=flow.pk,
        field="request_token",
        origin=flow.connection.sealed_for_sending,
    )
    return {"sealed": text}


def opened(flow: OAuthFlow) -> dict[str, str]:
    text = flow.sealed_token.get("sealed", "")
    held: dict[str, str] = orjson.loads(
        sealing.open_text(
            text,
            table="flow",
            row=flow.pk,
            field="request_token",
            origin=flow.connection.sealed_for_sending,
        ).reveal()
    )
    return held


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
