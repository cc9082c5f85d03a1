"""The OAuth dance, each run of it a row: who, in which session, until when, used once.

Start → authorise (request token, Jira's page) → answer (Jira sends the person back) → finish
("Check & Close": exchange, prove, seal). Whatever does not fit is refused: nothing is stored, one
audit entry is written, and the person reads a plain sentence. It must not trust the callback's
parameters beyond comparing them.
"""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from almconnect.lib.api import Refused
from connections.access import sealing
from connections.address import instance
from connections.credentials import credentials, pending_account
from connections.credentials.credentials import Outcome
from connections.credentials.proof import Credential, prove
from connections.models import AuthMethod, Connection, OAuthFlow, SecretField
from connections.oauth import key_pair, oauth_flow, token_exchange
from jira_client import dance


@dataclass(frozen=True, slots=True)
class Started:
    """What a Jira admin copies into the application link, and where the person goes next."""

    flow: OAuthFlow
    consumer_key: str
    public_key: str
    application_url: str
    callback_url: str
    authorize_url: str
    key_replaced: bool = False


def start_oauth(
    connection: Connection,
    *,
    actor: User,
    session_key: str | None = None,
    out_of_band: bool = False,
    key_bits: int = 2048,
) -> Started:
    """Open a flow. `session_key` None: by API token, to be finished in the browser or by API.

    Out of band the request token is fetched at once, so this may raise JiraError; the keys exist
    all the same. Raises Refused where the connection does not use OAuth.
    """
    if AuthMethod.OAUTH1 not in {connection.auth_method, connection.next_method}:
        raise Refused(
            _("This connection does not use OAuth. Switch its authentication method first."),
            code="auth_method",
            status=409,
        )
    replaced = key_pair.ensure_keys(connection, actor=actor, bits=key_bits)
    flow = OAuthFlow.objects.create(
        connection=connection,
        user=actor,
        session_digest=oauth_flow.digest(session_key) if session_key else "",
        out_of_band=out_of_band,
        expires=timezone.now() + oauth_flow.LIFETIME,
    )
    address = _site(reverse("connections:oauth_authorize", args=[flow.pk]))
    if out_of_band:
        address = token_exchange.fetch_token(flow, dance.OUT_OF_BAND)
    return Started(
        flow=flow,
        consumer_key=connection.consumer_key,
        public_key=connection.public_key,
        application_url=settings.BASE_URL,
        callback_url=dance.OUT_OF_BAND if out_of_band else callback_url(flow),
        authorize_url=address,
        key_replaced=replaced,
    )


def try_request_token(connection: Connection, *, actor: User) -> None:
    """Whether Jira would open the authorisation: fetches a request token and throws it away.

    The flow goes with it, since "Check & Close" looks at the newest. Raises Refused where the
    connection does not use OAuth, JiraError.
    """
    started = start_oauth(connection, actor=actor)
    try:
        token_exchange.fetch_token(started.flow, callback_url(started.flow))
    finally:
        started.flow.delete()


def authorize(flow_id: uuid.UUID, *, person: User, session_key: str) -> str:
    """Fetch the request token and answer Jira's address for this person. Raises Refused, JiraError.

    A flow that was started by API token is bound to this session now.
    """
    flow = oauth_flow.find(flow_id)
    oauth_flow.must_be_theirs(flow, person, session_key, bind=True)
    oauth_flow.must_be_open(flow, person)
    return token_exchange.fetch_token(
        flow, dance.OUT_OF_BAND if flow.out_of_band else callback_url(flow)
    )


