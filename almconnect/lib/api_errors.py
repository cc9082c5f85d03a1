"""Middleware: whatever answers under /api/, an error has the API's one shape, never an HTML page.

Catches what ninja's handlers cannot see: unknown addresses, wrong methods, bodies that are too
large, hosts that are not ours. Must stand outside of everything that may refuse a request.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from almconnect.lib.api import error
from almconnect.lib.incident import API, server_error

WORDS = {
    400: ("bad_request", "This request cannot be read."),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method; see the Allow header."),
    413: ("too_large", "The body is larger than this server takes."),
    415: ("unsupported", "Send JSON: Content-Type: application/json."),
}
KEPT = ("Allow", "Retry-After")


class ApiErrors:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(API):
            return self.get_response(request)
        if _length(request) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or float("inf")):
            return error(413, *WORDS[413])
        response = self.get_response(request)
        if response.status_code < 400 or _is_json(response):
            return response
        return self._shaped(request, response)

    def _shaped(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
        status = response.status_code
        if status >= 500:
            return server_error(request)
        code, words = WORDS.get(status, ("bad_request", "This request cannot be served."))
        shaped = error(status, code, words)
        for name in KEPT:
            if name in response.headers:
                shaped[name] = response.headers[name]
        return shaped


def _length(request: HttpRequest) -> int:
    text = request.headers.get("Content-Length") or "0"
    return int(text) if text.isdecimal() else 0


def _is_json(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith("application/json")
