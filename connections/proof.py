"""Credentials before they are kept: what can be one at all, and whose it is, asked of Jira.

The instance is looked at anonymously first, so that no credential travels to what is no Jira. A
secret that Jira refused is not sent a second time unless a person says that something changed:
three refusals lock an account. It must not log or return a secret, nor store one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections import gateway, refusals, site_identity
from connections.models import AuthMethod, Connection
from jira_client.client import JiraClient
from jira_client.errors import AuthenticationRefused
from jira_client.values import Person, ServerInfo, SiteIdentity


@dataclass(frozen=True, slots=True)
class Credential:
    """What signs a connection in. `secret`: access token, password, API token or PAT. `expires` is
    Jira's word on an OAuth token, `ends` what a person read in Jira of an API token or PAT."""

    method: str
    secret: Secret
    username: str = ""
    handle: Secret | None = None
    expires: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Whose the credential is, what the instance says of itself, and which Jira it is."""

    person: Person
    server: ServerInfo
    identity: SiteIdentity | None = None


def prove(connection: Connection, credential: Credential, *, retry: bool = False) -> Proof:
    """Look at the instance as nobody, then ask it by `/myself` who the credential is.

    `connection` may hold settings that are not saved yet. `retry`: a person says that a refused
    secret is good now. Raises JiraError, NotReady, SealBroken, and Refused for what cannot be a
    credential.
    """
    check(credential)
    with signed_in(connection, credential) as client:
        if credential.method == AuthMethod.BASIC:
            refusals.must_be_new(connection, credential.username, credential.secret, retry=retry)
        server = look(connection)
        try:
            person = client.myself()
        except AuthenticationRefused as error:
            if credential.method == AuthMethod.BASIC:
                refusals.remember(connection, credential.username, credential.secret, error)
            raise
        identity = site_identity.ask(connection)
        return Proof(person, server or client.server_info(), identity)


def verify(connection: Connection, credential: Credential) -> Person:
    """Who the credential is; see `prove`."""
    return prove(connection, credential).person


def look(connection: Connection) -> ServerInfo | None:
    """What the instance tells strangers; None where it is a Jira that tells them nothing."""
    with gateway.anonymously(connection) as client:
        try:
            return client.server_info()
        except AuthenticationRefused:
            return None


@contextmanager
def signed_in(connection: Connection, credential: Credential) -> Iterator[JiraClient]:
    """A client for this credential; its connections are closed at the end."""
    client = candidate(connection, credential)
    try:
        yield client
    finally:
        client.close()


def candidate(connection: Connection, credential: Credential) -> JiraClient:
    """A client that acts by a credential which is not the connection's own (yet). To be closed."""
    shadow = copy.copy(connection)
    shadow.auth_method, shadow.username = credential.method, credential.username
    return gateway.jira_for(shadow, secret=credential.secret, for_check=True)


def check(credential: Credential) -> None:
    """Raises Refused for what cannot be a credential, before it is sent anywhere."""
    text = credential.secret.reveal()
    if not text.strip():
        raise _refused("secret", _("Enter the password or token."))
    if any(ord(letter) < 32 for letter in text):
        raise _refused("secret", _("The password or token holds a line break; paste it again."))
    if credential.method == AuthMethod.BASIC:
        if not credential.username:
            raise _refused("username", _("Enter the user name that belongs to the password."))
        if ":" in credential.username:
            raise _refused("username", _("A user name cannot hold a colon."))
    if credential.method == AuthMethod.PAT and (not text.isascii() or " " in text):
        raise _refused("secret", _("This is no token: it holds spaces or special letters."))


def _refused(name: str, sentence: str) -> Refused:
    return Refused(sentence, code="invalid", fields={name: [sentence]})
