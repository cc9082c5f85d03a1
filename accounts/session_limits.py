"""Middleware: a session ends after twelve hours in any case, and after two idle ones.

Polls do not count as activity: a board left open overnight must not keep its person signed in.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

BEGUN, SEEN = "begun", "seen"
IDLE = 2 * 3600
NOTE_EVERY = 60


class SessionLimits:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def used(self, request: HttpRequest) -> None:
        from accounts import sign_ins  # which asks here how long a session lies idle

        sign_ins.note_use(request)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/api/") or not request.user.is_authenticated:
            return self.get_response(request)
        now = int(time.time())
        begun = request.session.setdefault(BEGUN, now)
        seen = request.session.setdefault(SEEN, now)
        if now - begun > settings.SESSION_COOKIE_AGE or now - seen > IDLE:
            logout(request)
        elif now - seen >= NOTE_EVERY and not _poll(request):
            request.session[SEEN] = now
            self.used(request)
        return self.get_response(request)


def _poll(request: HttpRequest) -> bool:
    return request.method == "GET" and request.headers.get("HX-Request") == "true"