def answer(
    flow_id: uuid.UUID, *, person: User, session_key: str, token: str, verifier: str
) -> OAuthFlow:
    """Jira sent the person back. Keeps the verifier, sealed. Raises Refused."""
    flow = oauth_flow.find(flow_id)
    oauth_flow.must_be_theirs(flow, person, session_key)
    oauth_flow.must_be_open(flow, person)
    if flow.answered is not None:
        raise oauth_flow.refuse(
            flow, person, "flow_used", _("This answer from Jira was used before.")
        )
    if not flow.token_digest or not hmac.compare_digest(
        flow.token_digest, oauth_flow.digest(token)
    ):
        raise oauth_flow.refuse(
            flow, person, "flow_token", _("This answer belongs to another request. Start again.")
        )
    if verifier == dance.DENIED:
        oauth_flow.end(flow, "denied")
        raise oauth_flow.refuse(
            flow, person, "oauth_denied", _("Access was denied in Jira. Nothing was changed.")
        )
    if not verifier:
        raise oauth_flow.refuse(
            flow, person, "flow_verifier", _("Jira's answer lacks its verifier.")
        )
    held = oauth_flow.held(flow, person) | {"verifier": verifier}
    claimed = OAuthFlow.objects.filter(
        pk=flow.pk, used=None, answered=None, expires__gt=timezone.now()
    ).update(answered=timezone.now(), sealed_token=oauth_flow.sealed(flow, held))
    if not claimed:
        raise oauth_flow.refuse(
            flow, person, "flow_used", _("This answer from Jira was used before.")
        )
    flow.refresh_from_db()
    return flow


def finish_oauth(
    connection: Connection,
    *,
    actor: User,
    session_key: str | None = None,
    verifier: str | None = None,
) -> Outcome:
    """ "Check & Close": exchange, prove by `/myself`, seal. `session_key` None: by API token.

    Pressed again after success it proves the stored token once more. Raises Refused, JiraError.
    """
    flow = oauth_flow.latest(connection, actor)
    if flow is None or flow.used is not None or not flow.token_digest:
        return _again(connection, flow)
    if session_key is not None and flow.session_digest:
        oauth_flow.must_be_theirs(flow, actor, session_key)
    oauth_flow.must_be_open(flow, actor)
    typed = (verifier or "").strip()
    if flow.out_of_band and not typed:
        sentence = _("Type the verification code that Jira shows after “Allow”.")
        raise Refused(sentence, code="verifier_missing", fields={"verifier": [sentence]})
    credential = token_exchange.exchange(flow, actor, typed)
    if not connection.account_id:
        # Kept before it is proven: the exchange cannot be repeated, the proof can.
        credentials.keep_unproven(connection, credential)
    outcome = credentials.present(connection, credential, actor=actor)
    oauth_flow.supersede(connection, actor)
    return outcome


def connection_of(flow_id: uuid.UUID) -> Connection:
    """The connection that a flow belongs to. Raises Refused (404)."""
    return oauth_flow.find(flow_id).connection


def callback_url(flow: OAuthFlow) -> str:
    return _site(reverse("connections:oauth_callback", args=[flow.pk]))


def _again(connection: Connection, flow: OAuthFlow | None) -> Outcome:
    """No flow is open: either everything is done, or the dance was never begun."""
    if flow is not None and flow.outcome == "denied":
        raise Refused(
            _("Access was denied in Jira. Press “Authenticate” to try again."),
            code="oauth_denied",
            status=409,
        )
    if offered := pending_account.pending(connection):
        proof = prove(connection, offered.credential)
        return Outcome(proof.person, pending=True, remarks=proof.remarks)
    token = sealing.load(connection, SecretField.ACCESS_TOKEN)
    if connection.auth_method != AuthMethod.OAUTH1 or not token:
        raise Refused(
            _("Press “Authenticate” first, and allow access in the Jira tab that opens."),
            code="oauth_not_started",
            status=409,
        )
    proof = prove(connection, Credential(AuthMethod.OAUTH1, token))
    if connection.account_id in {"", proof.person.id}:
        credentials.accept(connection, proof.person)
    instance.observe(connection, proof.server)
    return Outcome(proof.person, pending=False, remarks=proof.remarks)


def _site(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
