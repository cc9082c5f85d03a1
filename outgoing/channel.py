"""The channel: sends one request to one server, within bounds, and remembers nothing between calls.

It follows no redirect, keeps no cookie, reads no proxy or netrc from the environment (the one proxy is
given to it), and sends nothing twice: only the caller knows what may be repeated. It must not know what
the server's answers mean.

Source: none; there is no rule about Jira here.
"""

import http.client
import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, ClassVar, Final, Self

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import EmptyPoolError, HTTPError, ReadTimeoutError

from outgoing import tls_inspection
from outgoing.address import AddressPolicy, Resolver, resolve
from outgoing.bounded_body import read_body, write_body
from outgoing.client_certificate import ClientCertificate, present
from outgoing.connection_loss import dropped, root_of
from outgoing.connection_pool import Adapter, Session
from outgoing.dial import Call, Endpoint
from outgoing.errors import (
    AnswerLost,
    CallFailed,
    ConnectFailed,
    ConnectionDropped,
    ConnectTimedOut,
    ReadTimedOut,
    TlsFailed,
    UrlUnusable,
)
from outgoing.http_proxy import Login, proxy_at, refused
from outgoing.origin import origin_of
from outgoing.tls import CertificateFacts, plain_fingerprint, tls_failure, trust
from outgoing.wire import (
    Headers,
    Observation,
    Sink,
    WireRequest,
    WireResponse,
    http_date,
)

USER_AGENT: Final = "ALMConnect/1.0"


