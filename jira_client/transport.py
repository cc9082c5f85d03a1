"""The one sender: bounded, pinned to the judged address, without memory between calls.

It follows no redirect, keeps no cookie, reads no proxy or netrc from the environment, and sends
nothing twice: a replayed OAuth signature is a refused one, and only the caller knows what may be
repeated. It must not know what Jira's answers mean.
"""

import contextlib
import http.client
import os
import queue
import time
import weakref
from collections.abc import Callable
from dataclasses import replace

from jira_client.address import AddressPolicy, Resolver, resolve
from jira_client.connecting import Endpoint, Line
from jira_client.errors import (
    AnswerLost,
    ConnectFailed,
    ConnectionDropped,
    ConnectTimedOut,
    JiraError,
    NotJira,
    ReadTimedOut,
)
from jira_client.origin import origin_of
from jira_client.tls import CertificateFacts, certificate_facts, plain_fingerprint, trust
from jira_client.unpacking import read_body
from jira_client.watchdog import Guard
from jira_client.wire import (
    Headers,
    Observation,
    WireRequest,
    WireResponse,
    http_date,
    rate_headers,
)

__all__ = ["AddressPolicy", "Observation", "Transport", "WireRequest", "WireResponse"]

USER_AGENT = "ALMConnect/1.0"
_FIXED_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "X-Atlassian-Token": "no-check",
}


