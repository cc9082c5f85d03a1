"""A transport to a loopback server, and one that needs none since a test gives its answers."""

import contextlib
import json
from collections.abc import Callable
from typing import IO, Any

from jira_client.auth import Anonymous, Auth, Basic
from jira_client.client import JiraClient
from jira_client.flavour import Flavour
from jira_client.transport import Transport
from jira_client.values import Deployment
from outgoing.address import AddressPolicy
from outgoing.wire import Headers, WireRequest, WireResponse
from tests.outgoing.servers import LOOPBACK


@contextlib.contextmanager
def transport_to(port: int, scheme: str = "http", host: str = "127.0.0.1", **options: Any) -> Any:
    """A transport to a loopback port, closed after the block."""
    transport = Transport(f"{scheme}://{host}:{port}", options.pop("policy", LOOPBACK), **options)
    try:
        yield transport
    finally:
        transport.close()


def answer(
    value: Any, status: int = 200, body: bytes | None = None, **headers: str
) -> WireResponse:
    """A wire response with a JSON body, or with raw bytes."""
    given = {"Content-Type": "application/json"}
    given |= {name.replace("_", "-"): text for name, text in headers.items()}
    raw_body = json.dumps(value).encode() if body is None else body
    return WireResponse(status, Headers(given.items()), raw_body)


class Scripted(Transport):
    """A transport whose answers a test gives; it keeps the requests, with their JSON bodies."""

    def __init__(self, *answers: WireResponse | Callable[[WireRequest], WireResponse]) -> None:
        super().__init__("https://jira.example.com/jira", AddressPolicy(), pool_size=4)
        self.answers = list(answers)
        self.sent: list[WireRequest] = []

    def send(self, request: WireRequest) -> WireResponse:
        self.sent.append(request)
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return given(request) if callable(given) else given

    def download(self, request: WireRequest, sink: IO[bytes], most: int) -> WireResponse:
        answer = self.send(request)
        sink.write(answer.body)
        return answer

    def bodies(self) -> list[Any]:
        return [json.loads(one.body) if one.body else None for one in self.sent]

    def targets(self) -> list[str]:
        return [f"{one.method} {one.target}" for one in self.sent]


CLOUD = Flavour.for_deployment(Deployment.CLOUD)
DATA_CENTER = Flavour.for_deployment(Deployment.DATA_CENTER, (9, 12, 0))
JIRA10 = Flavour.for_deployment(Deployment.DATA_CENTER, (10, 3, 5))


def scripted(flavour: Flavour | None, *answers: Any, auth: Auth | None = None) -> Any:
    """(client, transport): a client of this flavour over a `Scripted` transport."""
    transport = Scripted(*answers)
    return JiraClient(transport, auth or Basic("ann", "s3cret"), flavour), transport


def nobody() -> Anonymous:
    """No credentials."""
    return Anonymous()
