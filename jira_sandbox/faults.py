"""Faults a person or a test can switch on.

What they do is told by three modules: request_faults.py (a proxy in front changes the
request), answer_faults.py (answers instead of work, answers that suffer) and site_faults.py (settings of
the whole site).

Over HTTP: `POST /sandbox/faults {"name": …, "value": …, "times": n|null, "path": regex,
"method": "GET", "body": regex}`; `value` null or false switches the fault off. `path` is matched
below the context path and defaults to the REST API (for what proxies do, to the OAuth endpoints
too); `body` must be found in the request's body: one poison issue in a bulk call. `times` null lasts
until switched off.
"""

import re
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

from .model.site import Site
from .refusal import Refusal
from .site_faults import SETTINGS, set_fault
from .wire import Request

REST = r"^/rest/"
ALSO_OAUTH = r"^/(rest/|plugins/servlet/oauth/(request|access)-token)"
KNOWN = {
    "rate_limit": "429; value: Retry-After in seconds, then optionally the RateLimit-Reason, such "
    "as 5 jira-per-issue-on-write with the path of that issue",
    "error": "answers this status instead of working; value: 500, 502, 503, 409, 413, 422 …",
    "slow": "value: milliseconds to wait before working",
    "request_lost": "the connection is dropped before anything was done",
    "login_page": "200 with a login page of a single sign-on instead of JSON",
    "login_redirect": "302 to a single sign-on; value: its address, or empty",
    "access_proxy": "302 to the login of an access proxy, but for calls with this header; value: its "
    "name and its value, such as X-Access-Token open-sesame",
    "redirect": "301: the base URL moved; value: the new base URL",
    "html_page": "200 with some page that is no login",
    "empty": "200 with nothing in it",
    "huge": "200 with a very large answer; value: megabytes",
    "not_licensed": "the account may log in, but no Jira application is licensed to it",
    "no_software": "Jira Software is not installed: boards and sprints are unknown",
    "oauth_problem": "the OAuth provider refuses; value: the problem, then optionally where it is "
    "told: both, header, body, json, object, html; such as token_expired html",
    "write_ignored": "a write is answered 204 with nothing in it, and is not carried out (an app or "
    "a script of Jira's takes it back)",
    "refused": "400 with only this sentence for the whole request, and no field named; value: the "
    "sentence",
    "answer_lost": "the work is done, then the connection is dropped without an answer",
    "answer_html": "the work is done, the answer is a proxy's error page (502)",
    "truncated": "the work is done, half of the answer arrives; value json: with a length that says "
    "it were the whole",
    "garbage": "the work is done, the answer is 200 with bytes that are no JSON",
    "oauth_answer": "the answer of the OAuth endpoints lacks something; value: unconfirmed (no "
    "oauth_callback_confirmed) or tokenless",
    "no_authorization": "a proxy removes the Authorization header",
    "browser_agent": "a proxy sends a browser's User-Agent and removes X-Atlassian-Token (XSRF)",
    "request_doubled": "a proxy sends the request twice and passes on the second answer",
    "webhooks_off": "no webhook is delivered",
    "webhooks_lost": "deliveries vanish",
    "webhooks_doubled": "deliveries arrive twice",
    "webhooks_slow": "value: milliseconds a delivery is late",
    "webhooks_reordered": "each delivery waits until the next one of its webhook has been sent; "
    "value: milliseconds after which it goes anyway (1000)",
} | {name: setting.about for name, setting in SETTINGS.items()}  # fmt: skip
SWITCHES = tuple(KNOWN)
NUMBERS = ("rate_limit", "error", "slow", "huge", "webhooks_slow", "webhooks_reordered")
WIDE = ("redirect", "access_proxy", "login_redirect", "login_page", "oauth_problem", "oauth_answer",
        "no_authorization", "request_doubled", "slow", "error")  # fmt: skip


@dataclass(slots=True)
class Fault:
    name: str
    value: Any = True
    times: int | None = None
    path: str = REST
    method: str | None = None
    body: str | None = None

    @property
    def number(self) -> float:
        """The value, or its first word, as a number; 0 for a plain "on"."""
        return 0.0 if isinstance(self.value, bool) else float(self.first)

    @property
    def first(self) -> str:
        return str(self.value).partition(" ")[0]

    @property
    def second(self) -> str:
        """What follows the first word in the value."""
        return str(self.value).partition(" ")[2].strip()

    def hits(self, request: Request | None) -> bool:
        if request is None:
            return True
        if self.method and self.method.upper() != request.method:
            return False
        if self.body and not re.search(self.body, request.body.decode("utf-8", "replace")):
            return False
        return re.search(self.path, request.path) is not None


class Faults:
    """The faults that are on. Thread-safe."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.taken: Counter[str] = Counter()  # how often each has struck
        self._on: list[Fault] = []
        self._lock = threading.Lock()

    def switch(self, name: str, value: Any = True, times: int | None = None,
               path: str | None = None, method: str | None = None,
               body: str | None = None) -> None:  # fmt: skip
        """Switches a fault on, or off for a value of None or False. Raises Refusal 400.

        The same fault can be on for several paths and bodies; without either, one stands for all.
        """
        if name not in KNOWN:
            raise Refusal(400, f"There is no fault '{name}'. Known: {', '.join(SWITCHES)}.")
        off = value is None or value is False
        if name in SETTINGS:
            set_fault(self.site, name, None if off else value)
            self.taken[name] += not off
            return
        everywhere = ALSO_OAUTH if name in WIDE else REST
        fault = Fault(name, value, times, path or everywhere, method, body or None)
        try:
            re.compile(fault.path)
            re.compile(fault.body or "")
            if not off and name in NUMBERS:
                _ = fault.number
        except (re.error, ValueError) as error:
            raise Refusal(400, f"The value or path does not suit the fault: {error}") from error
        with self._lock:
            self._on = [
                one
                for one in self._on
                if one.name != name
                or ((path or body) and (one.path, one.body) != (fault.path, fault.body))
            ]
            if not off:
                self._on.append(fault)

    @property
    def any(self) -> bool:
        return bool(self._on)

    def clear(self) -> None:
        with self._lock:
            self._on.clear()
        for name in SETTINGS:
            set_fault(self.site, name, None)

    def take(self, name: str, request: Request | None = None) -> Fault | None:
        """The fault if it is on for this request; counts down its times."""
        if not self._on:
            return None
        with self._lock:
            for fault in self._on:
                if fault.name == name and fault.hits(request):
                    self.taken[name] += 1
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times <= 0:
                            self._on.remove(fault)
                    return fault
        return None

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [{"name": one.name, "value": one.value, "times": one.times, "path": one.path,
                     "method": one.method, "body": one.body} for one in self._on]  # fmt: skip
