"""The one place where a sealed secret becomes a Jira client, for the web and the workers alike.

Clients are kept per process, so that the keep-alive pool and the parsed RSA key are used again; a
changed setting or secret makes a new one. It must not decide whether a call is wise (the callers
claim due work) and must not write anything.
"""

from __future__ import annotations

import ipaddress
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max

from almconnect.lib.secret import Secret
from connections import budget, sealing
from connections.budget import Purpose
from connections.circuit import Circuit, GuardedTransport, circuit_of
from connections.models import AuthMethod, Connection, Health, Lifecycle, SecretField
from jira_client.address import AddressPolicy, IPNetwork, resolve
from jira_client.auth import Anonymous, Auth, Basic, Bearer, OAuth1
from jira_client.client import JiraClient
from jira_client.errors import DnsFailed
from jira_client.flavour import Flavour
from jira_client.transport import Observation, Transport
from jira_client.values import Deployment

T = TypeVar("T", bound=Transport)

# What answers an observation of a call: (connection id, observation). Upper apps append to it.
observers: list[Callable[[uuid.UUID, Observation], None]] = [budget.note]

CREDENTIAL = {
    AuthMethod.OAUTH1.value: SecretField.ACCESS_TOKEN,
    AuthMethod.BASIC.value: SecretField.PASSWORD,
    AuthMethod.PAT.value: SecretField.PASSWORD,
}


class NotReady(Exception):
    """The connection must not or cannot call now. `code`: draft, paused, stopped, secret_missing,
    refused_before, key_replaced, or what a light check found."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Kept:
    signature: tuple[object, ...]
    client: JiraClient


_clients: dict[uuid.UUID, _Kept] = {}
_bulk_clients: dict[uuid.UUID, _Kept] = {}  # their own sockets: an import must not occupy an edit's
_lock = threading.Lock()


def jira_for(
    connection: Connection,
    *,
    secret: Secret | None = None,
    for_check: bool = False,
    purpose: Purpose = Purpose.LIVE,
) -> JiraClient:
    """The client that acts as the connection's account. Calls for an import or a comparison are
    `Purpose.BULK`: they leave part of Jira's limit to those that somebody waits for.

    `secret` is a credential that is not stored yet (access token, password or PAT): proven before
    it is kept. `for_check` lets a person's own test or handshake through although the connection is
    a draft, paused or stopped. Raises NotReady, sealing.SealBroken, KeyUnusable, TlsFailed, NotJira.
    """
    if secret is not None:
        if not for_check:
            _must_run(connection)
        return _build(connection, secret)
    now = _as_it_is_now(connection)
    if not for_check:
        _must_run(now)
    signature = _signature(connection, now.newest_secret)
    clients = _bulk_clients if purpose is Purpose.BULK else _clients
    with _lock:
        kept = clients.get(connection.pk)
        if kept is not None and kept.signature == signature:
            if isinstance(kept.client.transport, GuardedTransport):
                _follow(now.proven_at, kept.client.transport.circuit)
            return kept.client
    found = sealing.load(connection, CREDENTIAL[connection.auth_method])
    if not found:
        raise NotReady(
            "secret_missing",
            "No credential is stored for this connection. Authenticate it on its page.",
        )
    client = _build(connection, found, purpose)
    with _lock:
        clients[connection.pk] = _Kept(signature, client)
    return client


def anonymous_for(connection: Connection) -> JiraClient:
    """A client without credentials, to ask the instance what it is; to be closed. Raises TlsFailed,
    NotJira."""
    return _client(connection, Anonymous())


@contextmanager
def anonymously(connection: Connection) -> Iterator[JiraClient]:
    """The same for a few questions; its connections are closed at the end."""
    client = anonymous_for(connection)
    try:
        yield client
    finally:
        client.close()


def reopen(connection: Connection, username: str, secret: Secret) -> None:
    """Let a Basic credential be sent again, since a person wants it tried."""
    circuit_of(connection.pk, username, secret.reveal()).reopen()


def transport_for(connection: Connection) -> Transport:
    """The bounded sender for the connection's address; to be closed. Raises TlsFailed, NotJira."""
    return _transport(connection, Transport)


def _transport(connection: Connection, kind: type[T]) -> T:
    key = connection.pk

    def observe(observation: Observation) -> None:
        for observer in observers:
            observer(key, observation)

    return kind(
        connection.api_url or connection.base_url,
        address_policy(),
        verify_tls=connection.checks_tls,
        ca_bundle_pem=connection.ca_bundle or None,
        fingerprint=connection.fingerprint or None,
        proxy=connection.proxy_url or None,
        observe=observe,
    )


def forget(connection_id: uuid.UUID) -> None:
    """Drop the kept client: the next call opens the secret again."""
    with _lock:
        kept = [clients.pop(connection_id, None) for clients in (_clients, _bulk_clients)]
    for one in kept:
        if one is not None:
            one.client.transport.close()


