"""The OAuth dance, each run of it a row: who, in which session, until when, used once.

Start → authorise (request token, Jira's page) → answer (Jira sends the person back) → finish
("Check & Close": exchange, prove, seal). Whatever does not fit is refused: nothing is stored, one
audit entry is written, and the person reads a plain sentence. It must not trust the callback's
parameters beyond comparing them.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections import credentials, flows, gateway, health, instance, sealing, waiting
from connections.credentials import Outcome
from connections.models import AuthMethod, Connection, Lifecycle, OAuthFlow, SecretField
from connections.proof import Credential, prove
from jira_client import dance
from jira_client.errors import ConnectFailed, JiraError, OAuthProblem
from jira_client.keys import generate_key_pair

LIFETIME = timedelta(minutes=10)
# Problems after which the same request token may still be exchanged.
_TRY_AGAIN = frozenset({"permission_unknown", "timestamp_refused", "signature_invalid"})


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


def ensure_keys(connection: Connection, *, actor: User | None, bits: int = 2048) -> bool:
    """One key pair and consumer key per connection, made on first need. The private key never leaves.

    Whether a pair that Jira may know had to be replaced, because its private half does not open any
    more: the application link must then get the new public key, and the diagnosis says so.
    """
    broken = False
    try:
        if connection.public_key and sealing.load(connection, SecretField.PRIVATE_KEY):
            return False
    except sealing.SealBroken:
        broken = True
    pair = generate_key_pair(bits)
    with transaction.atomic():
        sealing.store(connection, SecretField.PRIVATE_KEY, Secret(pair.private_pem))
        connection.consumer_key = connection.consumer_key or f"alm-connect-{secrets.token_hex(8)}"
        connection.public_key = pair.public_pem
        connection.save(update_fields=["consumer_key", "public_key", "updated"])
        audit.record(
            "oauth.key_replaced" if broken else "oauth.key_made",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            after={"consumer": connection.consumer_key, "bits": bits},
        )
    if broken:
        _tell_of_new_key(connection)
    return broken


def _tell_of_new_key(connection: Connection) -> None:
    sentence = _(
        "The stored private key did not open, so a new key pair was made. The application link in "
        "Jira must get the new public key."
    )
    if connection.auth_method == AuthMethod.OAUTH1 and connection.lifecycle != Lifecycle.DRAFT:
        credentials.lost(connection, sentence, code="key_replaced")
    else:
        health.note_attempt(connection, gateway.NotReady("key_replaced", sentence))


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
    replaced = ensure_keys(connection, actor=actor, bits=key_bits)
    flow = OAuthFlow.objects.create(
        connection=connection,
        user=actor,
        session_digest=flows.digest(session_key) if session_key else "",
        out_of_band=out_of_band,
        expires=timezone.now() + LIFETIME,
    )
    address = _site(reverse("connections:oauth_authorize", args=[flow.pk]))
    if out_of_band:
        address = _fetch_token(flow, dance.OUT_OF_BAND)
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
        _fetch_token(started.flow, callback_url(started.flow))
    finally:
        started.flow.delete()


def authorize(flow_id: uuid.UUID, *, person: User, session_key: str) -> str:
    """Fetch the request token and answer Jira's address for this person. Raises Refused, JiraError.

    A flow that was started by API token is bound to this session now.
    """
    flow = flows.find(flow_id)
    flows.must_be_theirs(flow, person, session_key, bind=True)
    flows.must_be_open(flow, person)
    return _fetch_token(flow, dance.OUT_OF_BAND if flow.out_of_band else callback_url(flow))


def answer(
    flow_id: uuid.UUID, *, person: User, session_key: str, token: str, verifier: str
) -> OAuthFlow:
    """Jira sent the person back. Keeps the verifier, sealed. Raises Refused."""
    flow = flows.find(flow_id)
    flows.must_be_theirs(flow, person, session_key)
    flows.must_be_open(flow, person)
    if flow.answered is not None:
        raise flows.refuse(flow, person, "flow_used", _("This answer from Jira was used before."))
    if not flow.token_digest or not hmac.compare_digest(flow.token_digest, flows.digest(token)):
        raise flows.refuse(
            flow, person, "flow_token", _("This answer belongs to another request. Start again.")
        )
    if verifier == dance.DENIED:
        flows.end(flow, "denied")
        raise flows.refuse(
            flow, person, "oauth_denied", _("Access was denied in Jira. Nothing was changed.")
        )
    if not verifier:
        raise flows.refuse(flow, person, "flow_verifier", _("Jira's answer lacks its verifier."))
    held = flows.held(flow, person) | {"verifier": verifier}
    claimed = OAuthFlow.objects.filter(
        pk=flow.pk, used=None, answered=None, expires__gt=timezone.now()
    ).update(answered=timezone.now(), sealed_token=flows.sealed(flow, held))
    if not claimed:
        raise flows.refuse(flow, person, "flow_used", _("This answer from Jira was used before."))
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
    flow = flows.latest(connection, actor)
    if flow is None or flow.used is not None or not flow.token_digest:
        return _again(connection, flow)
    if session_key is not None and flow.session_digest:
        flows.must_be_theirs(flow, actor, session_key)
    flows.must_be_open(flow, actor)
    typed = (verifier or "").strip()
    if flow.out_of_band and not typed:
        sentence = _("Type the verification code that Jira shows after “Allow”.")
        raise Refused(sentence, code="verifier_missing", fields={"verifier": [sentence]})
    credential = _exchange(flow, actor, typed)
    if not connection.account_id:
        # Kept before it is proven: the exchange cannot be repeated, the proof can.
        credentials.keep_unproven(connection, credential)
    outcome = credentials.present(connection, credential, actor=actor)
    flows.supersede(connection, actor)
    return outcome


def connection_of(flow_id: uuid.UUID) -> Connection:
    """The connection that a flow belongs to. Raises Refused (404)."""
    return flows.find(flow_id).connection


def callback_url(flow: OAuthFlow) -> str:
    return _site(reverse("connections:oauth_callback", args=[flow.pk]))


def _exchange(flow: OAuthFlow, actor: User, typed: str) -> Credential:
    """The access token for the request token. The flow is claimed first, so that two clicks are one."""
    held = flows.held(flow, actor)
    verifier = typed if flow.out_of_band else held.get("verifier", "")
    if verifier and not OAuthFlow.objects.filter(pk=flow.pk, used=None).update(
        used=timezone.now(), outcome="exchanging"
    ):
        raise flows.refuse(flow, actor, "flow_used", _("This authorisation was used before."))
    connection = flow.connection
    try:
        with gateway.transport_for(connection) as transport:
            found = dance.access_token(
                transport,
                connection.base_url,
                connection.consumer_key,
                _private_key(connection).reveal(),
                held["token"],
                held["secret"],
                verifier,
            )
    except JiraError as error:
        _after_refusal(flow, actor, error, typed)
        raise
    if not verifier:
        # A Jira that hands out a token without a verifier would let anybody's approval count.
        raise OAuthProblem("No approval came back yet.", problem="permission_unknown")
    flows.end(flow, "finished")
    return credentials.of_token(found)


def _after_refusal(flow: OAuthFlow, actor: User, error: JiraError, typed: str) -> None:
    """Whether the flow may be tried again; and the one case with a better sentence than Jira's."""
    problem = error.problem if isinstance(error, OAuthProblem) else ""
    mistyped = bool(typed) and problem == "token_rejected"
    if problem in _TRY_AGAIN or mistyped or isinstance(error, ConnectFailed):
        OAuthFlow.objects.filter(pk=flow.pk).update(used=None, outcome="")
    elif problem == "parameter_absent" and not typed and flow.answered is None:
        raise Refused(
            _(
                "Access was allowed in Jira, but Jira's answer did not come back to this console. "
                "Check that your browser reaches %(address)s, or use the typed verification code."
            )
            % {"address": settings.BASE_URL},
            code="callback_missing",
            status=409,
        ) from error
    else:
        flows.end(flow, problem or error.code)
        flows.note(flow, actor, problem or error.code)


