"""OAuth 2.0 for a person: consent in a browser, a code for it, and tokens that are renewed.

Authorization code with PKCE. Each renewal gives another refresh token, and the one before ends: on Cloud
ten minutes later, as the vendor has said. oauthlib writes requests and reads answers. It keeps nothing.

Source of Cloud's: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
Renewal: https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens
Data Center: https://confluence.atlassian.com/adminjiraserver101/jira-oauth-2-0-provider-api-1455427907.html
PKCE: https://www.rfc-editor.org/rfc/rfc7636
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

from jira_client import parse
from jira_client.errors import (
    AppRefused,
    CodeRefused,
    GrantEnded,
    JiraError,
    NotJson,
    OfflineMissing,
    OtherSite,
    RenewalLost,
)
from jira_client.json_text import loads
from jira_client.refusal import refusal
from jira_client.sender import Sender
from jira_client.transport import Transport
from outgoing.wire import WireRequest, WireResponse

OFFLINE: Final = "offline_access"  # Cloud's scope without which there is no refresh token
SENDER: Final = Sender("oauth2")
RESOURCES: Final = "/oauth/token/accessible-resources"
_HOUR: Final = 3600
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
# Words of RFC 6749, section 5.2, that speak of the app and not of the code or token
_OF_THE_APP: Final = frozenset({"invalid_client", "unauthorized_client", "access_denied"})


@dataclass(frozen=True, slots=True)
class Server:
    """Where a deployment has its two addresses; `extra` goes along with the person."""

    authorize: str
    token: str
    extra: tuple[tuple[str, str], ...] = ()


CLOUD: Final = Server(
    "/authorize", "/oauth/token", (("audience", "api.atlassian.com"), ("prompt", "consent"))
)
DATA_CENTER: Final = Server("/rest/oauth2/latest/authorize", "/rest/oauth2/latest/token")


@dataclass(frozen=True, slots=True)
class App:
    """A customer's app of Cloud, or an incoming link of Data Center. `callback` is registered with it."""

    client_id: str
    secret: str = field(repr=False)
    callback: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an exchange or a renewal gave; `seconds` is the access token's life."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    seconds: int
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """A Cloud site that a token is good for."""

    id: str
    url: str
    scopes: tuple[str, ...]


def verifier() -> str:
    """A fresh secret for one run of the dance, of 64 letters.

    Source: https://www.rfc-editor.org/rfc/rfc7636#section-4.1
    """
    return str(WebApplicationClient("").create_code_verifier(64))


def authorize_url(
    base: str, server: Server, app: App, scopes: tuple[str, ...], state: str, verifier: str
) -> str:
    """Where the person's browser goes to allow the access. `base`: Atlassian's own address, or Jira's.

    Source: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
    """
    client = WebApplicationClient(app.client_id)
    challenge = client.create_code_challenge(verifier, "S256")
    # oauthlib wants TLS; whether a Jira without it may be called was decided by whoever entered it.
    secure, _, rest = base.partition("://")
    address = client.prepare_request_uri(
        f"https://{rest}{server.authorize}",
        redirect_uri=app.callback,
        scope=list(scopes),
        state=state,
        code_challenge=challenge,
        code_challenge_method="S256",
        **dict(server.extra),
    )
    return f"{secure}://" + str(address).removeprefix("https://")


def exchange(transport: Transport, server: Server, app: App, code: str, verifier: str) -> Tokens:
    """The tokens for a code, which works once and for seconds only.

    Raises AppRefused where ID or secret are not taken, CodeRefused where the code is not, OfflineMissing
    where no refresh token comes, NotJson where something else than tokens comes, and whatever the transport
    raises.

    Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
    """
    client = WebApplicationClient(app.client_id)
    body = client.prepare_request_body(
        code=code,
        redirect_uri=app.callback,
        client_secret=app.secret,
        code_verifier=verifier,
    )
    found = _sent(transport, server, client, body, CodeRefused)
    if not found.refresh:
        raise OfflineMissing("No refresh token came, so the access would end within the hour.")
    return found


