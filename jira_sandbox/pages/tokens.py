"""Personal access tokens in the profile (Data Center)."""

from html import escape

from ..model.people import User
from ..rest.tokens import make
from ..routing import Call, Router
from ..wire import Response
from .layout import bad, button, field, form, go, hidden, page, signed_in, table

PATH = "/secure/ViewProfile.jspa"


def show(call: Call, user: User, made: str = "", problem: str = "") -> Response:
    rows = [
        [escape(one.name), str(one.created)[:16], str(one.expires or "never")[:16],
         form(call, PATH, hidden("revoke", str(one.id)), button("Revoke"))]
        for one in call.site.pats.values() if one.user is user
    ]  # fmt: skip
    once = f'<p class="warn">Copy it now: <code id="raw-token">{escape(made)}</code></p>'
    return page(
        call, "Personal Access Tokens", bad(problem), once if made else "",
        table(("Name", "Created", "Expires", ""), rows),
        form(call, PATH, field("Token name", "name"), field("Expires after days", "days", "90"),
             button("Create token")),
    )  # fmt: skip


def change(call: Call, user: User) -> Response:
    given = call.request.form()
    if given.get("revoke", "").isdecimal():
        pat = call.site.pats.get(int(given["revoke"]))
        if pat is not None and pat.user is user:
            del call.site.pats[pat.id]
        return go(call, PATH)
    name, days = given.get("name", "").strip(), given.get("days", "").strip()
    if not name or (days and not days.isdecimal()):
        return show(call, user, problem="Enter a name, and days as a number or nothing.")
    return show(call, user, make(call.site, user, name, int(days) if days else None).secret)


def mount(router: Router) -> None:
    router.add("GET", PATH, signed_in(show), "datacenter")
    router.add("POST", PATH, signed_in(change), "datacenter")
