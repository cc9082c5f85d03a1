"""The one place where a sealed secret becomes a Jira client, for the web and the workers alike.

Clients are kept per process, so that the keep-alive pool and the parsed RSA key are used again; a
changed setting or secret makes a new one. It must not decide whether a call is wise (the callers
claim due work) and must not write anything.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.conf import settings

from almconnect.lib import egress
from almconnect.lib.secret import Secret
from connections.access import outer_credentials, person_tokens, sealing, service_tokens
from connections.access.circuit import Circuit, GuardedTransport, circuit_of
from connections.access.readiness import NotReady as NotReady
from connections.access.readiness import SiteDoubted as SiteDoubted
from connections.access.readiness import as_it_is_now, must_run
from connections.budget import rate_budget
from connections.budget.rate_budget import Purpose
from connections.models import AuthMethod, Connection, SecretField
from jira_client.auth import Anonymous, Auth, Basic, Bearer, MadeUp, OAuth1, ServiceToken
from jira_client.client import JiraClient
from jira_client.flavour import Flavour
from jira_client.transport import Transport
from jira_client.values import Deployment
from outgoing.wire import Observation

T = TypeVar("T", bound=Transport)

# Each is told of a call: (connection id, observation). Higher packages join in almconnect/apps.py.
observers: list[Callable[[uuid.UUID, Observation], None]] = [rate_budget.note]

CREDENTIAL = {
    AuthMethod.OAUTH1.value: SecretField.ACCESS_TOKEN,
    AuthMethod.BASIC.value: SecretField.PASSWORD,
    AuthMethod.PAT.value: SecretField.PASSWORD,
    AuthMethod.SERVICE.value: SecretField.PASSWORD,
    AuthMethod.OAUTH2.value: SecretField.ACCESS_TOKEN,
}


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
            must_run(connection)
        return _build(connection, secret, stored=False)
    now = as_it_is_now(connection)
    if not for_check:
        must_run(now)
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
    """A client without credentials of Jira, to ask the instance what it is; to be closed. Raises
    TlsFailed, NotJira, SealBroken."""
    return _client(connection, Anonymous())


def made_up_for(connection: Connection, way: str) -> JiraClient:
    """A client with a credential of this kind that nobody has, to see who refuses it; to be closed.
    Raises TlsFailed, NotJira, SealBroken."""
    return _client(connection, MadeUp(way))


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
    """The bounded sender for the connection's address; to be closed. Raises TlsFailed, NotJira, and
    SealBroken where what servers before Jira ask for does not open."""
    return _transport(connection, Transport)


def _transport(connection: Connection, kind: type[T]) -> T:
    key = connection.pk

    def observe(observation: Observation) -> None:
        for observer in observers:
            observer(key, observation)

    return kind(
        connection.api_url or connection.base_url,
        egress.address_policy(),
        verify_tls=connection.checks_tls,
        ca_bundle_pem=connection.ca_bundle or None,
        fingerprint=connection.fingerprint or None,
        proxy=connection.proxy_url or None,
        observe=observe,
        **outer_credentials.transport_options(connection),
    )


def forget(connection_id: uuid.UUID) -> None:
    """Drop the kept client: the next call opens the secret again."""
    with _lock:
        kept = [clients.pop(connection_id, None) for clients in (_clients, _bulk_clients)]
    for one in kept:
        if one is not None:
            one.client.transport.close()


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
        connection.client_certificate,
        tuple(connection.header_names),
        connection.proxy_username,
        connection.consumer_key,
        connection.deployment,
        connection.version,
        newest_secret,
        tuple(settings.EGRESS_ALLOW),
    )


def _build(
    connection: Connection, secret: Secret, purpose: Purpose = Purpose.LIVE, *, stored: bool = True
) -> JiraClient:
    return _client(connection, _auth(connection, secret, stored), purpose)


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
        gate=rate_budget.gate(connection.pk, purpose),
    )


def _follow(proven_at: datetime | None, circuit: Circuit) -> None:
    """A person's act in another process ends the refusal that this process remembers."""
    if circuit.closed_at and proven_at and proven_at > circuit.closed_at:
        circuit.reopen()


def _auth(connection: Connection, secret: Secret, stored: bool) -> Auth:
    if connection.auth_method == AuthMethod.BASIC:
        return Basic(connection.username, secret.reveal())
    if connection.auth_method == AuthMethod.PAT:
        return Bearer(secret.reveal())
    if connection.auth_method == AuthMethod.SERVICE:
        return ServiceToken(service_tokens.source_of(connection, secret, stored=stored))
    if connection.auth_method == AuthMethod.OAUTH2:
        return ServiceToken(person_tokens.source_of(connection, secret), "oauth2")
    key = sealing.load(connection, SecretField.PRIVATE_KEY)
    if not key:
        raise NotReady("secret_missing", "This connection has no key pair yet. Authenticate it.")
    return OAuth1(connection.consumer_key, key.reveal(), secret.reveal())


def flavour_of(connection: Connection) -> Flavour | None:
    """What was observed last; None lets the client ask the instance on first need."""
    if not connection.deployment:
        return None
    return Flavour.for_deployment(Deployment(connection.deployment), connection.version_numbers)