class Channel:
    """Sends requests to one base URL. Thread-safe; keeps up to `pool_size` connections alive.

    Timeouts in seconds; `total_timeout` bounds a call from connecting to the last byte (name
    resolution is bounded by the system's resolver). `max_bytes` bounds the decompressed body. A
    write never goes out on a connection that was idle longer than `idle_write_limit`: the server
    may be closing it at that moment, and the outcome would be unknown for nothing.
    `proxy` is `http(s)://host:port`; none of the environment is looked at. `proxy_login` is told to that
    proxy alone. `client_certificate` is shown where the server asks for one. `extra_headers` go with each
    request to the server, never to a proxy that opens a tunnel; they take the place of no other header.
    Raises UrlUnusable where the base URL is no http(s) address, ProxyFailed where the proxy's is none,
    TlsFailed where the CA bundle, the fingerprint or the client certificate is unreadable.

    The channel to one kind of server is derived from it: `fixed_headers` go with every request that does
    not name them itself, `budget_headers` of an answer are told to `observe`, and `error_for` gives the
    errors of that kind of server.
    """

    fixed_headers: ClassVar[Mapping[str, str]] = {
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }
    budget_headers: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        base_url: str,
        policy: AddressPolicy,
        verify_tls: bool = True,
        ca_bundle_pem: str | None = None,
        fingerprint: str | None = None,
        proxy: str | None = None,
        proxy_login: Login | None = None,
        client_certificate: ClientCertificate | None = None,
        extra_headers: Mapping[str, str] | None = None,
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
        with self._own_errors():
            origin = origin_of(self.base_url)
            pinned = plain_fingerprint(fingerprint) if fingerprint else None
            context = trust(verify_tls, ca_bundle_pem, pinned) if origin.secure else None
            if context is not None and client_certificate is not None:
                present(context, client_certificate)
            by = proxy_at(proxy, ca_bundle_pem, proxy_login) if proxy else None
        self._root = f"{'https' if origin.secure else 'http'}://{origin.host_header}"
        self._prefix = origin.path
        self._endpoint = Endpoint(
            root=self._root,
            host=origin.host,
            port=origin.port,
            policy=policy,
            context=context,
            fingerprint=pinned,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            idle_write_limit=idle_write_limit,
            resolver=resolver,
            proxy=by,
            shows_certificate=client_certificate is not None,
        )
        self.pool_size = pool_size
        self.total_timeout = total_timeout
        self.max_bytes = max_bytes
        self._observe = observe
        own = {**self.fixed_headers, "Host": origin.host_header, "User-Agent": user_agent}
        if self._endpoint.forwards and by is not None:
            own |= by.authorization
        self._headers = CaseInsensitiveDict(extra_headers or {})
        self._headers.update(own)
        self._session = self._opened()
        self.from_address = ""  # ours, as the last connection had it

    def send(self, request: WireRequest) -> WireResponse:
        """One request, one answer of whatever status. Raises ConnectFailed or AnswerLost."""
        with self._own_errors():
            return self._observed(request)

    def download(self, request: WireRequest, sink: IO[bytes], most: int) -> WireResponse:
        """As `send`; the body of a good answer goes to `sink`, `most` bytes of it at most, and the answer
        that is returned has none. What was written before an error is not the whole. Raises ConnectFailed
        or AnswerLost.
        """
        with self._own_errors():
            return self._observed(request, Sink(sink, most))

    def certificate(self) -> CertificateFacts:
        """The certificate that the server shows, trusted or not, for a person to compare.

        Connects and sends nothing. Raises ConnectFailed, and UrlUnusable where the address has no TLS.
        """
        with self._own_errors():
            if self._endpoint.context is None:
                raise UrlUnusable("The address begins with http://, so there is no certificate.")
            return tls_inspection.shown(self._endpoint, self.total_timeout)

    def error_for(self, failure: CallFailed) -> CallFailed:
        """The error that the channel's caller is given for a failure: here, the failure itself."""
        return failure

    def close(self) -> None:
        """Closes idle connections; the channel stays usable."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _own_errors(self) -> Iterator[None]:
        try:
            yield
        except CallFailed as failure:
            error = self.error_for(failure)
            if error is failure:
                raise
            raise error from failure

    def _observed(self, request: WireRequest, sink: Sink | None = None) -> WireResponse:
        """As `_judged`; the observer is told what came of it."""
        started = time.monotonic()
        status: int | None = None
        outcome, rate = "answered", {}
        try:
            response = self._judged(request, started, sink)
            status = response.status
            rate = {
                name: response.headers[name]
                for name in self.budget_headers
                if name in response.headers
            }
        except CallFailed as error:
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

    def _opened(self) -> Session:
        return Session(self._root, Adapter(self._endpoint, self.pool_size))

    def _judged(self, request: WireRequest, started: float, sink: Sink | None) -> WireResponse:
        """As `_send`; a second look tells what the first could not. Nothing is sent by it."""
        try:
            return self._send(request, started, sink)
        except TlsFailed as error:
            raise tls_inspection.of_the_chain(error, self._endpoint) from error
        except ConnectionDropped as error:
            refused = None if error.reused else tls_inspection.late_refusal(self._endpoint)
            if refused is not None:
                raise refused from error
            raise

    def _send(self, request: WireRequest, started: float, sink: Sink | None) -> WireResponse:
        if self._session.process != os.getpid():
            # Two processes must not talk over one connection after a fork.
            self._session = self._opened()
        with Call(started + self.total_timeout, writes=request.writes) as call:
            try:
                response = self._exchange(request, started, sink)
            except ConnectFailed:
                raise
            except (AnswerLost, HTTPError, OSError, http.client.HTTPException) as error:
                lost = self._loss(error, call)
                # The libraries' own errors hold the request, with its credentials.
                raise lost from (None if lost is error else root_of(error))
            self.from_address = call.from_address or self.from_address
            if call.fired:
                # The standard library takes a connection's end amid the headers for their end.
                raise self._too_slow()
        return response

    def _exchange(self, request: WireRequest, started: float, sink: Sink | None) -> WireResponse:
        end = self._endpoint
        with self._session.send(
            self._prepared(request),
            stream=True,
            timeout=(end.connect_timeout, end.read_timeout),
            allow_redirects=False,
            proxies={},
        ) as answer:
            if end.forwards and end.proxy and answer.status_code == 407:
                offered = answer.headers.get("Proxy-Authenticate", "")
                raise refused(407, end.proxy, end.host, offered)  # the server was not asked
            body = b""
            if sink is not None and answer.status_code == 200:
                write_body(answer.raw, sink.most, sink.file)
            else:
                body = read_body(answer.raw, self.max_bytes)
            headers = Headers(answer.raw.headers.items())
        return WireResponse(
            status=answer.status_code,
            headers=headers,
            body=body,
            elapsed=time.monotonic() - started,
            date=http_date(headers.get("date")),
        )

    def _prepared(self, request: WireRequest) -> requests.PreparedRequest:
        """Filled in by hand: the library's preparing may write an address otherwise than it was
        signed, and adds credentials and cookies of its own.
        """
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = f"{self._root}{self._prefix}{request.target}"
        prepared.headers = CaseInsensitiveDict({**self._headers, **request.headers})
        if request.body:
            prepared.body = request.body
            prepared.headers["Content-Length"] = str(len(request.body))
        return prepared

    def _loss(self, error: Exception, call: Call) -> CallFailed:
        if isinstance(error, EmptyPoolError):
            return ConnectTimedOut(
                f"All connections to {self._endpoint.host} stayed busy. Fewer calls at once would help."
            )
        root = root_of(error)
        if isinstance(root, ssl.SSLError) and "ALERT" in str(root):
            return tls_failure(root, self._endpoint.host, self._endpoint.shows_certificate)
        if call.fired or isinstance(root, TimeoutError | ReadTimeoutError):
            return self._too_slow()
        lost = error if isinstance(error, AnswerLost) else dropped(root, self._endpoint.host)
        if isinstance(lost, ConnectionDropped):
            lost.reused = call.reused
        return lost

    def _too_slow(self) -> ReadTimedOut:
        end = self._endpoint
        return ReadTimedOut(
            f"{end.host} took longer than {end.read_timeout:g} seconds to answer, or than "
            f"{self.total_timeout:g} seconds in all. Try again; if it stays so, look at its load."
        )
