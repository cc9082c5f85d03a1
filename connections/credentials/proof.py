"""Credentials before they are kept: what can be one at all, and whose it is, asked of Jira.

The instance is met without it first, so that no credential travels to what is no Jira. A
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
from connections.access import gateway, refusals
from connections.address import cloud_site
from connections.credentials import service_user
from connections.credentials.service_user import Remark
from connections.health import site_identity
from connections.health.first_contact import meet
from connections.models import AuthMethod, Connection
from jira_client.client import JiraClient
from jira_client.errors import AuthenticationRefused
from jira_client.sender import is_api_token
from jira_client.values import Person, ServerInfo, SiteIdentity

# What stays on a pasted text unseen: blanks of every width, and marks of no width at all.
BLANKS = " \u00a0\u2002\u2003\u2007\u2009\u200b\u200c\u200d\u202f\u2060\u3000\ufeff"


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

    def __post_init__(self) -> None:
        text = self.secret.reveal()
        # No token begins or ends with a blank; a password may.
        is_token = self.method == AuthMethod.PAT or is_api_token(text)
        if is_token and (whole := text.strip(BLANKS)) != text:
            object.__setattr__(self, "secret", Secret(whole))
        object.__setattr__(self, "username", self.username.strip())


@dataclass(frozen=True, slots=True)
class Proof:
    """Whose the credential is, what the instance says of itself, what speaks against the account, and
    which Jira it is."""

    person: Person
    server: ServerInfo
    remarks: tuple[Remark, ...] = ()
    identity: SiteIdentity | None = None


def prove(connection: Connection, credential: Credential, *, retry: bool = False) -> Proof:
    """Meet the instance as nobody, then ask it by `/myself` who the credential is.

    `connection` may hold settings that are not saved yet. `retry`: a person says that a refused
    secret is good now. Raises JiraError, NotReady, SealBroken, and Refused for what cannot be a
    credential.
    """
    check(credential)
    with signed_in(connection, credential) as client:
        if credential.method == AuthMethod.BASIC:
            refusals.must_be_new(connection, credential.username, credential.secret, retry=retry)
        server = look(connection, credential.method)
        try:
            person = client.myself()
        except AuthenticationRefused as error:
            if credential.method == AuthMethod.BASIC:
                refusals.remember(connection, credential.username, credential.secret, error)
            cloud_site.name_gateway(connection, error)
            raise
        server = server or client.server_info()
        found = service_user.remarks(person, service_user.asked(client))
        return Proof(person, server, tuple(found), site_identity.ask(connection))


def verify(connection: Connection, credential: Credential) -> Person:
    """Who the credential is; see `prove`."""
    return prove(connection, credential).person


def look(connection: Connection, way: str) -> ServerInfo | None:
    """What Jira tells strangers, before a credential of this kind travels; see `meeting.meet`."""
    return meet(connection, way)


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