def renew(
    transport: Transport, server: Server, app: App, refresh: str, *, lost: bool = False
) -> Tokens:
    """New tokens for a refresh token, which is used up by it. Where the server gives no other one back, the
    same one stays. `lost`: the answer to an earlier renewal by the same token did not come.

    Raises AppRefused, GrantEnded where the refresh token is not taken any more (RenewalLost where `lost`),
    NotJson, and whatever the transport raises: then nobody knows whether it was used.

    Source: https://www.rfc-editor.org/rfc/rfc6749#section-6
    Data Center compares the callback address here too, as clients of it have found.
    """
    client = WebApplicationClient(app.client_id)
    body = client.prepare_refresh_body(
        refresh_token=refresh,
        client_id=app.client_id,
        client_secret=app.secret,
        redirect_uri=app.callback,
    )
    found = _sent(transport, server, client, body, RenewalLost if lost else GrantEnded)
    return found if found.refresh else Tokens(found.access, refresh, found.seconds, found.scopes)


def must_reach(transport: Transport, token: str, site: str) -> Reach:
    """The site of this id among those that an access token is good for.

    Raises OtherSite where it is not there, and as `reach`.

    Source: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#3-1-get-the-cloudid-for-your-site
    """
    found = reach(transport, token)
    for one in found:
        if one.id == site.lower():
            return one
    raise OtherSite(
        "The access was allowed for another site.", allowed=tuple(one.url for one in found)
    )


def reach(transport: Transport, token: str) -> list[Reach]:
    """The Cloud sites that an access token is good for, asked at Atlassian's gateway.

    Raises AuthenticationRefused where the token is not taken, NotJson, and whatever the transport raises.

    Source: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#3-1-get-the-cloudid-for-your-site
    """
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        response = transport.send(WireRequest("GET", RESOURCES, headers, b"", RESOURCES))
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(response, writes=False)
        rows = loads(response.body)
        if not isinstance(rows, list):
            raise NotJson("What came is no list of sites.", kind="json", status=response.status)
    except ValueError as error:
        raise NotJson("What came is no list of sites.", kind="json") from error
    except JiraError as error:
        error.located("GET", RESOURCES, SENDER)
        raise
    return [_reach(one) for one in rows if isinstance(one, dict)]


def _reach(row: dict[str, Any]) -> Reach:
    scopes = row.get("scopes")
    told = tuple(str(one) for one in scopes) if isinstance(scopes, list) else ()
    return Reach(parse.text(row.get("id")).lower(), parse.text(row.get("url")), told)


def _sent(
    transport: Transport,
    server: Server,
    client: WebApplicationClient,
    body: str,
    refused: type[JiraError],
) -> Tokens:
    try:
        response = transport.send(
            WireRequest("POST", server.token, dict(_FORM), body.encode(), server.token)
        )
        return _read(client, response, refused)
    except JiraError as error:
        error.located("POST", server.token, SENDER)
        raise


def _read(client: WebApplicationClient, response: WireResponse, refused: type[JiraError]) -> Tokens:
    text = response.body.decode("utf-8", "replace")
    if response.status == HTTPStatus.NOT_FOUND:
        raise AppRefused("Nothing hands out tokens there.", status=response.status)
    if response.status >= 400 and not text.lstrip().startswith("{"):
        raise refusal(response, writes=False)
    try:
        found = client.parse_request_body_response(text)
        scopes = found.get("scope") or ()
        told = tuple(scopes.split()) if isinstance(scopes, str) else tuple(scopes)
        return Tokens(
            str(found["access_token"]),
            str(found.get("refresh_token") or ""),
            int(found.get("expires_in") or _HOUR),
            told,
        )
    except OAuth2Error as error:
        if response.status >= 500 or response.status == 429:
            raise refusal(response, writes=False) from error
        kind = AppRefused if error.error in _OF_THE_APP else refused
        why = f"{error.error}: {error.description}" if error.description else str(error.error)
        raise kind(
            "The server that hands out tokens refuses.",
            status=response.status,
            messages=(why[:300],),
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise NotJson("What came is no token.", kind="json", status=response.status) from error
