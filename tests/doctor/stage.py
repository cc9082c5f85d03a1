"""One sandbox on which failures are provoked by the real client, and what it takes to do so.

Faults are switched over HTTP; the stage puts everything right again after each row. Nothing here
constructs an error.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import requests

from jira_client.auth import Auth, Basic, Bearer, OAuth1
from jira_client.client import JiraClient
from jira_client.dance import access_token, authorize_url, request_token
from jira_client.keys import KeyPair
from jira_client.transport import Transport
from jira_client.values import ServerInfo
from jira_sandbox.rest.tokens import make
from jira_sandbox.server import Handle, running
from tests.doctor.front import Front, fronted
from tests.jira_client.contract.approving import CALLBACK, CONSUMER, add_link, decide
from tests.outgoing.proxies import Proxy, proxying
from tests.outgoing.servers import LOOPBACK

FLAVOURS = ("cloud", "8", "9", "10", "11")
T = TypeVar("T")
NOWHERE = "http://127.0.0.1:9"


class Stage:
    """A running sandbox of one flavour. `entered_url` is what a person typed for the last call."""

    def __init__(self, handle: Handle, pair: KeyPair) -> None:
        self.handle, self.pair = handle, pair
        self.site = handle.site
        self.entered_url = handle.url
        self._things = contextlib.ExitStack()
        self._signing: OAuth1 | None = None

    # -- people

    @property
    def account(self) -> str:
        return "svc-alm@example.com" if self.site.cloud else "svc-alm"

    def login(self) -> Auth:
        """What the service user signs in with: Basic, or where that is off a personal token."""
        if self.site.basic_default:
            return Bearer(make(self.site, self.site.users["svc-alm"], "doctor", None).secret)
        return Basic(self.account, f"svc-alm-{'api-token' if self.site.cloud else 'password'}")

    def link(self) -> None:
        """What a Jira admin does: an application link with our public key."""
        register = self.site.parts["oauth"].register
        if register.consumer(CONSUMER) is None:
            add_link(self.handle, self.pair)

    def signing(self) -> OAuth1:
        """The signing login of an earlier row where its token is still known."""
        known = self.site.parts["oauth"].register.tokens
        if self._signing is None or self._signing.token not in known:
            self._signing = self.danced()
        return self._signing

    def danced(self) -> OAuth1:
        """A signing login after all three legs."""
        self.link()
        begun = self.begun()
        with self.wire() as wire:
            address, _ = decide(self.handle, authorize_url(self.handle.url, begun[0]))
            verifier = parse_qs(urlsplit(address).query)["oauth_verifier"][0]
            made = access_token(
                wire, self.handle.url, CONSUMER, self.pair.private_pem, *begun, verifier
            )
        return OAuth1(CONSUMER, self.pair.private_pem, made.token)

    def begun(self) -> tuple[str, str]:
        """The first leg."""
        with self.wire() as wire:
            token = request_token(wire, self.handle.url, CONSUMER, self.pair.private_pem, CALLBACK)
        return token.token, token.secret

    def traded(self, verifier: str = "x") -> None:
        """The first leg and, without anybody's approval, the third."""
        self.link()
        begun = self.begun()
        with self.wire() as wire:
            access_token(wire, self.handle.url, CONSUMER, self.pair.private_pem, *begun, verifier)

    # -- calls

    def wire(self, url: str = "", **options: Any) -> Transport:
        return Transport(url or self.handle.url, options.pop("policy", LOOPBACK), **options)

    def client(self, auth: Auth | None = None, url: str = "", **options: Any) -> JiraClient:
        """A client that ends with the row."""
        self.entered_url = url or self.handle.url
        wire = self._things.enter_context(self.wire(url, **options))
        return JiraClient(wire, auth or self.login())

    def fault(self, name: str, value: object = True, **more: object) -> None:
        """Switches a fault on over HTTP."""
        body = {"name": name, "value": value, **more}
        answer = requests.post(self._control("faults"), json=body, timeout=10)
        assert answer.status_code == 200, answer.text

    def grant(self, permission: str, granted: bool, project: str = "FALCON") -> None:
        body = {"user": "svc-alm", "project": project, "permission": permission, "granted": granted}
        answer = requests.post(self._control("grants"), json=body, timeout=10)
        assert answer.status_code == 204, answer.text
        if not granted:
            self._things.callback(self.grant, permission, True, project)

    def closed_port(self) -> int:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
        return port

    def proxy(self, context: ssl.SSLContext | None = None) -> Proxy:
        """A proxy that ends with the row."""
        return self._things.enter_context(proxying(context))

    def front(self, *rules: Mapping[str, Any], **options: Any) -> Front:
        """A server before this Jira that answers by rules; it ends with the row."""
        return self._things.enter_context(fronted(self.handle, rules, **options))

    def enter(self, thing: contextlib.AbstractContextManager[T]) -> T:
        """Something that ends with the row."""
        return self._things.enter_context(thing)

    def after(self, undo: Any, *arguments: Any) -> None:
        """Something to be undone when the row is over."""
        self._things.callback(undo, *arguments)

    def info(self) -> ServerInfo:
        """What the instance says of itself, as asked before; faults are off by now."""
        with self.wire() as wire:
            return JiraClient(wire, self.login()).server_info()

    def _control(self, name: str) -> str:
        return f"{self.handle.url}/sandbox/{name}"

    def clean(self) -> None:
        """Everything right again."""
        self._things.close()
        requests.delete(self._control("faults"), timeout=10)
        self.entered_url = self.handle.url


@contextlib.contextmanager
def staged(flavour: str, pair: KeyPair) -> Iterator[Stage]:
    """A stage of a flavour: "cloud", or Data Center's major version."""
    cloud = flavour == "cloud"
    with running(
        "cloud" if cloud else "datacenter",
        10 if cloud else int(flavour),
        context="" if cloud else "/jira",
        tls_door=True,
    ) as handle:
        yield Stage(handle, pair)
