"""OAuth 2.0 for a person, each run of it a row: who, in which session, until when, used once.

Begin (client ID and secret, sealed in the run) → authorise (state and verifier are made, the person goes to
Jira) → answer (Jira sends them back: exchanged at once, since a code lives for seconds; proven; sealed).
Whatever does not fit is refused with a plain sentence and one audit entry, and what was entered stays good
for another try. It must not trust what comes back beyond comparing it.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections.access import person_tokens, sealing
from connections.access.gateway import CREDENTIAL
from connections.access.service_tokens import door
from connections.address import cloud_site, instance
from connections.credentials import credentials
from connections.credentials.credential import BLANKS
from connections.credentials.credentials import Outcome
from connections.credentials.proof import Credential, check_client, look, prove
from connections.models import AuthMethod, Connection, OAuthFlow
from connections.oauth import app_instructions, oauth_flow
from jira_client import person_token
from jira_client.cloud_address import is_gateway
from jira_client.errors import AppRefused, JiraError, OtherSite
from jira_client.person_token import App, Tokens
from jira_client.values import Deployment

LIFETIME = timedelta(minutes=30)  # to go to Jira, log in there, and come back


def callback_url() -> str:
    """The one address that an app names: Jira compares it letter by letter."""
    return f"{settings.BASE_URL}{reverse('connections:oauth2_callback')}"


def begin(
    connection: Connection,
    client_id: str,
    client_secret: str,
    *,
    actor: User,
    session_key: str | None = None,
) -> OAuthFlow:
    """A run with the app's ID and secret; an empty secret is the stored one of the same ID.

    `session_key` None: by API token, to be finished in a browser. Raises Refused with the field that is
    wrong, JiraError where the instance does not answer what it is.
    """
    if AuthMethod.OAUTH2 not in {connection.auth_method, connection.next_method}:
        raise Refused(
            _("This connection does not use OAuth 2.0. Switch its authentication method first."),
            code="auth_method",
            status=409,
        )
    name, secret = client_id.strip(BLANKS), client_secret.strip(BLANKS)
    if not secret and (kept := stored_app(connection)) is not None and kept.client_id == name:
        secret = kept.secret
    check_client(name, secret)
    if not connection.deployment and (server := look(connection, AuthMethod.OAUTH2)) is not None:
        instance.observe(connection, server)
    held = {"client_id": name, "client_secret": secret}
    flow = OAuthFlow(
        connection=connection,
        user=actor,
        method=AuthMethod.OAUTH2,
        session_digest=oauth_flow.digest(session_key) if session_key else "",
        expires=timezone.now() + LIFETIME,
    )
    flow.sealed_token = oauth_flow.sealed(flow, held)
    OAuthFlow.objects.filter(
        connection=connection, user=actor, method=AuthMethod.OAUTH2, used=None
    ).update(used=timezone.now(), outcome="superseded", sealed_token={})
    flow.save()
    return flow


def stored_app(connection: Connection) -> App | None:
    """The app of the consent in use; None where there is none, or it does not open any more."""
    if connection.auth_method != AuthMethod.OAUTH2:
        return None
    try:
        secret = sealing.load(connection, CREDENTIAL[AuthMethod.OAUTH2])
    except sealing.SealBroken:
        return None
    return person_tokens.read(secret).app if secret else None


def open_run(connection: Connection, person: User) -> OAuthFlow | None:
    """This person's run that still may go to Jira."""
    found = oauth_flow.latest(connection, person, AuthMethod.OAUTH2)
    live = found is not None and found.used is None and found.expires > timezone.now()
    return found if live else None


def authorize(flow_id: uuid.UUID, *, person: User, session_key: str) -> str:
    """Jira's address for this person. A run that was begun by API token is bound to this session now; a
    second press makes what comes back from the first one void. Raises Refused.
    """
    flow = _mine(flow_id, person, session_key, bind=True)
    held = oauth_flow.held(flow, person)
    state = f"{flow.pk.hex}.{secrets.token_urlsafe(24)}"
    held["verifier"] = person_token.verifier()
    app = _app(held)
    connection = flow.connection
    OAuthFlow.objects.filter(pk=flow.pk, used=None).update(
        token_digest=oauth_flow.digest(state), sealed_token=oauth_flow.sealed(flow, held)
    )
    base = person_tokens.base_of(connection) or connection.base_url
    server = person_tokens.server_of(connection)
    wanted = app_instructions.wanted(connection)
    return person_token.authorize_url(base, server, app, wanted, state, held["verifier"])


def find(state: str) -> OAuthFlow:
    """The run that a state names. Raises Refused (404)."""
    name = state.partition(".")[0]
    try:
        return oauth_flow.find(uuid.UUID(hex=name))
    except ValueError as error:
        raise Refused(_("There is no such authorisation."), code="not_found", status=404) from error


