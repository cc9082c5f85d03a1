"""The page to switch faults on and off, for whoever is signed in. What they do: faults.py."""

from html import escape

from ..control import faults_of
from ..faults import KNOWN
from ..model.people import User
from ..routing import Call, Router
from ..site_faults import SETTINGS
from ..wire import Response
from .layout import button, choice, field, form, go, hidden, page, signed_in, table

PAGE = "/sandbox/faults"
SWITCH = PAGE + "/switch"


def faults(call: Call, user: User) -> Response:
    return page(
        call, "Faults",
        table(("Fault", "Value", "Times", "Path", "Body", ""), _on(call)),
        _form(call),
        form(call, SWITCH, hidden("clear", "on"), button("Switch everything off", style="quiet")),
        "<h2>Settings of the site</h2>",
        table(("Setting", "Now", ""), _settings(call)),
        "<h2>What each does</h2>",
        table(("Fault", "What it does"), [[name, escape(text)] for name, text in KNOWN.items()]),
        "<p>The authority to trust for TLS: /sandbox/authority.pem, and a client certificate with its key: "
        "/sandbox/client.pem, on this computer only.</p>",
    )  # fmt: skip


def _form(call: Call) -> str:
    return "<h2>Switch a fault on</h2>" + form(
        call, SWITCH, choice("Fault", "name", [(one, one) for one in KNOWN]),
        field("Value", "value", note="See below. Empty puts a setting right."),
        field("Times", "times", note="Empty: until switched off."),
        field("Path", "path", note="A pattern. Empty: the REST API, and for what proxies do the "
              "OAuth endpoints too."),
        field("Body", "body", note="A pattern that the request's body must match too."),
        button("Switch on"))  # fmt: skip


def _off(call: Call, name: str) -> str:
    return form(call, SWITCH, hidden("name", name), hidden("off", "on"),
                button("Switch off" if name not in SETTINGS else "Put right"))  # fmt: skip


def _on(call: Call) -> list[list[str]]:
    return [
        [escape(str(one["name"])), escape(str(one["value"])),
         escape(str(one["times"] or "until switched off")), escape(str(one["path"])),
         escape(str(one["body"] or "")), _off(call, str(one["name"]))]
        for one in faults_of(call).listed()
    ]  # fmt: skip


def _settings(call: Call) -> list[list[str]]:
    return [[name, escape(one.get(call.site)), _off(call, name)] for name, one in SETTINGS.items()]


def switch(call: Call, user: User) -> Response:
    given = call.request.form()
    switches, name = faults_of(call), given.get("name", "")
    if "clear" in given:
        switches.clear()
    elif "off" in given:
        switches.switch(name, None)
    else:
        times = given.get("times", "").strip()
        needs_value = name in SETTINGS and not SETTINGS[name].plain
        switches.switch(
            name,
            given.get("value", "").strip() or (None if needs_value else True),
            int(times) if times.isdecimal() else None,
            given.get("path") or None,
            body=given.get("body") or None,
        )
    return go(call, PAGE)


def mount(router: Router) -> None:
    router.add("GET", PAGE, signed_in(faults))
    router.add("POST", SWITCH, signed_in(switch))
