"""Atlassian's gateway before a Cloud site: `/ex/jira/{cloudId}` on a port of its own.

Only there do tokens with scopes work, by Basic or as bearer tokens; those without work at the site alone.
It must not know Jira's routes.

Source: https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
Service accounts: https://support.atlassian.com/user-management/docs/understand-service-accounts/
How it refuses was seen in answers that people quote; the vendor does not say.
"""

import re
from datetime import timedelta

from .app import Application
from .authentication import Identity, basic_pair
from .model.people import ScopedToken, User
from .model.site import Site
from .oauth2.register import register_of
from .oauth2.server import authorize, hand_out
from .refusal import Refusal
from .scopes import allows, every_scope
from .service_tokens import credential
from .wire import Environ, Request, Response, answer, request_from

_PATH = re.compile(r"(/ex/jira/([^/]+))(/.*)?")


class Gateway(Application):
    """The same site, as the gateway lets callers reach it."""

    def respond(self, environ: Environ) -> Response:
        path = environ.get("PATH_INFO", "")
        if path == "/oauth/token/accessible-resources":
            return _resources(self.site, request_from(environ, ""))
        if path == "/authorize":
            with self.site.lock:
                return authorize(self.site, request_from(environ, ""))
        if path == "/oauth/token" and environ["REQUEST_METHOD"] == "POST":
            with self.site.lock:
                return hand_out(self.site, request_from(environ, ""))
        found = _PATH.fullmatch(path)
        if found is None or found[2] != self.site.identity:
            return answer({"code": 404, "message": "Not Found"}, 404)
        told = self.answered(environ, found[1])
        # `self` links name the gateway, as they do since 14 July 2026.
        here = f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}{found[1]}"
        told.body = told.body.replace(
            f'"{self.site.base_url}/rest/'.encode(), f'"{here}/rest/'.encode()
        )
        return told

    def identity_of(self, request: Request) -> Identity:
        token = scoped(self.site, request)
        if token is None:
            return Identity(answer=unauthorized())
        headers = [("X-AAccountId", token.user.account_id)]
        return Identity(token.user, headers)

    def kept_out(self, request: Request, operation: str) -> Response | None:
        token = scoped(self.site, request)
        if token is not None and not allows(token.scopes, operation):
            return unauthorized("Unauthorized; scope does not match")
        return None


def unauthorized(why: str = "Unauthorized") -> Response:
    """The gateway's own refusal."""
    return answer({"code": 401, "message": why}, 401)


def scoped(site: Site, request: Request) -> ScopedToken | None:
    """The live token with scopes that a request carries, by Basic with its account's address or alone."""
    kind, _, value = request.header("authorization").partition(" ")
    name, secret = "", value.strip()
    if kind.lower() == "basic":
        name, secret = basic_pair(secret)
    elif kind.lower() != "bearer":
        return None
    token = site.scoped_tokens.get(secret)
    if token is None or not token.user.active or (name and name != token.user.email):
        return None
    return token if token.lives(site.now()) else None


def _resources(site: Site, request: Request) -> Response:
    """The sites that a bearer token reaches, with its scopes."""
    if not request.header("authorization").lower().startswith("bearer "):
        return unauthorized()
    bearer = request.header("authorization").partition(" ")[2].strip()
    grant = register_of(site).grant_of(bearer)
    if grant is not None and grant.site != site.identity:
        far = {"id": grant.site, "url": "https://elsewhere.example.com", "name": "elsewhere"}
        return answer([far | {"scopes": list(grant.scopes)}])
    token = scoped(site, request)
    if token is None:
        return unauthorized()
    row = {"id": site.identity, "url": site.base_url, "name": "jira", "scopes": list(token.scopes)}
    return answer([row])


def issue_token(
    site: Site, user: str, secret: str, scopes: tuple[str, ...] = (), days: float | None = 365
) -> ScopedToken:
    """A token with scopes for this user of the site. Raises Refusal 400 on Data Center, 404 for nobody."""
    if not site.cloud:
        raise Refusal(400, "Tokens with scopes are Cloud's.")
    if user not in site.users:
        raise Refusal(404, f"There is no user {user}.")
    ends = None if days is None else site.now() + timedelta(days=days)
    made = ScopedToken(secret, site.users[user], scopes, ends)
    site.scoped_tokens[secret] = made
    return made


ROBOT = "robot"
ROBOT_TOKEN = "ATSTT3x-robot-api-token"  # noqa: S105  (of the sandbox alone)
ROBOT_CLIENT, ROBOT_SECRET = "robot-client-id", "robot-client-secret"


def service_account(site: Site) -> ScopedToken:
    """The site's service account, made on first need: no password, one token with scopes, and one OAuth 2.0
    credential. It may do in each project what the service user may.
    """
    if ROBOT not in site.users:
        address = "alm-robot@serviceaccount.atlassian.com"
        site.add_user(User(ROBOT, "ALM Robot", address, "", ""))
        service = site.users["svc-alm"]
        for held in site.grants.values():
            held[ROBOT] = set(held.get(service.name, ()))
        credential(site, ROBOT, ROBOT_CLIENT, ROBOT_SECRET, every_scope())
    return site.scoped_tokens.get(ROBOT_TOKEN) or issue_token(
        site, ROBOT, ROBOT_TOKEN, every_scope()
    )
