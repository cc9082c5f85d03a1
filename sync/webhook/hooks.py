"""The address that Jira calls. No sign-in, no CSRF token: the path token and the signature prove it.

Jira sends deliveries by the hundred and wants each answered at once. So a middleware of their own takes
them, before the middleware that people and the API need (sessions, languages, messages, a log line at
both ends of a request): of a delivery, its row in the inbox tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.db import connection as database
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import public
from almconnect.lib.api import error
from connections.models import Connection
from sync.webhook import inbox
from sync.webhook.inbox import Verdict
from sync.worker.wake import DRAIN, wake_soon

WEBHOOK_PATH = "/hooks/jira/"
log = structlog.get_logger(__name__)
_COME_BACK = 60  # seconds


class WebhookMiddleware:
    """Middleware: deliveries go no further than to here. Stands inside of Django's SecurityMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        token = path[len(WEBHOOK_PATH) :] if path.startswith(WEBHOOK_PATH) else ""
        if not token or "/" in token:
            return self.get_response(request)
        request.get_host()  # raises DisallowedHost, answered with 400
        structlog.contextvars.clear_contextvars()
        return jira(request, token)


@public
@csrf_exempt
@require_POST
def jira(request: HttpRequest, token: str) -> HttpResponse:
    """Stores the delivery and answers at once; 2xx means that the row is committed."""
    try:
        body = request.body
    except RequestDataTooBig:
        return error(413, "too_large", "A delivery may hold 2.5 MB.")
    verdict, connection = _accept(token, request.headers, body)
    if verdict is Verdict.STORED and connection is not None:
        wake_soon(DRAIN, connection.pk)
    if verdict in (Verdict.FORGED, Verdict.BAD):
        log.warning(
            "webhook refused", verdict=verdict.value, connection=str(connection and connection.pk)
        )
    return _answer(verdict)


def _accept(
    token: str, headers: Mapping[str, str], body: bytes
) -> tuple[Verdict, Connection | None]:
    """Once more where the database's connection was lost since the delivery before. To try it before
    each delivery is a second round trip; to accept one twice is to store it once.
    """
    database.health_check_done = True  # type: ignore[attr-defined]  # of Django, not of its stubs
    try:
        return inbox.accept(token, headers, body)
    except (OperationalError, InterfaceError):
        if database.in_atomic_block:
            raise
        database.close()
        return inbox.accept(token, headers, body)


def _answer(verdict: Verdict) -> HttpResponse:
    if verdict in (Verdict.STORED, Verdict.REPEATED):
        return HttpResponse(status=204)
    if verdict is Verdict.UNKNOWN:
        return error(404, "not_found", "There is nothing at this address.")
    if verdict is Verdict.FORGED:
        return error(
            401, "signature_invalid", "The signature does not fit the body and the secret."
        )
    if verdict is Verdict.TOO_LARGE:
        return error(413, "too_large", "A delivery may hold 2.5 MB.")
    if verdict is Verdict.FULL:
        response = error(429, "inbox_full", "Too many deliveries wait. Send this one again later.")
        response["Retry-After"] = str(_COME_BACK)
        return response
    return error(400, "bad_payload", "This is no webhook of Jira's.")
