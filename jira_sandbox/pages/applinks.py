"""Application links in the admin's pages, step by step with the labels of the connection guide.

The steps carry what was typed in hidden fields, so that nothing half-made is stored.
"""

from html import escape
from urllib.parse import urlsplit

from ..model.people import User
from ..oauth.mount import provider_of
from ..routing import Call, Router
from ..wire import Response
from . import apps
from .layout import (
    area,
    bad,
    button,
    checkbox,
    field,
    for_admins,
    form,
    go,
    hidden,
    link,
    page,
    radio,
    table,
)

PATH = "/plugins/servlet/applinks/listApplicationLinks"
CREATE = "/plugins/servlet/applinks/createApplicationLink"
RADIO_SINCE = 9
"""Data Center's major version from which the connection type is asked for."""
CARRIED = ("connection_type", "application_url", "application_name")


def every(call: Call, user: User) -> Response:
    kinds = {"oauth1": "OAuth 1.0", "oauth2": "OAuth 2.0"}
    rows = [
        [escape(one.name), escape(one.url), kinds[one.kind],
         escape(one.consumer_key or "no incoming link"),
         form(call, PATH, hidden("id", one.id), button("Delete"))]
        for one in provider_of(call.site).register.links.values()
    ]  # fmt: skip
    head = ("Name", "Application URL", "Type", "Incoming consumer key", "")
    return page(call, "Application links", link(call, CREATE, "Create link", "button"),
                table(head, rows))  # fmt: skip


def delete(call: Call, user: User) -> Response:
    provider_of(call.site).register.remove(call.request.form()["id"])
    return go(call, PATH)


def start(call: Call, user: User) -> Response:
    return _first(call)


def _first(call: Call, problem: str = "") -> Response:
    given = call.request.form()
    address = field("Application URL", "application_url", given.get("application_url", ""))
    if not call.site.cloud and call.site.version < RADIO_SINCE:
        # One field and one button: what Jira 8 makes of it is an OAuth 1.0 link.
        return page(call, "Configure Application Links", bad(problem),
                    form(call, CREATE, hidden("step", "1"), hidden("connection_type", "oauth1"),
                         address, button("Create new link")))  # fmt: skip
    if call.site.cloud:
        kinds = (("oauth1", "Direct application link using OAuth 1.0"),
                 ("oauth2", "External application using OAuth 2.0"))  # fmt: skip
    else:
        kinds = (("oauth1", "Atlassian product"), ("oauth2", "External application"))
    return page(
        call, "Create an application link", bad(problem),
        form(call, CREATE, hidden("step", "1"),
             "<fieldset><legend>Application link type: Connection type</legend>",
             radio("connection_type", kinds, given.get("connection_type", "oauth2")),
             "</fieldset>",
             address,
             button("Next" if call.site.cloud else "Continue")),
    )  # fmt: skip


def step(call: Call, user: User) -> Response:
    given = call.request.form()
    steps = {"1": _after_address, "2": _after_check, "3": _after_names, "4": _save}
    return steps.get(given.get("step", ""), lambda c, _g: _first(c))(call, given)


def _carry(given: dict[str, str]) -> str:
    return "".join(hidden(name, given.get(name, "").strip()) for name in CARRIED if name in given)


def _after_address(call: Call, given: dict[str, str]) -> Response:
    if given.get("connection_type") == "oauth2" and not call.site.cloud:
        return go(call, apps.PATH)  # an external application; the sandbox knows incoming ones alone
    parts = urlsplit(given.get("application_url", "").strip())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return _first(call, "Enter a URL that starts with http:// or https://.")
    return page(
        call, "Configure Application URL",
        '<p class="warn">No response was received from the URL you entered. Check it, and '
        "continue if it is correct.</p>",
        f"<p>{escape(given['application_url'])}</p>",
        form(call, CREATE, hidden("step", "2"), _carry(given), button("Continue")),
    )  # fmt: skip


def _after_check(call: Call, given: dict[str, str], problem: str = "") -> Response:
    return page(
        call, "Link applications", bad(problem),
        form(call, CREATE, hidden("step", "3"), _carry(given),
             field("Application Name", "application_name"),
             checkbox("Create incoming link", "incoming"), button("Continue")),
    )  # fmt: skip


def _after_names(call: Call, given: dict[str, str]) -> Response:
    if not given.get("application_name", "").strip():
        return _after_check(call, given, "Enter an Application Name.")
    if given.get("incoming") == "on" and given.get("connection_type") == "oauth1":
        return _incoming(call, given)
    provider_of(call.site).register.add(
        given["application_name"].strip(),
        given["application_url"],
        given.get("connection_type", "oauth2"),
    )
    return go(call, PATH)


def _incoming(call: Call, given: dict[str, str], problem: str = "") -> Response:
    return page(
        call, "Review link", bad(problem),
        form(call, CREATE, hidden("step", "4"), _carry(given),
             field("Consumer Key", "consumer_key", given.get("consumer_key", "")),
             field("Consumer Name", "consumer_name", given.get("consumer_name", "")),
             area("Public Key", "public_key", given.get("public_key", "")), button("Continue")),
    )  # fmt: skip


def _save(call: Call, given: dict[str, str]) -> Response:
    key = given.get("consumer_key", "").strip()
    if not key or not given.get("consumer_name", "").strip():
        return _incoming(call, given, "Enter a Consumer Key and a Consumer Name.")
    try:
        provider_of(call.site).register.add(
            given["application_name"].strip(), given["application_url"].strip(), "oauth1", key,
            given["consumer_name"].strip(), given.get("public_key", ""))  # fmt: skip
    except (ValueError, TypeError) as error:
        return _incoming(call, given, str(error))
    return go(call, PATH)


def mount(router: Router) -> None:
    router.add("GET", PATH, for_admins(every))
    router.add("POST", PATH, for_admins(delete))
    router.add("GET", CREATE, for_admins(start))
    router.add("POST", CREATE, for_admins(step))
