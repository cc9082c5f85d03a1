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

from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from connections.access import gateway, refusals
from connections.credentials import doors, service_user
from connections.credentials.credential import BLANKS as BLANKS
from connections.credentials.credential import Credential as Credential
from connections.credentials.service_user import Remark
from connections.health import site_identity
from connections.health.first_contact import meet
from connections.models import AuthMethod, Connection
from jira_client.client import JiraClient
from jira_client.errors import AuthenticationRefused, CallRefused, JiraError
from jira_client.sender import is_api_token
from jira_client.values import Person, ServerInfo, SiteIdentity

_CLIENT_SECRETS = "ATOA"  # how client secrets of Atlassian begin, as seen


@dataclass(frozen=True, slots=True)
class Proof:
    """The credential with the way in which it works, whose it is, what the instance says of itself, what
    speaks against the account, and which Jira it is."""

    credential: Credential
    person: Person
    server: ServerInfo
    remarks: tuple[Remark, ...] = ()
    identity: SiteIdentity | None = None


def prove(connection: Connection, credential: Credential, *, retry: bool = False) -> Proof:
    """Meet the instance as nobody, then ask it by `/myself` who the credential is.

    A token of Cloud that is turned down at one of its addresses is tried at the other (`doors`).
    `connection` may hold settings that are not saved yet. `retry`: a person says that a refused secret is
    good now. Raises JiraError, NotReady, SealBroken, and Refused for what cannot be a credential.
    """
    check(credential)
    if credential.method == AuthMethod.BASIC:
        refusals.must_be_new(connection, credential.username, credential.secret, retry=retry)
    start = doors.first(connection, credential)
    try:
        return _proven(connection, start)
    except doors.TURNED_DOWN as error:
        for other in doors.others(connection, credential):
            try:
                found = _proven(connection, other)
            except doors.TURNED_DOWN:
                error.seen["tried as well"] = other.api_url or connection.base_url
            except CallRefused:
                raise  # the token is taken there, and lacks the scope to say whose it is
            except JiraError as problem:
                error.seen["address for tokens with scopes"] = other.api_url or ""
                error.seen["why it was not tried"] = str(problem)
                break
            else:
                if doors.leads_to(connection, found.server):
                    return found
        if credential.method == AuthMethod.BASIC and isinstance(error, AuthenticationRefused):
            refusals.remember(connection, credential.username, credential.secret, error)
        raise
    except JiraError as problem:
        if start is credential:
            raise
        raise doors.unreached(start, problem) from problem


def _proven(connection: Connection, credential: Credential) -> Proof:
    """By one way at one address. Raises as `prove`."""
    there = doors.at(connection, credential)
    with signed_in(there, credential) as client:
        server = look(there, credential.method)
        person = client.myself()
        server = server or client.server_info()
        found = service_user.remarks(person, service_user.asked(client))
        return Proof(credential, person, server, tuple(found), site_identity.ask(there))


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
    if credential.method == AuthMethod.SERVICE:
        check_client(credential.username, text)
    if credential.method == AuthMethod.PAT and (not text.isascii() or " " in text):
        raise _refused("secret", _("This is no token: it holds spaces or special letters."))


def check_client(client_id: str, secret: str) -> None:
    """What people enter in the wrong one of the two fields, or leave out. Raises Refused."""
    if not client_id:
        raise _refused("username", _("Enter the client ID that belongs to the client secret."))
    if not secret:
        raise _refused("secret", _("Enter the client secret that belongs to the client ID."))
    if not client_id.isascii() or not client_id.isprintable() or " " in client_id:
        raise _refused("username", _("A client ID holds neither spaces nor special letters."))
    if client_id == secret or client_id.startswith(_CLIENT_SECRETS):
        raise _refused("username", _("This is the client secret; the client ID belongs here."))
    if "@" in client_id:
        raise _refused(
            "username",
            _(
                "This is an e-mail address; the client ID belongs here. With an API token of the account, "
                "choose “Switch to Basic Auth”."
            ),
        )
    if is_api_token(secret):
        raise _refused(
            "secret",
            _(
                "This is an API token; the client secret belongs here. With an API token choose “Switch to "
                "Basic Auth” and enter the account's e-mail address as Username."
            ),
        )


def _refused(name: str, sentence: str) -> Refused:
    return Refused(sentence, code="invalid", fields={name: [sentence]})
