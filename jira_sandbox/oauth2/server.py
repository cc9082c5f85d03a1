"""The two addresses of OAuth 2.0: where a person's browser is sent, and where tokens are handed out.

Cloud has them at Atlassian's own host (`/authorize`, `/oauth/token`), Data Center at Jira's
(`/rest/oauth2/latest/…`). What cannot be answered to the app, an ID that nobody has or a callback address
that is not registered, is a page that the person sees, and nothing goes back.

Source of Cloud's: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
Data Center: https://confluence.atlassian.com/adminjiraserver101/jira-oauth-2-0-provider-api-1455427907.html
RFC 6749: https://www.rfc-editor.org/rfc/rfc6749#section-4.1
"""

import json
from typing import Any
from urllib.parse import urlencode

from .. import service_tokens
from ..model.site import Site
from ..routing import Call, Router
from ..wire import Request, Response, answer, html, redirect
from .register import OFFLINE, PERMISSIONS, App, GrantProblem, Register, register_of

CONSENT = "/plugins/servlet/oauth2/consent"
AUTHORIZE, TOKEN = "/rest/oauth2/latest/authorize", "/rest/oauth2/latest/token"
ADMINS = ("/rest/webhooks/", "/rest/jira-webhook/")  # open to the permission ADMIN alone


def authorize(site: Site, request: Request) -> Response:
    """Sends the browser on to the consent page, back with an error, or shows why neither can be."""
    given = {name: values[0] for name, values in request.params.items()}
    app = register_of(site).apps.get(given.get("client_id", ""))
    if app is None:
        return _shown("There is no app with this client ID.")
    if given.get("redirect_uri") != app.callback:
        return _shown("The redirect_uri is not registered with this app.")
    if word := _wrong(site, app, given):
        return sent_back(app, given, error=word)
    return redirect(f"{site.base_url}{CONSENT}?{request.query}")


def sent_back(app: App, given: dict[str, str], **pairs: str) -> Response:
    """The browser goes back to the app, with the state that it came with."""
    state = {"state": given["state"]} if given.get("state") else {}
    join = "&" if "?" in app.callback else "?"
    return redirect(app.callback + join + urlencode(pairs | state))


def scopes_of(given: dict[str, str]) -> tuple[str, ...]:
    return tuple(given.get("scope", "").split())


def hand_out(site: Site, request: Request) -> Response:
    """Tokens for a code, for a refresh token, or for a service account."""
    given = _body(request)
    kind = given.get("grant_type", "")
    if kind not in ("authorization_code", "refresh_token"):
        return service_tokens.hand_out(site, request)
    register = register_of(site)
    try:
        app = register.app_of(given.get("client_id", ""), given.get("client_secret", ""))
        return answer(_tokens(register, app, kind, given))
    except GrantProblem as problem:
        told = {"error": problem.word, "error_description": problem.says}
        return answer(told, problem.status)


def kept_out(site: Site, request: Request) -> Response | None:
    """Data Center's answer to a token whose permission does not hold this call; None where it does."""
    kind, _, value = request.header("authorization").partition(" ")
    grant = register_of(site).grant_of(value.strip()) if kind.lower() == "bearer" else None
    if grant is None:
        return None
    held = max((PERMISSIONS.index(one) for one in grant.scopes), default=0)
    searches = request.path.endswith("/search")
    writes = request.method in ("POST", "PUT", "DELETE") and not searches
    wanted = 2 if request.path.startswith(ADMINS) else int(writes)
    if held >= wanted:
        return None
    message = f"The scope {PERMISSIONS[wanted]} is needed."
    return answer({"message": message, "status-code": 403}, 403)


def _wrong(site: Site, app: App, given: dict[str, str]) -> str:
    if given.get("response_type") != "code":
        return "unsupported_response_type"
    if given.get("code_challenge") and given.get("code_challenge_method") != "S256":
        return "invalid_request"
    asked = scopes_of(given)
    if site.cloud:
        known = {*app.scopes, OFFLINE}
        return "" if asked and known.issuperset(asked) else "invalid_scope"
    most = max(PERMISSIONS.index(one) for one in app.scopes)
    fits = bool(asked) and all(
        one in PERMISSIONS and PERMISSIONS.index(one) <= most for one in asked
    )
    return "" if fits else "invalid_scope"


def _tokens(register: Register, app: App, kind: str, given: dict[str, str]) -> dict[str, Any]:
    callback = given.get("redirect_uri", "")
    if kind == "refresh_token":
        return register.renew(app, given.get("refresh_token", ""), callback)
    return register.exchange(app, given.get("code", ""), given.get("code_verifier", ""), callback)


def _body(request: Request) -> dict[str, str]:
    """Form-encoded as RFC 6749 has it, or JSON as the vendor's examples do."""
    if request.header("content-type").startswith("application/json"):
        found = json.loads(request.body or b"{}")
        return {str(name): str(value) for name, value in found.items()}
    return request.form()


def _shown(why: str) -> Response:
    title = "Something went wrong"
    page = (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{why}</p></body></html>"
    )
    return html(page, 400)


def _authorize(call: Call) -> Response:
    return authorize(call.site, call.request)


def _token(call: Call) -> Response:
    return hand_out(call.site, call.request)


def mount(router: Router) -> None:
    router.add("GET", AUTHORIZE, _authorize, "datacenter")
    router.add("POST", TOKEN, _token, "datacenter")
