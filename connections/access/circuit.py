"""The circuit of Basic credentials: after the first refusal nothing more is sent with them.

Jira locks an account by CAPTCHA after three failed logins, and workers call side by side. So the
first call after a silence goes alone, the others wait for its outcome, and a refusal closes the
circuit for all threads of this process; the row's health closes it for the other processes. It
must not know what a connection is.
"""

from __future__ import annotations

import copy
import hashlib
import os
import threading
import time
import uuid
from collections import OrderedDict
from datetime import datetime

from django.utils import timezone

from jira_client.errors import (
    AnonymousAnswer,
    AuthenticationRefused,
    BasicDisabled,
    CaptchaRequired,
    JiraError,
)
from jira_client.refusal import refusal
from jira_client.transport import Transport
from outgoing.wire import WireRequest, WireResponse

FRESH = (
    0.25  # seconds that an accepted call vouches for the next ones, so that bursts stay parallel
)
PATIENCE = 60.0  # seconds to wait for the call that goes first; a call is bounded by as much
MOST = 1000
_SALT = os.urandom(16)  # a key of the registry is no digest that could be guessed at elsewhere


class Circuit:
    """One credential's: open at first; closed by a refusal until somebody reopens it."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._accepted = float("-inf")
        self._first = False  # a call is under way that the others wait for
        self._refused: JiraError | None = None
        self.closed_at: datetime | None = None

    @property
    def closed(self) -> bool:
        return self._refused is not None

    def reopen(self) -> None:
        with self._turn:
            self._refused, self.closed_at = None, None
            self._accepted = float("-inf")
            self._turn.notify_all()

    def enter(self) -> bool:
        """Wait for one's turn; whether this call goes first. Raises the refusal again if closed."""
        until = time.monotonic() + PATIENCE
        with self._turn:
            while True:
                if self._refused is not None:
                    raise _again(self._refused)
                if time.monotonic() - self._accepted < FRESH:
                    return False
                if not self._first or time.monotonic() >= until:
                    self._first = True
                    return True
                self._turn.wait(timeout=until - time.monotonic())

    def leave(self, first: bool, response: WireResponse | None) -> None:
        """`response` None: no answer came, so it stays unknown whether the credential is good."""
        with self._turn:
            if first:
                self._first = False
            if response is not None:
                if error := refused_credential(response):
                    self._refused = self._refused or error
                    self.closed_at = self.closed_at or timezone.now()
                elif response.status < 500 and response.status not in (401, 429):
                    self._accepted = time.monotonic()
            self._turn.notify_all()


class GuardedTransport(Transport):
    """A transport whose every call passes a circuit."""

    circuit: Circuit

    def send(self, request: WireRequest) -> WireResponse:
        if "Authorization" not in request.headers:
            return super().send(request)
        first, response = self.circuit.enter(), None
        try:
            response = super().send(request)
            return response
        finally:
            self.circuit.leave(first, response)


def refused_credential(response: WireResponse) -> JiraError | None:
    """The refusal, where the answer says that the login itself failed.

    X-Seraph-LoginReason tells. A 401 without it may concern one call alone (Data Center's
    permissions, a scoped token of Cloud), and only `/myself` can tell then.
    """
    error = refusal(response, writes=False) if response.status in (401, 403) else None
    if isinstance(error, CaptchaRequired | BasicDisabled):
        return error
    if "AUTHENTICATED_FAILED" not in response.headers.get("x-seraph-loginreason", ""):
        return None
    if isinstance(error, AuthenticationRefused):
        return error
    return AnonymousAnswer(
        "Jira answered, but as to nobody: it ignored the credentials. Check user name and secret; "
        "on Jira Cloud the secret is an API token.",
        status=response.status,
    )


def circuit_of(key: uuid.UUID, username: str, secret: str) -> Circuit:
    """The process's circuit of this credential at this connection."""
    text = "\x1f".join((str(key), username, secret)).encode()
    name = hashlib.blake2b(text, key=_SALT).digest()
    with _lock:
        found = _circuits.pop(name, None) or Circuit()
        _circuits[name] = found
        while len(_circuits) > MOST:
            _circuits.popitem(last=False)
    return found


def _again(error: JiraError) -> JiraError:
    """A fresh copy for another thread; what it says stays true: this was not sent."""
    fresh = copy.copy(error)
    fresh.outcome_unknown = False
    return fresh.with_traceback(None)


_circuits: OrderedDict[bytes, Circuit] = OrderedDict()
_lock = threading.Lock()
