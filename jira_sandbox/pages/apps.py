"""Where an app of OAuth 2.0 is made: Data Center's incoming links, and one page in place of Cloud's
developer console; and the buttons that end tokens.

Source: https://confluence.atlassian.com/adminjiraserver101/configure-an-incoming-link-1455427908.html
Cloud: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
"""

from html import escape

from ..model.people import User
from ..oauth2.register import PERMISSIONS, App, register_of
from ..routing import Call, Router
from ..wire import Response
from .layout import area, bad, button, choice, field, for_admins, form, go, hidden, page, table

PATH = "/plugins/servlet/applinks/external"


def every(call: Call, user: User) -> Response:
    return _page(call)


def make(call: Call, user: User) -> Response:
    given = call.request.form()
    register = register_of(call.site)
    if "revoke" in given:
        register.revoke(given["revoke"])
        return go(call, PATH)
    if "expire" in given:
        register.expire_access()
        return go(call, PATH)
    name, callback = given.get("name", "").strip(), given.get("callback", "").strip()
    scopes = tuple(given.get("scopes", "").split())
    if not name or not callback.startswith(("http://", "https://")) or not scopes:
        return _page(call, "Enter a name, a callback URL and what the app may do.")
    return _page(call, made=register.add(name, callback, scopes))


def _page(call: Call, problem: str = "", made: App | None = None) -> Response:
    register = register_of(call.site)
    title = "Developer console" if call.site.cloud else "External application: incoming link"
    called = "Callback URL" if call.site.cloud else "Redirect URL"
    if call.site.cloud:
        scopes = area("Scopes", "scopes")
    else:
        kinds = [(one, one.replace("_", " ").capitalize()) for one in PERMISSIONS]
        scopes = choice("Permission", "scopes", kinds, "WRITE")
    told = ""
    if made is not None:
        told = table(("Client ID", "Client secret"), [[
            f'<code id="client-id">{escape(made.client_id)}</code>',
            f'<code id="client-secret">{escape(made.secret)}</code>']])  # fmt: skip
    rows = [[escape(one.name), escape(one.callback), escape(" ".join(one.scopes))]
            for one in register.apps.values()]  # fmt: skip
    held = [[escape(one.user), escape(register.apps[one.client_id].name), one.ended or "live",
             form(call, PATH, hidden("revoke", one.user), button("Revoke"))]
            for one in register.grants.values()]  # fmt: skip
    return page(
        call, title, bad(problem), told,
        form(call, PATH, field("Name", "name"), field(called, "callback"), scopes, button("Save")),
        table(("App", called, "May do"), rows),
        table(("Person", "App", "Consent", ""), held),
        form(call, PATH, hidden("expire", "1"), button("End all access tokens now")),
    )  # fmt: skip


def mount(router: Router) -> None:
    router.add("GET", PATH, for_admins(every))
    router.add("POST", PATH, for_admins(make))
