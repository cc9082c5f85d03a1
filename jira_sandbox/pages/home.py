"""The first pages: projects for everybody, the list of admin pages, the base URL."""

from html import escape
from urllib.parse import urlsplit

from ..model.people import User
from ..routing import Call, Router
from ..wire import Response
from .layout import bad, button, field, for_admins, form, go, link, page, signed_in, table

GENERAL = "/secure/admin/ViewApplicationProperties.jspa"
ADMIN = (
    ("Integrations", (("/plugins/servlet/applinks/listApplicationLinks", "Application links"),
                      ("/plugins/servlet/applinks/external", "Apps of OAuth 2.0"),
                      ("/plugins/servlet/webhooks", "WebHooks"))),
    ("System", ((GENERAL, "General configuration"),)),
    ("Projects", (("/secure/admin/permissions", "Project permissions"),)),
    ("Sandbox", (("/sandbox/faults", "Faults"),)),
)  # fmt: skip


def root(call: Call) -> Response:
    return go(call, "/secure/Dashboard.jspa")


def dashboard(call: Call, user: User) -> Response:
    rows = [
        [escape(one.key), link(call, f"/projects/{one.key}", one.name),
         str(len(call.site.of_project[one.id]))]
        for one in call.site.projects.values() if call.site.sees(user, one)
    ]  # fmt: skip
    return page(call, "Projects", table(("Key", "Project", "Issues"), rows))


def admin(call: Call, user: User) -> Response:
    parts = ["<p>Jira apps</p>"]
    for title, links in ADMIN:
        items = "".join(f"<li>{link(call, path, text)}</li>" for path, text in links)
        parts.append(f"<h2>{escape(title)}</h2><ul>{items}</ul>")
    return page(call, "Jira admin settings", *parts)


def general(call: Call, user: User) -> Response:
    return _general(call)


def _general(call: Call, problem: str = "") -> Response:
    return page(
        call, "General configuration", bad(problem),
        f"<p>Started at {escape(call.site.address)}. Signatures are checked against the base "
        "URL.</p>",
        form(call, GENERAL, field("Base URL", "base_url", call.site.base_url), button("Update")),
    )  # fmt: skip


def set_general(call: Call, user: User) -> Response:
    text = call.request.form().get("base_url", "").strip().rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return _general(call, "Enter a URL that starts with http:// or https://.")
    call.site.configured_base_url = None if text == call.site.address else text
    return go(call, GENERAL)


def mount(router: Router) -> None:
    router.add("GET", "/", root)
    router.add("GET", "/secure/Dashboard.jspa", signed_in(dashboard))
    router.add("GET", "/secure/admin", for_admins(admin))
    router.add("GET", GENERAL, for_admins(general))
    router.add("POST", GENERAL, for_admins(set_general))
