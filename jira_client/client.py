"""The client: sends a request with its credentials, and holds the resources.

It decides nothing about retries, and knows no resource's details. One client may be used by
several threads at once.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import IO, Any

from jira_client import parse
from jira_client.account_check import AccountCheck
from jira_client.auth import Auth, ServiceToken
from jira_client.errors import (
    AnonymousAnswer,
    AuthenticationRefused,
    CallRefused,
    ConnectionDropped,
    JiraError,
    NotFound,
    NotJira,
    NotJson,
    OAuthProblem,
    OriginRefused,
)
from jira_client.flavour import Flavour, flavour_of
from jira_client.protocol import Expect, Request, encode, read
from jira_client.resources.attachments import Attachments
from jira_client.resources.boards import Boards
from jira_client.resources.comments import Comments
from jira_client.resources.fields import Fields
from jira_client.resources.issues import Issues
from jira_client.resources.links import Links
from jira_client.resources.people import People
from jira_client.resources.permissions import Permissions
from jira_client.resources.projects import Projects
from jira_client.resources.search import Search
from jira_client.resources.site import Site
from jira_client.resources.sprints import Sprints
from jira_client.resources.versions import Versions
from jira_client.resources.webhooks import Webhooks
from jira_client.transport import Transport
from jira_client.values import Deployment, Person, ServerInfo
from outgoing.wire import Sink, WireRequest, WireResponse


class JiraClient:
    """Every call to one Jira, as one account.

    `flavour` is asked of the instance on first need where it is not given. `public_url` is Jira's
    own base URL where calls go to an internal address: OAuth signs the public one. `gate` is
    called before each request is signed: it returns when the call may be made, or raises.
    """

    def __init__(
        self,
        transport: Transport,
        auth: Auth,
        flavour: Flavour | None = None,
        public_url: str | None = None,
        gate: Callable[[WireRequest], None] | None = None,
    ) -> None:
        self.transport = transport
        self.auth = auth
        self._flavour = flavour
        self._gate = gate
        self._account = AccountCheck()
        self.clock: datetime | None = None  # Jira's time as its last answer told it (Date header)
        self._signed_url = (public_url or transport.base_url).rstrip("/")
        self.projects = Projects(self)
        self.permissions = Permissions(self)
        self.fields = Fields(self)
        self.issues = Issues(self)
        self.comments = Comments(self)
        self.attachments = Attachments(self)
        self.search = Search(self)
        self.links = Links(self)
        self.boards = Boards(self)
        self.sprints = Sprints(self)
        self.versions = Versions(self)
        self.webhooks = Webhooks(self)
        self.people = People(self)
        self.site = Site(self)

    @property
    def flavour(self) -> Flavour:
        """The instance's capabilities; the instance is asked for them once, where they were not given.

        Raises what `server_info` raises.
        """
        if self._flavour is None:
            self.server_info()
        if self._flavour is None:
            raise NotJira("The instance does not tell what it is.")
        return self._flavour

    def server_info(self) -> ServerInfo:
        """The version, the deployment, the base URL and the clock of the instance, as it tells everybody.

        Credentials are not needed; some instances hide it from strangers. Raises JiraError; NotJira where
        something else than a Jira answers.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-server-info/#api-rest-api-3-serverinfo-get
        """
        request = Request("GET", "/rest/api/2/serverInfo", anonymous_ok=True)
        response = self.exchange(request)
        try:
            found = self._read(request, response, signed_in=False)
        except NotFound as error:
            missing = _no_jira(error, "There is no Jira API at this address.")
            missing.speaks_json = response.body.lstrip()[:1] in (b"{", b"[")
            raise missing from error
        except NotJson as error:
            if error.kind == "login_page":
                raise
            raise _no_jira(error, "The address answers, but not as Jira does.") from error
        info = parse.server_info(found, response.date)
        if self._flavour is None:
            self._flavour = flavour_of(info)
        return info

    def myself(self) -> Person:
        """The account that the credentials belong to: the only proof of a login.

        Other calls may answer as to nobody, with 200 and empty lists. Raises JiraError; AnonymousAnswer
        where Jira answers as to nobody, AuthenticationRefused, OAuthProblem.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/#api-rest-api-3-myself-get
        Data Center: https://developer.atlassian.com/server/jira/platform/rest/v10002/api-group-myself/#api-api-2-myself-get
        """
        found = self.call(Request("GET", "/rest/api/2/myself"))
        me = parse.person(found)
        if not me.id:
            raise NotJira("Jira's answer does not say who the account is.")
        if self._flavour is None and "accountId" in found:
            # Some instances hide serverInfo; only Cloud has account ids.
            self._flavour = Flavour.for_deployment(Deployment.CLOUD)
        return me

    def call(self, request: Request) -> Any:
        """The JSON value of a call; None where nothing is expected. Raises JiraError in all its kinds.

        An answer that does not name our account is believed only when `/myself` shows that the
        credentials arrive, and a 401 to one call alone is told apart from a refused login.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#special-request-headers
        """
        response = self.exchange(request)
        if response.status == HTTPStatus.UNAUTHORIZED and isinstance(self.auth, ServiceToken):
            response = self._with_another_token(self.auth, request, response)
        signed_in = not self.auth.anonymous
        if signed_in and not request.anonymous_ok and self._account.doubtful(request, response):
            self._prove(request, response)
        try:
            return self._read(request, response, signed_in=signed_in)
        except OAuthProblem as error:
            error.sent_url = self._signed_url + encode(request).target
            raise
        except AuthenticationRefused as error:
            if signed_in and self._refuses_this_call(request, error):
                raise _of_the_call(error) from error
            raise

    def _with_another_token(
        self, auth: ServiceToken, request: Request, response: WireResponse
    ) -> WireResponse:
        """The answer by another access token, where this one may have ended early: a 401 did nothing, so
        the call may be made once more. A word on scopes is none on the token.
        """
        if b"scope does not match" in response.body:
            return response
        auth.renew()
        return self.exchange(request)

    def _read(self, request: Request, response: WireResponse, *, signed_in: bool) -> Any:
        """As `protocol.read`; its errors also tell as whom the call was made."""
        try:
            return read(request, response, signed_in=signed_in)
        except JiraError as error:
            error.sender = self.auth.sender
            if isinstance(error, OriginRefused) and self.transport.from_address:
                error.seen["this server's own address"] = self.transport.from_address
            raise

    def _refuses_this_call(self, request: Request, error: AuthenticationRefused) -> bool:
        """Whether a 401 is about this call alone, since `/myself` accepts the same credential.

        Asked once per kind of call, and never after a word that the login itself failed: one more
        failed login may lock the account. Raises what is no word on the credential: no answer came.
        """
        if type(error) is not AuthenticationRefused or request.path.endswith("/myself"):
            return False
        if "FAILED" in error.seen.get("login reason", ""):
            return False
        if self._account.refuses(request):
            return True
        try:
            self.myself()
        except AuthenticationRefused:
            error.confirmed = True
            return False
        self._account.note_refusal(request)
        return True

    def _prove(self, request: Request, response: WireResponse) -> None:
        """Settle by `/myself` whether an answer without the account's name came to nobody. Raises
        AnonymousAnswer, and what else asking raises."""
        try:
            if self.myself().id == self._account.account_id:
                self._account.trust(request, response)
                return
            raise _to_nobody(request, response)
        except AnonymousAnswer:
            raise
        except AuthenticationRefused as refused:
            raise _to_nobody(request, response) from refused
        except JiraError as error:
            # Of the call before this one, which Jira answered, nobody knows the outcome now.
            error.outcome_unknown = request.changes and response.status < 300
            raise

    def exchange(self, request: Request) -> WireResponse:
        """Signs and sends a request and returns the answer, unread. Raises ConnectFailed, AnswerLost.

        A read is signed and sent anew, once, where the idle connection it went out on had been
        closed by the server at that moment. Nothing else is ever repeated here.
        """
        wire = encode(request)
        try:
            return self._send(wire)
        except ConnectionDropped as error:
            if wire.writes or not error.reused:
                raise
        return self._send(wire)

    def download(self, request: Request, sink: IO[bytes], most: int) -> None:
        """Writes what a call answers to `sink`, `most` bytes of it at most, unread and uncompressed.

        A redirect is an error, so that credentials go to no other host. Raises JiraError.
        """
        plain = {"Accept": "*/*", "Accept-Encoding": "identity"}
        wire = replace(encode(request), headers=plain)
        response = self._send(wire, Sink(sink, most))
        nothing = replace(request, expect=Expect.NOTHING)
        self._read(nothing, response, signed_in=not self.auth.anonymous)

    def close(self) -> None:
        """Closes idle connections; the client stays usable. Raises no error."""
        self.transport.close()

    def _send(self, wire: WireRequest, sink: Sink | None = None) -> WireResponse:
        try:
            if self._gate is not None:
                self._gate(wire)  # before signing: a signature is good for minutes only
            headers = self.auth.headers(wire.method, self._signed_url + wire.target)
        except JiraError as error:
            error.located(wire.method, wire.template, self.auth.sender)
            raise
        signed = replace(wire, headers={**wire.headers, **headers})
        try:
            if sink is not None:
                response = self.transport.download(signed, sink.file, sink.most)
            else:
                response = self.transport.send(signed)
        except JiraError as error:
            error.sender = self.auth.sender
            raise
        self.clock = response.date or self.clock
        return response


def _no_jira(error: JiraError, words: str) -> NotJira:
    found = NotJira(
        f"{words} Check the Instance URL.",
        status=error.status,
        messages=error.messages,
        seen=error.seen,
    )
    found.located(error.method or "GET", error.path or "", error.sender)
    return found


def _of_the_call(error: AuthenticationRefused) -> CallRefused:
    found = CallRefused(
        "Jira accepts the account, but refuses this one call.",
        status=error.status,
        messages=error.messages,
        seen=error.seen,
    )
    found.located(error.method or "", error.path or "", error.sender)
    found.from_jira = error.from_jira
    return found


def _to_nobody(request: Request, response: WireResponse) -> AnonymousAnswer:
    error = AnonymousAnswer(
        "Jira answered, but as to nobody or to another account: the credentials did not arrive. "
        "Check that no proxy removes the Authorization header.",
        status=response.status,
        seen={"account named": "another" if response.headers.get("x-aaccountid") else "none"},
    )
    error.located(request.method, request.path)
    error.outcome_unknown = request.changes and response.status < 300
    return error