def address_policy() -> AddressPolicy:
    """What this installation may call: public addresses, and what the operator opened by
    ALMCONNECT_EGRESS_ALLOW. Never the console's own database and broker, whatever was opened.
    """
    minute = int(time.monotonic() // 60)
    closed = [pair for host, port in own_services() for pair in _addresses(host, port, minute)]
    return AddressPolicy(allow=networks(settings.EGRESS_ALLOW), closed=tuple(closed))


def networks(words: Sequence[str]) -> tuple[IPNetwork, ...]:
    """`10.1.0.0/16`, `10.1.2.3` or `::1` as networks. Raises ValueError naming the word."""
    return tuple(ipaddress.ip_network(word, strict=False) for word in words)


def own_services() -> list[tuple[str, int]]:
    """Host and port of the database and the broker, where they are reached by network."""
    database, broker = settings.DATABASES["default"], urlsplit(settings.CELERY_BROKER_URL)
    found = []
    if host := database.get("HOST"):
        # A path is a socket in the file system, which no instance URL can name.
        found += [] if host.startswith("/") else [(host, int(database.get("PORT") or 5432))]
    if broker.hostname:
        found.append((broker.hostname, broker.port or 6379))
    return found


@lru_cache(maxsize=16)
def _addresses(host: str, port: int, minute: int) -> tuple[tuple[str, int], ...]:
    """Asked at most once a minute: `minute` only ages the answer."""
    try:
        return tuple((address, port) for address in resolve(host, port))
    except DnsFailed:
        return ()  # a name without address cannot be reached by an instance URL either


@dataclass(frozen=True, slots=True)
class _Now:
    """What the row says at this moment: the caller's object may be older than a stop."""

    lifecycle: str
    health: str
    proven_at: datetime | None
    newest_secret: datetime | None


def _as_it_is_now(connection: Connection) -> _Now:
    """One query, which the newest secret needs anyway: so a stop or pause that another process wrote
    is seen before the next piece of work, and costs no login more."""
    row = (
        Connection.objects.filter(pk=connection.pk)
        .values_list("lifecycle", "health", "proven_at", Max("secrets__updated"))
        .first()
    )
    if row is None:  # deleted a moment ago: its secrets are gone too
        return _Now(connection.lifecycle, connection.health, connection.proven_at, None)
    return _Now(*row)


def _must_run(connection: Connection | _Now) -> None:
    if connection.lifecycle == Lifecycle.DRAFT:
        raise NotReady("draft", "This connection is a draft. Finish its setup first.")
    if connection.lifecycle == Lifecycle.PAUSED:
        raise NotReady("paused", "This connection is paused. Resume it on its page.")
    if connection.health == Health.STOPPED:
        raise NotReady(
            "stopped",
            "This connection is stopped: Jira refused its credentials. Re-authenticate it, or press "
            "Test connection.",
        )


def _signature(connection: Connection, newest_secret: datetime | None) -> tuple[object, ...]:
    """Everything a client is built from; equal signatures mean that the kept client still fits."""
    return (
        connection.base_url,
        connection.api_url,
        connection.auth_method,
        connection.username,
        connection.checks_tls,
        connection.ca_bundle,
        connection.fingerprint,
        connection.proxy_url,
        connection.consumer_key,
        connection.deployment,
        connection.version,
        newest_secret,
        tuple(settings.EGRESS_ALLOW),
    )


def _build(connection: Connection, secret: Secret, purpose: Purpose = Purpose.LIVE) -> JiraClient:
    return _client(connection, _auth(connection, secret), purpose)


def _client(connection: Connection, auth: Auth, purpose: Purpose = Purpose.LIVE) -> JiraClient:
    transport: Transport
    if isinstance(auth, Basic):
        transport = guarded = _transport(connection, GuardedTransport)
        guarded.circuit = circuit_of(connection.pk, auth.username, auth.secret)
        _follow(connection.proven_at, guarded.circuit)
    else:
        transport = transport_for(connection)
    return JiraClient(
        transport,
        auth,
        flavour_of(connection),
        public_url=connection.base_url if connection.api_url else None,
        gate=budget.gate(connection.pk, purpose),
    )


def _follow(proven_at: datetime | None, circuit: Circuit) -> None:
    """A person's act in another process ends the refusal that this process remembers."""
    if circuit.closed_at and proven_at and proven_at > circuit.closed_at:
        circuit.reopen()


def _auth(connection: Connection, secret: Secret) -> Auth:
    if connection.auth_method == AuthMethod.BASIC:
        return Basic(connection.username, secret.reveal())
    if connection.auth_method == AuthMethod.PAT:
        return Bearer(secret.reveal())
    key = sealing.load(connection, SecretField.PRIVATE_KEY)
    if not key:
        raise NotReady("secret_missing", "This connection has no key pair yet. Authenticate it.")
    return OAuth1(connection.consumer_key, key.reveal(), secret.reveal())


def flavour_of(connection: Connection) -> Flavour | None:
    """What was observed last; None lets the client ask the instance on first need."""
    if not connection.deployment:
        return None
    numbers = []
    for part in connection.version.split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return Flavour.for_deployment(Deployment(connection.deployment), tuple(numbers))