def _again(connection: Connection, flow: OAuthFlow | None) -> Outcome:
    """No flow is open: either everything is done, or the dance was never begun."""
    if flow is not None and flow.outcome == "denied":
        raise Refused(
            _("Access was denied in Jira. Press “Authenticate” to try again."),
            code="oauth_denied",
            status=409,
        )
    if offered := waiting.pending(connection):
        return Outcome(prove(connection, offered.credential).person, pending=True)
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
    return Outcome(proof.person, pending=False)


def _fetch_token(flow: OAuthFlow, callback: str) -> str:
    connection = flow.connection
    with gateway.transport_for(connection) as transport:
        found = dance.request_token(
            transport,
            connection.base_url,
            connection.consumer_key,
            _private_key(connection).reveal(),
            callback,
        )
    OAuthFlow.objects.filter(pk=flow.pk, used=None).update(
        token_digest=flows.digest(found.token),
        sealed_token=flows.sealed(flow, {"token": found.token, "secret": found.secret}),
        answered=None,
        expires=timezone.now() + LIFETIME,
    )
    return dance.authorize_url(connection.base_url, found.token)


def _private_key(connection: Connection) -> Secret:
    key = sealing.load(connection, SecretField.PRIVATE_KEY)
    if not key:
        raise gateway.NotReady("secret_missing", "This connection has no key pair yet.")
    return key


def _site(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
