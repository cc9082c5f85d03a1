"""Middleware: an unsafe API call that comes twice with one `Idempotency-Key` is carried out once.

The key belongs to the token. The same key and body gets the first answer again for a day; another
body is 422; a twin of a call still under way is 409. Answers of our own faults (5xx) and of limits
(429) are forgotten, so that the caller may try again with the same key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from accounts.models import ApiToken, RepeatableCall
from almconnect.lib.api import error

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEPT_FOR = timedelta(hours=24)
# A process that was killed never wrote its answer. After this long nobody is answering any more:
# every call is bounded well below it.
GIVEN_UP_AFTER = timedelta(minutes=10)
LARGEST_KEPT = 2_000_000
HEADERS = ("Content-Type", "ETag", "Location")


class IdempotencyKeys:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key or request.method not in UNSAFE or not request.path.startswith("/api/"):
            return self.get_response(request)
        if len(key) > 255:
            return error(400, "idempotency_key", "An Idempotency-Key has at most 255 characters.")
        token = _token(request)
        if token is None:
            return self.get_response(request)  # which refuses it with 401
        try:
            mark = fingerprint(request)
        except RequestDataTooBig:
            return error(413, "too_large", "The body is larger than this server takes.")
        call = _first(token, key, mark)
        if call is None:
            return _again(RepeatableCall.objects.filter(token=token, key=key).first(), mark)
        return self._carry_out(request, call)

    def _carry_out(self, request: HttpRequest, call: RepeatableCall) -> HttpResponseBase:
        try:
            response = self.get_response(request)
        except BaseException:
            call.delete()
            raise
        _remember(call, response)
        return response


def _token(request: HttpRequest) -> ApiToken | None:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        return None
    return ApiToken.objects.live().filter(digest=ApiToken.digest_of(text.strip())).first()


def fingerprint(request: HttpRequest) -> str:
    """SHA-256 over what makes two calls the same: method, address with its query, body."""
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(head + request.body).hexdigest()


def _first(token: ApiToken, key: str, mark: str) -> RepeatableCall | None:
    """This call's new row, or None where the key is already someone's."""
    now = timezone.now()
    RepeatableCall.objects.filter(token=token, key=key).filter(created__lt=now - KEPT_FOR).delete()
    RepeatableCall.objects.filter(
        token=token, key=key, status=0, created__lt=now - GIVEN_UP_AFTER
    ).delete()
    try:
        with transaction.atomic():
            call = RepeatableCall.objects.create(token=token, key=key, fingerprint=mark)
    except IntegrityError:
        return None
    if call.pk % 100 == 0:  # now and then, so that no schedule is needed to keep the table small
        RepeatableCall.objects.filter(created__lt=now - KEPT_FOR).delete()
    return call


def _again(call: RepeatableCall | None, mark: str) -> HttpResponse:
    if call is not None and call.fingerprint != mark:
        return error(
            422,
            "idempotency_mismatch",
            "This Idempotency-Key was used for another call. Use a new key for each new call.",
        )
    if call is None or call.status == 0:  # None: it failed this very moment and may be repeated
        response = error(409, "in_flight", "The first call with this key is still under way.")
        response["Retry-After"] = "1"
        return response
    if not call.kept:
        return error(
            409,
            "answer_not_kept",
            "This call was carried out. Its answer is not kept, because it held a secret "
            "or was very long.",
        )
    response = HttpResponse(bytes(call.body), status=call.status)
    for name, value in call.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response


def _remember(call: RepeatableCall, response: HttpResponseBase) -> None:
    if response.status_code >= 500 or response.status_code == 429:
        call.delete()
        return
    body = response.content if isinstance(response, HttpResponse) else b""
    # A secret that is shown once must not lie in the database for a day: its answer says no-store.
    secret = "no-store" in response.headers.get("Cache-Control", "")
    kept = isinstance(response, HttpResponse) and not secret and len(body) <= LARGEST_KEPT
    RepeatableCall.objects.filter(pk=call.pk).update(
        status=response.status_code,
        headers={name: response.headers[name] for name in HEADERS if name in response.headers},
        body=body if kept else b"",
        kept=kept,
    )
