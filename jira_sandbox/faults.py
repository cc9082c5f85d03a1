"""Faults a person or a test can switch on; what they do to an answer is in failing.py.

Over HTTP: `POST /sandbox/faults {"name": …, "value": …, "times": n|null, "path": regex,
"method": "GET"}`; `value` null or false switches the fault off. `path` is matched below the
context path and defaults to the REST API; `times` null lasts until switched off.

`body` is a regex that the request's body must match too: one poison issue in a bulk call.

Instead of working:

    rate_limit        429; value = Retry-After in seconds, then optionally the RateLimit-Reason,
                      such as "5 jira-per-issue-on-write" with the path of that issue
    error             value = the status to answer with (500, 502, 503, …)
    slow              value = milliseconds to wait before working
    login_page        200 with the HTML login page instead of JSON
    request_lost      the connection is dropped before anything was done

The work is done, but the answer suffers:

    answer_lost       the connection is dropped without an answer
    answer_html       a proxy's HTML error page (502)
    truncated         half of the answer, then the connection ends; value "json": half of the JSON
                      with a length that says it were the whole
    garbage           200 with bytes that are no JSON

Webhooks:

    webhooks_lost / webhooks_doubled / webhooks_off        deliveries vanish, arrive twice, stop
    webhooks_slow     value = milliseconds a delivery is late
    webhooks_reordered  each delivery waits until the next one of its webhook has been sent;
                      value = milliseconds after which it goes anyway (1000)

Of the whole site:

    clock_skew        value = seconds this Jira's clock is ahead
    base_url          value = the base URL this Jira believes to have
    search_lag        value = seconds until Cloud's search sees a new issue
"""

import re
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .model.site import Site
from .refusal import Refusal
from .wire import Request

SWITCHES = (
    "rate_limit", "error", "slow", "login_page", "request_lost", "answer_lost", "answer_html",
    "truncated", "garbage", "webhooks_lost", "webhooks_doubled", "webhooks_off", "webhooks_slow",
    "webhooks_reordered", "clock_skew", "base_url", "search_lag",
)  # fmt: skip
WEBHOOK_SWITCHES = tuple(name for name in SWITCHES if name.startswith("webhooks_"))
NUMBERS = ("rate_limit", "error", "slow", "webhooks_slow", "webhooks_reordered")


@dataclass(slots=True)
class Fault:
    name: str
    value: Any = True
    times: int | None = None
    path: str = r"^/rest/"
    method: str | None = None
    body: str | None = None

    @property
    def number(self) -> float:
        """The value, or its first word, as a number; 0 for a plain "on"."""
        if isinstance(self.value, bool):
            return 0.0
        return float(str(self.value).partition(" ")[0])

    @property
    def word(self) -> str:
        """What follows the number in the value."""
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
        self._on: list[Fault] = []
        self._lock = threading.Lock()

    def switch(self, name: str, value: Any = True, times: int | None = None,
               path: str | None = None, method: str | None = None,
               body: str | None = None) -> None:  # fmt: skip
        """Switches a fault on, or off for a value of None or False. Raises Refusal 400.

        The same fault can be on for several paths and bodies; without either, one stands for all.
        """
        if name not in SWITCHES:
            raise Refusal(400, f"There is no fault '{name}'. Known: {', '.join(SWITCHES)}.")
        off = value is None or value is False
        try:
            fault = Fault(name, value, times, path or r"^/rest/", method, body or None)
            re.compile(fault.path)
            re.compile(fault.body or "")
            if name in ("clock_skew", "search_lag"):
                float(value or 0)
            elif not off and name in NUMBERS:
                _ = fault.number
        except (re.error, TypeError, ValueError) as error:
            raise Refusal(400, f"The value or path does not suit the fault: {error}") from error
        if self._of_the_site(name, None if off else value):
            return
        with self._lock:
            self._on = [
                one
                for one in self._on
                if one.name != name
                or ((path or body) and (one.path, one.body) != (fault.path, fault.body))
            ]
            if not off:
                self._on.append(fault)

    def _of_the_site(self, name: str, value: Any) -> bool:
        """Faults that are settings of the site rather than of single requests."""
        if name == "clock_skew":
            self.site.skew = timedelta(seconds=float(value or 0))
        elif name == "base_url":
            self.site.configured_base_url = str(value).rstrip("/") if value else None
        elif name == "search_lag":
            self.site.parts["search_lag"] = timedelta(seconds=float(value or 0))
        else:
            return False
        return True

    @property
    def any(self) -> bool:
        return bool(self._on)

    def clear(self) -> None:
        with self._lock:
            self._on.clear()
        for name in ("clock_skew", "base_url", "search_lag"):
            self._of_the_site(name, None)

    def take(self, name: str, request: Request | None = None) -> Fault | None:
        """The fault if it is on for this request; counts down its times."""
        if not self._on:
            return None
        with self._lock:
            for fault in self._on:
                if fault.name == name and fault.hits(request):
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
