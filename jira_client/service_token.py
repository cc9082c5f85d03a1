"""Access tokens of a service account: short, and asked for anew by its client ID and client secret.

OAuth 2.0 client credentials; there is no refresh token. oauthlib writes the request and reads the answer.
It keeps nothing.

Source of Cloud's: https://support.atlassian.com/user-management/docs/create-oauth-2-0-credential-for-service-accounts/
Data Center: https://confluence.atlassian.com/enterprise/service-accounts-1540733013.html
RFC 6749, section 4.4: https://www.rfc-editor.org/rfc/rfc6749#section-4.4
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error

from jira_client.errors import ClientRefused, JiraError, NotJson
from jira_client.refusal import refusal
from jira_client.sender import Sender
from jira_client.transport import Transport
from outgoing.wire import WireRequest, WireResponse

CLOUD: Final = "/oauth/token"  # at Atlassian's own address
DATA_CENTER: Final = "/rest/oauth2/latest/token"  # at Jira's
WRITE: Final = "WRITE"  # the scope of Data Center that includes reading
SENDER: Final = Sender("service")
_HOUR: Final = 3600
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class ShortToken:
    """A bearer token, the seconds that it is good for, and the scopes that it was told to have."""

    token: str = field(repr=False)
    seconds: int
    scopes: tuple[str, ...] = ()


def ask(
    transport: Transport, path: str, client_id: str, client_secret: str, scope: str = ""
) -> ShortToken:
    """A new access token. `path`: CLOUD or DATA_CENTER; `scope`: Data Center's word, empty for Cloud.

    Raises ClientRefused where ID or secret are not taken (wrong, or revoked), NotJson where something else
    than a token comes, and whatever the transport raises.

    Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.4
    """
    client = BackendApplicationClient(client_id)
    body = client.prepare_request_body(
        include_client_id=True, client_secret=client_secret, scope=scope or None
    )
    try:
        response = transport.send(WireRequest("POST", path, dict(_FORM), body.encode(), path))
        return _read(client, response)
    except JiraError as error:
        error.located("POST", path, SENDER)
        raise


def _read(client: BackendApplicationClient, response: WireResponse) -> ShortToken:
    text = response.body.decode("utf-8", "replace")
    if response.status == HTTPStatus.NOT_FOUND:
        raise ClientRefused("Nothing hands out access tokens there.", status=response.status)
    if response.status >= 400 and not text.lstrip().startswith("{"):
        raise refusal(response, writes=False)
    try:
        found = client.parse_request_body_response(text)
        told = found.get("scope") or ()
        named = told.split() if isinstance(told, str) else told
        scopes = tuple(str(one) for one in named if one)
        life = int(found.get("expires_in") or _HOUR)
        return ShortToken(str(found["access_token"]), life, scopes)
    except OAuth2Error as error:
        if response.status >= 500 or response.status == 429:
            raise refusal(response, writes=False) from error
        why = f"{error.error}: {error.description}" if error.description else str(error.error)
        raise ClientRefused(
            "The client ID or client secret of the service account is not accepted.",
            status=response.status,
            messages=(why[:300],),
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise NotJson(
            "What came is no access token.", kind="json", status=response.status
        ) from error