class Transport:
    """Sends requests to one base URL. Thread-safe; keeps up to `pool_size` connections alive.

    Timeouts in seconds; `total_timeout` bounds a call from connecting to the last byte (name
    resolution is bounded by the system's resolver). `max_bytes` bounds the decompressed body. A
    write never goes out on a connection that was idle longer than `idle_write_limit`: the server
    may be closing it at that moment, and the outcome would be unknown for nothing.
    Raises NotJira where the base URL is no http(s) address, TlsFailed where the CA bundle or
    fingerprint is unreadable.
    """

    def __init__(
        self,
        base_url: str,
        policy: AddressPolicy,
        verify_tls: bool = True,
        ca_bundle_pem: str | None = None,
        fingerprint: str | None = None,
        connect_timeout: float = 5,
        read_timeout: float = 20,
        total_timeout: float = 60,
        max_bytes: int = 10_000_000,
        user_agent: str = USER_AGENT,
        pool_size: int = 10,
        observe: Callable[[Observation], None] | None = None,
        resolver: Resolver = resolve,
        idle_write_limit: float = 10,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        origin = origin_of(self.base_url)
        self._prefix = origin.path
        pinned = plain_fingerprint(fingerprint) if fingerprint else None
        self._endpoint = Endpoint(
            host=origin.host,
            port=origin.port,
            policy=policy,
            context=trust(verify_tls, ca_bundle_pem, pinned) if origin.secure else None,
            fingerprint=pinned,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            resolver=resolver,
        )
        self.pool_size = pool_size
        self.total_timeout = total_timeout
        self.max_bytes = max_bytes
        self.idle_write_limit = idle_write_limit
        self._observe = observe
        self._headers = {**_FIXED_HEADERS, "Host": origin.host_header}
        self._headers["User-Agent"] = user_agent
        self._open_pool()

    def send(self, request: WireRequest) -> WireResponse:
        """One request, one answer of whatever status. Raises ConnectFailed or AnswerLost."""
        started = time.monotonic()
        status: int | None = None
        outcome, rate = "answered", {}
        try:
            response = self._send(request, started)
            status, rate = response.status, rate_headers(response.headers)
        except JiraError as error:
            error.located(request.method, request.template)
            error.outcome_unknown = request.writes and isinstance(error, AnswerLost)
            outcome = error.code
            raise
        finally:
            if self._observe is not None:
                seconds = time.monotonic() - started
                self._observe(
                    Observation(request.method, request.template, status, outcome, seconds, rate)
                )
        return response

    def certificate(self) -> CertificateFacts:
        """The certificate that the server shows, trusted or not, for a person to compare.

        Connects and sends nothing. Raises ConnectFailed, and NotJira where the address has no TLS.
        """
        if self._endpoint.context is None:
            raise NotJira("The Instance URL begins with http://, so there is no certificate.")
        unjudged = replace(self._endpoint, context=trust(False, None, None), fingerprint=None)
        line = Line(unjudged)
        try:
            with Guard(time.monotonic() + self.total_timeout) as guard:
                line.open(guard)
            return certificate_facts(line.certificate())
        finally:
            line.close()

    def close(self) -> None:
        """Closes idle connections; the transport stays usable."""
        _hang_up(self._lines)

    def __enter__(self) -> "Transport":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open_pool(self) -> None:
        self._process = os.getpid()
        self._lines: queue.LifoQueue[Line | None] = queue.LifoQueue()
        for _ in range(self.pool_size):
            self._lines.put(None)
        # A transport that is dropped without close() leaves no sockets behind.
        weakref.finalize(self, _hang_up, self._lines)

    def _send(self, request: WireRequest, started: float) -> WireResponse:
        if self._process != os.getpid():
            # Two processes must not talk over one connection after a fork.
            self._open_pool()
        lines = self._lines
        try:
            line = lines.get(timeout=self.total_timeout)
        except queue.Empty:
            raise ConnectTimedOut(
                "All connections to Jira stayed busy. Fewer calls at once would help."
            ) from None
        keep = False
        try:
            with Guard(started + self.total_timeout) as guard:
                line, reused = self._ready(line, guard, request.writes)
                try:
                    response, keep = self._exchange(line, request, guard, started)
                except ConnectionDropped as error:
                    error.reused = reused
                    raise
            return response
        finally:
            if not keep and line is not None:
                line.close()
            lines.put(line if keep else None)

    def _ready(self, line: Line | None, guard: Guard, writes: bool) -> tuple[Line, bool]:
        if line is not None:
            idle = time.monotonic() - line.idle_since
            risky = line.is_stale() or (writes and idle > self.idle_write_limit)
            if not risky and line.handle is not None:
                guard.watch(line.handle)
                return line, True
            line.close()
        line = Line(self._endpoint)
        line.open(guard)
        return line, False

    def _exchange(
        self, line: Line, request: WireRequest, guard: Guard, started: float
    ) -> tuple[WireResponse, bool]:
        try:
            # Jira may answer early, "too large" for instance, and close.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                line.request(
                    request.method,
                    self._prefix + request.target,
                    body=request.body,
                    headers={**self._headers, **request.headers},
                )
            answer = line.getresponse()
            body = read_body(answer, self.max_bytes)
            if guard.fired:
                # The standard library takes a connection's end amid the headers for their end.
                raise self._too_slow()
        except (ConnectFailed, AnswerLost):
            if guard.fired:
                raise self._too_slow() from None
            raise
        except TimeoutError as error:
            raise self._too_slow() from error
        except (OSError, http.client.HTTPException) as error:
            if guard.fired:
                raise self._too_slow() from error
            raise _dropped(error) from error
        headers = Headers(
            (name, value) for name, value in answer.getheaders() if name.lower() != "set-cookie"
        )
        response = WireResponse(
            status=answer.status,
            headers=headers,
            body=body,
            elapsed=time.monotonic() - started,
            date=http_date(headers.get("date")),
        )
        line.idle_since = time.monotonic()
        return response, not answer.will_close

    def _too_slow(self) -> ReadTimedOut:
        return ReadTimedOut(
            f"Jira took longer than {self._endpoint.read_timeout:g} seconds to answer, or than "
            f"{self.total_timeout:g} seconds in all. Try again; if it stays so, look "
            "at Jira's load."
        )


def _hang_up(lines: "queue.LifoQueue[Line | None]") -> None:
    """Closes the idle connections of a pool and leaves their places free."""
    places = 0
    with contextlib.suppress(queue.Empty):
        while True:
            line = lines.get_nowait()
            places += 1
            if line is not None:
                line.close()
    for _ in range(places):
        lines.put(None)


def _dropped(error: Exception) -> ConnectionDropped:
    if isinstance(error, http.client.HTTPException) and not isinstance(
        error, http.client.RemoteDisconnected
    ):
        return ConnectionDropped(
            "The answer is not HTTP. Check the port of the Instance URL and the proxy before Jira."
        )
    return ConnectionDropped(
        "The connection to Jira ended before the answer came. Try again; if it stays so, look at "
        "the proxy or firewall between this server and Jira."
    )
