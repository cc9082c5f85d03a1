"""The token endpoint of service accounts: OAuth 2.0 client credentials, on Cloud at Atlassian, on Data
Center at Jira itself. No refresh token; an access token lives an hour.

Source of Cloud's: https://support.atlassian.com/user-management/docs/create-oauth-2-0-credential-for-service-accounts/
Data Center: https://confluence.atlassian.com/enterprise/service-accounts-1540733013.html
The words of refusals were seen elsewhere; the vendor does not say them.
"""

import secrets
from datetime import timedelta

from .model.people import ScopedToken, ServiceClient
from .model.site import Site
from .wire import Request, Response, answer

LIFE = 3600  # seconds
ONLY = ("/rest/api/2/", "/rest/api/latest/")


def credential(
    site: Site, user: str, client_id: str, secret: str, scopes: tuple[str, ...] = ()
) -> ServiceClient:
    """An OAuth 2.0 credential for this user of the site."""
    made = ServiceClient(client_id, secret, site.users[user], scopes)
    site.service_clients[client_id] = made
    return made


def hand_out(site: Site, request: Request) -> Response:
    """A new access token for a client ID and secret."""
    given = request.form()
    client = site.service_clients.get(given.get("client_id", ""))
    if given.get("grant_type") != "client_credentials":
        return answer({"error": "unsupported_grant_type"}, 400)
    if client is None or client.secret != given.get("client_secret") or not client.user.active:
        return answer({"error": "invalid_client", "error_description": "Unauthorized"}, 401)
    token = f"sat-{secrets.token_urlsafe(24)}"
    ends = site.now() + timedelta(seconds=LIFE)
    site.scoped_tokens[token] = ScopedToken(token, client.user, client.scopes, ends)
    scope = " ".join(client.scopes) or given.get("scope", "")
    return answer(
        {"access_token": token, "token_type": "Bearer", "expires_in": LIFE, "scope": scope}
    )


def is_open(site: Site, request: Request) -> bool:
    """Whether Data Center opens this path to whoever asks: to service accounts only its plain API."""
    kind, _, value = request.header("authorization").partition(" ")
    if kind.lower() != "bearer" or value.strip() not in site.scoped_tokens:
        return True
    return request.path.startswith(ONLY)
