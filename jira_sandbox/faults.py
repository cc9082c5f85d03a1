"""Faults a person or a test can switch on, and how they change an answer.

Over HTTP: `POST /sandbox/faults {"name": …, "value": …, "times": n|null, "path": regex,
"method": "GET"}`; `value` null or false switches the fault off. `path` is matched below the
context path and defaults to the REST API; `times` null lasts until switched off.

    rate_limit        429; value = Retry-After in seconds
    error             value = the status to answer with instead of working (500, 502, 503, …)
    slow              value = milliseconds to wait before working
    login_page        200 with the HTML login page instead of JSON
    answer_lost       the work is done, then the connection is dropped without an answer
    answer_html       the work is done, the answer is a proxy's HTML error page (502)
    webhooks_lost / webhooks_doubled / webhooks_off        deliveries vanish, arrive twice, stop
    webhooks_slow     value = milliseconds a delivery is late
    clock_skew        value = seconds this Jira's clock is ahead
    base_url          value = the base URL this Jira believes to have
    search_lag        value = seconds until Cloud's search sees a new issue
"""

import re
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .model.site import Site
from .refusal import ConnectionLost, Refusal
from .wire import Request, Response, html

SWITCHES = (
    "rate_limit", "error", "slow", "login_page", "answer_lost", "answer_html", "webhooks_lost",
    "webhooks_doubled", "webhooks_off", "webhooks_slow", "clock_skew", "base_url", "search_lag",
)  # fmt: skip
WEBHOOK_SWITCHES = tuple(name for name in SWITCHES if name.startswith("webhooks_"))
LOGIN_PAGE = (
    "<!doctype html><html><head><title>Log in - Single Sign-On</title></head><body><form "
    "method='post' action='/sso/login'><input name='username'><input name='password' "
    "type='password'></form></body></html>"
)


@dataclass(slots=True)
class Fault:
    name: str
    value: Any = True
    times: int | None = None
    path: str = r"^/rest/"
    method: str | None = None

    @property
    def number(self) -> float:
        return float(self.value) if not isinstance(self.value, bool) else 0.0

    def hits(self, request: Request | None) -> bool:
        if request is None:
            return True
        if self.method and self.method.upper() != request.method:
            return False
        return re.search(self.path, request.path) is not None


class Faults:
    """The faults that are on. Thread-safe."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._on: list[Fault] = []
        self._lock = threading.Lock()

    def switch(self, name: str, value: Any = True, times: int | None = None,
               path: str | None = None, method: str | None = None) -> None:  # fmt: skip
        """Switches a fault on, or off for a value of None or False. Raises Refusal 400."""
        if name not in SWITCHES:
            raise Refusal(400, f"There is no fault '{name}'. Known: {', '.join(SWITCHES)}.")
        off = value is None or value is False
        try:
            fault = Fault(name, value, times, path or r"^/rest/", method)
            re.compile(fault.path)
            if name in ("clock_skew", "search_lag") or (not off and name in ("error", "slow")):
                float(value or 0)
        except (re.error, TypeError, ValueError) as error:
            raise Refusal(400, f"The value or path does not suit the fault: {error}") from error
        if self._of_the_site(name, None if off else value):
            return
        with self._lock:
            self._on = [
                one
                for one in self._on
                if one.name != name or (path is not None and one.path != path)
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
                     "method": one.method} for one in self._on]  # fmt: skip

    def before(self, request: Request) -> Response | None:
        """An answer instead of working, or None. Waits where slowness is on. Raises Refusal."""
        if not self._on:
            return None
        if fault := self.take("slow", request):
            time.sleep(fault.number / 1000)
        if fault := self.take("rate_limit", request):
            seconds = str(int(fault.number)) if fault.number else "1"
            raise Refusal(
                429,
                "Rate limit exceeded.",
                headers=[("Retry-After", seconds), ("X-RateLimit-Remaining", "0")],
            )
        if fault := self.take("error", request):
            status = int(fault.number) or 500
            raise Refusal(status, "Internal server error" if status == 500 else "Unavailable")
        if self.take("login_page", request):
            return html(LOGIN_PAGE)
        return None

    def after(self, request: Request, response: Response) -> Response:
        """What is left of the answer. Raises ConnectionLost."""
        if self._on:
            if self.take("answer_lost", request):
                raise ConnectionLost
            if self.take("answer_html", request):
                return html("<html><head><title>502 Bad Gateway</title></head></html>", 502)
        return response
