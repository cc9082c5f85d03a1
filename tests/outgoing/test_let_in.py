"""What servers before the one that is called ask for: a client certificate, headers, a proxy's login."""

from __future__ import annotations

import base64
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outgoing.client_certificate import ClientCertificate
from outgoing.errors import ProxyFailed, TlsFailed
from outgoing.http_proxy import Login
from outgoing.wire import WireRequest
from tests.outgoing.certificates import Certificate, make
from tests.outgoing.proxies import Proxy, proxying
from tests.outgoing.servers import Raw, always, channel_to, http, raw, read_request

GET = WireRequest("GET", "/rest/x", template="/rest/x")
AUTHORITY = make("Test authority", authority=True)
OTHERS = make("Another authority", authority=True)
OURS = make("alm-connect", AUTHORITY)
LOGIN = Login("alm", "pröxy-canary-77")


def certificate(one: Certificate, key: str = "") -> ClientCertificate:
    return ClientCertificate(one.pem, key or one.key_pem)


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def asking(request: Any, tmp_path: Path) -> Iterator[Raw]:
    """A server that lets in who shows a certificate of the authority; says so in its TLS version's way."""
    context = make("localhost", AUTHORITY).server_context(tmp_path, clients=AUTHORITY.pem)
    context.minimum_version = context.maximum_version = request.param
    with raw(always(http(b"{}")), context) as server:
        yield server


def called(server: Raw, **options: Any) -> int:
    given = {"ca_bundle_pem": AUTHORITY.pem} | options
    with channel_to(server.port, "https", "localhost", **given) as channel:
        return int(channel.send(GET).status)


def kind_of(server: Raw, **options: Any) -> str:
    with pytest.raises(TlsFailed) as caught:
        called(server, **options)
    return caught.value.kind


def test_the_certificate_opens(asking: Raw) -> None:
    assert called(asking, client_certificate=certificate(OURS)) == 200
    assert called(asking, client_certificate=certificate(OURS), verify_tls=False) == 200


def test_none_is_wanted_and_another_is_refused(asking: Raw) -> None:
    # TLS 1.2 has no word of its own for it: the server breaks the handshake off.
    assert kind_of(asking) in ("client_certificate", "broken_off")
    theirs = certificate(make("alm-connect", OTHERS))
    assert kind_of(asking, client_certificate=theirs) == "client_certificate_refused"
    ended = certificate(make("alm-connect", AUTHORITY, days=-1, age=10))
    assert kind_of(asking, client_certificate=ended) == "client_certificate_refused"


@pytest.mark.parametrize("key", [make().key_pem, "no key", OURS.key_sealed_by("x")])
def test_what_cannot_be_shown_is_said_before_a_call(key: str) -> None:
    bad = certificate(OURS, key)
    with pytest.raises(TlsFailed) as caught, channel_to(9, "https", client_certificate=bad):
        pass
    assert caught.value.kind == "client_certificate_unusable"


def test_no_key_lies_readable_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asking: Raw
) -> None:
    """Python reads certificates from files alone: what is in the file, and that it is gone afterwards."""
    seen: list[tuple[str, int]] = []
    load = ssl.SSLContext.load_cert_chain

    def looked(context: ssl.SSLContext, file: Any, *more: Any, **options: Any) -> None:
        seen.append((Path(file).read_text(), Path(file).stat().st_mode & 0o777))
        load(context, file, *more, **options)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", looked)
    before = sorted(tmp_path.iterdir())
    assert called(asking, client_certificate=certificate(OURS)) == 200
    text, mode = seen[0]
    assert "ENCRYPTED PRIVATE KEY" in text
    assert OURS.key_pem.splitlines()[1] not in text
    assert mode == 0o600
    assert sorted(tmp_path.iterdir()) == before
    assert OURS.key_pem.splitlines()[1] not in repr(certificate(OURS))


def test_extra_headers_go_along_and_displace_none_of_ours() -> None:
    extra = {"CF-Access-Client-Id": "abc", "user-agent": "mine", "host": "elsewhere"}
    heads: list[bytes] = []

    def talk(peer: Any) -> None:
        while head := read_request(peer):
            heads.append(head)
            peer.sendall(http(b"{}"))

    with raw(talk) as server, channel_to(server.port, extra_headers=extra) as channel:
        channel.send(
            WireRequest("GET", "/x", {"CF-ACCESS-client-id": "of the call"}, template="/x")
        )
        channel.send(GET)
    assert b"CF-Access-Client-Id: abc" in heads[1]
    assert b"CF-ACCESS-client-id: of the call" in heads[0]
    assert b"abc" not in heads[0]
    assert b"ALMConnect" in heads[1]
    assert b"mine" not in heads[1]
    assert b"elsewhere" not in heads[1]


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with proxying() as running:
        running.ask_for(LOGIN.username, LOGIN.password)
        yield running


@pytest.fixture(params=["http", "https"])
def behind(request: Any, proxy: Proxy, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """How to call a server through the proxy, by a tunnel and without one."""
    context = make("localhost", AUTHORITY).server_context(tmp_path)
    context = context if request.param == "https" else None
    heads: list[bytes] = []

    def talk(peer: Any) -> None:
        while head := read_request(peer):
            heads.append(head)
            peer.sendall(http(b"{}"))

    with raw(talk, context) as server:
        options = {"ca_bundle_pem": AUTHORITY.pem, "proxy": proxy.url}
        yield {"port": server.port, "scheme": request.param, "host": "localhost", "heads": heads,
               "options": options}  # fmt: skip


def through(behind: dict[str, Any], **more: Any) -> Any:
    options = behind["options"] | more
    return channel_to(behind["port"], behind["scheme"], behind["host"], **options)


def test_the_proxy_is_signed_in_to_and_the_server_is_not_told(
    behind: dict[str, Any], proxy: Proxy
) -> None:
    with through(behind, proxy_login=LOGIN, extra_headers={"X-Gate": "open-3"}) as channel:
        assert [channel.send(GET).status for _ in range(2)] == [200, 200]
    pair = base64.b64encode(f"{LOGIN.username}:{LOGIN.password}".encode())
    assert all(b"Basic " + pair in one for one in proxy.asked)
    assert all(b"X-Gate: open-3" in one for one in behind["heads"])
    if behind["scheme"] == "https":
        assert not any(b"Proxy-Authorization" in one for one in behind["heads"])
        assert not any(b"X-Gate" in one for one in proxy.asked)


@pytest.mark.parametrize(
    ("login", "offers", "kind"),
    [
        (None, 'Basic realm="corp"', "login_wanted"),
        (LOGIN, 'Basic realm="corp"', "login_refused"),
        (LOGIN, "", "login_refused"),
        (LOGIN, "Negotiate", "login_unknown"),
        (None, "NTLM", "login_unknown"),
        (LOGIN, 'Digest realm="basically", nonce="abc"', "login_unknown"),
        (LOGIN, 'NTLM, Basic realm="corp"', "login_refused"),
    ],
)
def test_each_refusal_by_its_name(
    behind: dict[str, Any], proxy: Proxy, login: Login | None, offers: str, kind: str
) -> None:
    proxy.login = b""
    headers = {"Proxy_Authenticate": offers} if offers else {}
    proxy.refuse("407 Proxy Authentication Required", **headers)
    with through(behind, proxy_login=login) as channel, pytest.raises(ProxyFailed) as caught:
        channel.send(GET)
    assert caught.value.kind == kind
    assert not caught.value.transient
    told = f"{caught.value} {caught.value.seen} {caught.value!r} {LOGIN!r}"
    assert "canary" not in told
    assert "nonce" not in told
