"""What the OAuth dance asks Jira for: a request token, and the access token for it.

Both are signed with the connection's own key. A run is claimed before its token is exchanged, so that
two clicks are one; a failure that may pass gives it back.
"""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from almconnect.lib.api import Refused
from connections.access import gateway
from connections.credentials import credentials
from connections.credentials.proof import Credential
from connections.models import OAuthFlow
from connections.oauth import oauth_flow
from connections.oauth.key_pair import private_key
from jira_client import dance
from jira_client.errors import ConnectFailed, JiraError, OAuthProblem

# Problems after which the same request token may still be exchanged.
_TRY_AGAIN = frozenset({"permission_unknown", "timestamp_refused", "signature_invalid"})


def fetch_token(flow: OAuthFlow, callback: str) -> str:
    """A request token for this run, sealed in it; answers Jira's page to allow it. Raises JiraError."""
    connection = flow.connection
    with gateway.transport_for(connection) as transport:
        found = dance.request_token(
            transport,
            connection.base_url,
            connection.consumer_key,
            private_key(connection).reveal(),
            callback,
        )
    OAuthFlow.objects.filter(pk=flow.pk, used=None).update(
        token_digest=oauth_flow.digest(found.token),
        sealed_token=oauth_flow.sealed(flow, {"token": found.token, "secret": found.secret}),
        answered=None,
        expires=timezone.now() + oauth_flow.LIFETIME,
    )
    return dance.authorize_url(connection.base_url, found.token)


def exchange(flow: OAuthFlow, actor: User, typed: str) -> Credential:
    """The access token for the request token. Raises Refused, JiraError, NotReady, SealBroken."""
    held = oauth_flow.held(flow, actor)
    verifier = typed if flow.out_of_band else held.get("verifier", "")
    if verifier and not OAuthFlow.objects.filter(pk=flow.pk, used=None).update(
        used=timezone.now(), outcome="exchanging"
    ):
        raise oauth_flow.refuse(flow, actor, "flow_used", _("This authorisation was used before."))
    connection = flow.connection
    try:
        with gateway.transport_for(connection) as transport:
            found = dance.access_token(
                transport,
                connection.base_url,
                connection.consumer_key,
                private_key(connection).reveal(),
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
    oauth_flow.end(flow, "finished")
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
        oauth_flow.end(flow, problem or error.code)
        oauth_flow.note(flow, actor, problem or error.code)