def answer(
    state: str, *, code: str, error: str, said: str = "", person: User, session_key: str
) -> Outcome:
    """Jira sent the person back: exchange, prove by `/myself`, seal. Raises Refused, JiraError."""
    flow = _mine(find(state).pk, person, session_key)
    known = oauth_flow.digest(state)
    if not flow.token_digest or not hmac.compare_digest(flow.token_digest, known):
        raise oauth_flow.refuse(
            flow,
            person,
            "flow_used",
            _("This answer from Jira was used before, or belongs to an earlier try. Start again."),
        )
    held = oauth_flow.held(flow, person)
    claimed = OAuthFlow.objects.filter(pk=flow.pk, used=None, token_digest=known).update(
        used=timezone.now(), outcome="exchanging", token_digest=""
    )
    if not claimed:
        raise oauth_flow.refuse(
            flow, person, "flow_used", _("This answer from Jira was used before.")
        )
    connection = flow.connection
    if error or not code:
        _open_again(flow)
        raise _not_allowed(flow, person, error, said)
    app = _app(held)
    try:
        tokens = _exchanged(connection, app, code, held["verifier"])
        address = _reached(connection, tokens)
    except JiraError as problem:
        if isinstance(problem, AppRefused):
            oauth_flow.end(flow, problem.code)
        else:
            _open_again(flow)
        oauth_flow.note(flow, person, problem.code)
        raise
    credential = credential_of(app, tokens, address)
    if not connection.account_id:
        # Kept before it is proven: the exchange cannot be repeated, the proof can.
        credentials.keep_unproven(connection, credential)
    oauth_flow.end(flow, "finished")
    return credentials.present(connection, credential, actor=person)


def finish(connection: Connection) -> Outcome:
    """For programs: whether the person came back from Jira meanwhile, and as whom. Raises Refused,
    JiraError."""
    secret = None
    if stored_app(connection) is not None:
        secret = sealing.load(connection, CREDENTIAL[AuthMethod.OAUTH2])
    if secret is None:
        raise Refused(
            _("Nobody has allowed the access in Jira yet: open the address to authorise first."),
            code="oauth_not_started",
            status=409,
        )
    proof = prove(connection, Credential(AuthMethod.OAUTH2, secret, connection.username))
    if connection.account_id in {"", proof.person.id}:
        credentials.accept(connection, proof.person)
    return Outcome(proof.person, pending=bool(connection.pending_id), remarks=proof.remarks)


def credential_of(app: App, tokens: Tokens, address: str | None) -> Credential:
    """What a fresh consent signs in with. `address`: of the gateway, None on Data Center."""
    held = person_tokens.held_of(app, tokens)
    return Credential(
        method=AuthMethod.OAUTH2,
        secret=held.as_secret(),
        username=app.client_id,
        expires=timezone.now() + person_tokens.UNUSED,
        api_url=address,
    )


def _exchanged(connection: Connection, app: App, code: str, verifier: str) -> Tokens:
    with door(connection, person_tokens.base_of(connection)) as transport:
        server = person_tokens.server_of(connection)
        return person_token.exchange(transport, server, app, code, verifier)


def _reached(connection: Connection, tokens: Tokens) -> str | None:
    """Where calls go: for Cloud the gateway's address of this very site, which the consent must hold, and
    whose address must be the one that was entered. Raises OtherSite, JiraError.
    """
    if connection.deployment != Deployment.CLOUD:
        return None
    address = connection.api_url or connection.base_url
    if not is_gateway(address):
        address = cloud_site.gateway_address(connection)
    with door(connection, settings.ATLASSIAN_API) as transport:
        found = person_token.must_reach(transport, tokens.access, address.rpartition("/")[2])
    entered = urlsplit(connection.base_url).netloc.lower()
    if not is_gateway(connection.base_url) and urlsplit(found.url).netloc.lower() != entered:
        raise OtherSite("The access was allowed for another site.", allowed=(found.url,))
    return address


def _not_allowed(flow: OAuthFlow, person: User, error: str, said: str) -> Refused:
    if error == "access_denied":
        sentence = _("Access was denied in Jira. Nothing was changed.")
        return oauth_flow.refuse(flow, person, "oauth_denied", sentence)
    if error == "invalid_scope":
        sentence = _(
            "The app may not do all that the console asks for. Give it the scopes or the permission that "
            "this page lists, save it in Jira, and press “Allow access in Jira” again."
        )
        return oauth_flow.refuse(flow, person, "app_scopes", sentence)
    sentence = _(
        "Jira sent you back without an approval (%(word)s). Compare the app in Jira with what this page "
        "lists, and press “Allow access in Jira” again."
    ) % {"word": (said or error or _("no word"))[:200]}
    return oauth_flow.refuse(flow, person, "app_refuses", sentence)


def _mine(flow_id: uuid.UUID, person: User, session_key: str, *, bind: bool = False) -> OAuthFlow:
    flow = oauth_flow.find(flow_id)
    oauth_flow.must_be_theirs(flow, person, session_key, bind=bind)
    oauth_flow.must_be_open(flow, person)
    return flow


def _open_again(flow: OAuthFlow) -> None:
    """What was entered is good for another try; what came back is not."""
    OAuthFlow.objects.filter(pk=flow.pk, outcome="exchanging").update(
        used=None, outcome="", expires=timezone.now() + LIFETIME
    )


def _app(held: dict[str, str]) -> App:
    return App(held["client_id"], Secret(held["client_secret"]).reveal(), callback_url())
