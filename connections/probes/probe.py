"""One test's questions to Jira, asked once, and what a checker answers.

A `Probe` asks Jira each question once, however many rows need the answer. It must not write.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

from connections.access import gateway, refusals, sealing
from connections.credentials import doors
from connections.credentials.proof import Credential, candidate
from connections.health import first_contact
from connections.health.diagnosis import Explained
from connections.models import AuthMethod, Connection, MappedProject
from connections.report.observations import Seen
from jira_client.client import JiraClient
from jira_client.errors import (
    AuthenticationRefused,
    JiraError,
)
from jira_client.values import Person, Project, ServerInfo
from outgoing.tls import CertificateFacts

WARN_DAYS = 30  # before a credential or a certificate ends


Unreached = JiraError | sealing.SealBroken  # why the instance could not be asked


class State(StrEnum):
    PASS = "pass"  # noqa: S105 - a state, not a password
    WARNING = "warning"
    FAIL = "fail"
    NOT_CHECKED = "not_checked"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row's outcome; `remedy` and `code` where something is to be done."""

    state: State
    message: str
    remedy: str | Promise = ""
    code: str = ""


class Probe:
    """One test's questions to Jira and their answers, asked on first need, once."""

    def __init__(
        self,
        connection: Connection,
        *,
        credential: Credential | None = None,
        unsaved: bool = False,
        retry: bool = False,
        signs: bool = False,
    ) -> None:
        self.connection = connection
        self.credential = credential
        self.unsaved = unsaved
        self.retry = retry
        self.signs = signs  # whether the credential may be used at all: a look uses none
        self.server: ServerInfo | None = None
        self.certificate: CertificateFacts | None = None
        self.person: Person | None = None
        self.failure: Exception | None = None  # why the account could not be proven
        self.seen = Seen()  # what was told of the mapped projects' permissions
        self.reach: Unreached | None = None  # why the instance could not be asked
        self._asked = False
        self._told: Person | Exception | None = None
        self._client: JiraClient | None = None
        self._projects: list[Project] | None = None

    def ask_instance(self) -> Unreached | None:
        """Asks what the instance is, without the credential. The failure, or None; `server` stays None
        where it is Jira and tells strangers nothing.
        """
        if not self._asked:
            self._asked = True
            try:
                self.server = self._met()
            except (JiraError, sealing.SealBroken) as error:
                self.reach = self.failure = error
        return self.reach

    def _met(self) -> ServerInfo | None:
        connection = self.connection
        if self.unsaved or not connection.account_id:
            method = self.credential.method if self.credential else connection.wanted_method
            return first_contact.meet(connection, method)
        # The credential in use was proven at this very address, so what strangers hear is nothing new.
        return first_contact.greet(connection)

    def ask_account(self) -> Person:
        """Who the credential is, asked once. Raises what it failed by, each time; see `client`."""
        if isinstance(self._told, Exception):
            raise self._told
        if self._told is None:
            try:
                self._told = self._who()
            except Explained as error:
                self._told = error
                raise
        self.person = self._told
        return self._told

    def _who(self) -> Person:
        """A typed token of Cloud that its first address turns down may work at another one: then the rest
        of the test is made there, as it will be once the token is kept.
        """
        try:
            return self.client.myself()
        except doors.TURNED_DOWN:
            typed = self.credential if self.unsaved else None
            for other in doors.others(self.connection, typed) if typed else ():
                there = doors.at(self.connection, other)
                client = candidate(there, other)
                try:
                    found = client.myself()
                except JiraError:
                    client.close()
                    continue
                self.close()
                self._client, self.connection, self.credential = client, there, other
                return found
            raise

    @property
    def client(self) -> JiraClient:
        """Acts by the credential under test. Raises NotReady, SealBroken."""
        if self._client is None:
            if self.unsaved:
                self._client = self._for_screen()
            else:
                refusals.press(self.connection, retry=self.retry)
                self._client = gateway.jira_for(self.connection, for_check=True)
        return self._client

    def close(self) -> None:
        if self.unsaved and self._client is not None:
            self._client.close()

    def remember(self, error: Exception) -> None:
        """That Jira refused what a person typed; the credential in use is health's matter."""
        typed = self.credential if self.unsaved else None
        if typed and typed.method == AuthMethod.BASIC and isinstance(error, AuthenticationRefused):
            refusals.remember(self.connection, typed.username, typed.secret, error)

    def _for_screen(self) -> JiraClient:
        """A client of its own: the kept one belongs to what is saved."""
        if self.credential is None:
            self.credential = self._stored()
        one = self.credential
        if one.method == AuthMethod.BASIC:
            refusals.must_be_new(self.connection, one.username, one.secret, retry=self.retry)
        return candidate(self.connection, one)

    def _stored(self) -> Credential:
        connection = self.connection
        found = sealing.load(connection, gateway.CREDENTIAL[connection.auth_method])
        if not found:
            raise gateway.NotReady("secret_missing", "No credential was entered yet.")
        return Credential(connection.auth_method, found, connection.username)

    @property
    def projects(self) -> list[Project]:
        if self._projects is None:
            self._projects = self.client.projects.list()
        return self._projects

    @property
    def mapped(self) -> list[MappedProject]:
        return list(self.connection.projects.all())


def passed(message: str) -> Finding:
    """All is well."""
    return Finding(State.PASS, message)


def skipped(message: str) -> Finding:
    """There is nothing to look at (yet)."""
    return Finding(State.NOT_CHECKED, message)
