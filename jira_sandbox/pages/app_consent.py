"""The consent page of OAuth 2.0: what an app asks for, for which site, and Allow or Deny."""

from html import escape

from ..model.people import User
from ..oauth2.register import register_of
from ..oauth2.server import CONSENT, scopes_of, sent_back
from ..routing import Call, Router
from ..wire import Response
from .layout import bad, button, choice, form, hidden, page, signed_in, table

ELSEWHERE = "11111111-2222-3333-4444-555555555555"  # another site of the same person
_ASKED = ("client_id", "scope", "state", "code_challenge")


def ask(call: Call, user: User) -> Response:
    given = {name: call.one(name) for name in _ASKED}
    app = register_of(call.site).apps.get(given["client_id"])
    if app is None:
        return page(call, "Something went wrong", bad("There is no such app."), status=400)
    sites = [(call.site.identity, call.site.base_url), (ELSEWHERE, "https://elsewhere.example.com")]
    where = choice("Use app on", "site", sites) if call.site.cloud else ""
    return page(
        call, f"{app.name} wants to access your account",
        f"<p><strong>{escape(app.name)}</strong> would act as "
        f"<strong>{escape(user.display_name)}</strong> ({escape(user.name)}):</p>",
        table(("Scope",), [[escape(one)] for one in scopes_of(given)]),
        form(call, CONSENT, *(hidden(name, value) for name, value in given.items()), where,
             button("Allow", "approve", "Allow"), button("Deny", "deny", "Deny", "quiet")),
    )  # fmt: skip


def decide(call: Call, user: User) -> Response:
    given = call.request.form()
    register = register_of(call.site)
    app = register.apps.get(given.get("client_id", ""))
    if app is None:
        return page(call, "Something went wrong", bad("There is no such app."), status=400)
    if "approve" not in given:
        told = {"error_description": "User did not authorize the request"}
        return sent_back(app, given, error="access_denied", **told)
    site = given.get("site", "")
    elsewhere = site if site != call.site.identity else ""
    code = register.consent(app, user, scopes_of(given), given.get("code_challenge", ""), elsewhere)
    return sent_back(app, given, code=code)


def mount(router: Router) -> None:
    router.add("GET", CONSENT, signed_in(ask))
    router.add("POST", CONSENT, signed_in(decide))
