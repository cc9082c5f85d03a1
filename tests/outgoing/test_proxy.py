"""Calls through a proxy: everything that holds without one holds, and only the named proxy is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outgoing.errors import AddressRefused, DnsFailed, ProxyFailed, TlsFailed
from outgoing.wire import WireRequest
from tests.outgoing.certificates import Certificate, make
from tests.outgoing.proxies import Proxy, proxying
from tests.outgoing.servers import Raw, always, channel_to, http, raw

GET = WireRequest("GET", "/rest/x?jql=a%20b%2Fc", template="/rest/x")
AUTHORITY = make("Test authority", authority=True)
UNKNOWN = "jira.only-the-proxy-knows.invalid"


@pytest.fixture
def leaf() -> Certificate:
    return make("localhost", AUTHORITY)


@pytest.fixture
def secure(leaf: Certificate, tmp_path: Path) -> Iterator[Raw]:
    """An https server; its certificate is of `AUTHORITY`."""
    with raw(always(http(b'{"a": 1}')), leaf.server_context(tmp_path)) as server:
        yield server


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with proxying() as running:
        yield running


@pytest.fixture
def secure_proxy(tmp_path: Path) -> Iterator[Proxy]:
    folder = tmp_path / "proxy"
    folder.mkdir()
    with proxying(make("localhost", AUTHORITY).server_context(folder)) as running:
        yield running


def through(proxy: Proxy, server: Raw, scheme: str = "https", /, **options: Any) -> Any:
    given = {"host": "localhost", "ca_bundle_pem": AUTHORITY.pem, "proxy": proxy.url} | options
    return channel_to(server.port, scheme, **given)


def test_https_goes_by_a_tunnel_that_is_kept(proxy: Proxy, secure: Raw) -> None:
    with through(proxy, secure) as channel:
        answers = [channel.send(GET) for _ in range(3)]
    assert [(one.status, one.body) for one in answers] == [(200, b'{"a": 1}')] * 3
    assert proxy.tunnels == [f"localhost:{secure.port}"]
    assert b"rest" not in proxy.asked[0]
    assert b"authorization" not in proxy.asked[0].lower()


def test_http_is_passed_on_by_its_whole_address(proxy: Proxy) -> None:
    with raw(always(http(b"{}"))) as server, through(proxy, server, "http") as channel:
        assert channel.send(GET).status == 200
        assert channel.send(GET).status == 200
        first = f"GET http://localhost:{server.port}/rest/x?jql=a%20b%2Fc HTTP/1.1\r\n"
        assert [one.startswith(first.encode()) for one in proxy.asked] == [True, True]
        assert f"Host: localhost:{server.port}\r\n".encode() in proxy.asked[0]
    assert proxy.server.connections == 1


def test_tls_within_tls(secure_proxy: Proxy, secure: Raw, leaf: Certificate) -> None:
    address = f"https://localhost:{secure_proxy.port}"
    with through(secure_proxy, secure, proxy=address) as channel:
        assert [channel.send(GET).body for _ in range(2)] == [b'{"a": 1}'] * 2
        assert channel.certificate().fingerprint == leaf.fingerprint
    assert secure_proxy.tunnels == [f"localhost:{secure.port}"] * 2
    with raw(always(http(b"{}"))) as plain:
        with through(secure_proxy, plain, "http", proxy=address) as channel:
            assert channel.send(GET).status == 200


def test_an_https_proxy_is_verified_whatever_is_said_of_the_server(
    secure_proxy: Proxy, secure: Raw, leaf: Certificate
) -> None:
    address = f"https://localhost:{secure_proxy.port}"
    for trusted in ({"verify_tls": False}, {"fingerprint": leaf.fingerprint}):
        options = {"ca_bundle_pem": None, "proxy": address, **trusted}
        with through(secure_proxy, secure, **options) as channel:
            with pytest.raises(ProxyFailed) as caught:
                channel.send(GET)
            assert caught.value.kind == "not_trusted"
    assert secure_proxy.asked == []


def test_the_servers_certificate_is_verified_behind_the_proxy(proxy: Proxy, secure: Raw) -> None:
    with through(proxy, secure, ca_bundle_pem=None) as channel:
        with pytest.raises(TlsFailed) as caught:
            channel.send(GET)
    assert caught.value.kind == "unknown_ca"
    with through(proxy, secure, host="127.0.0.1") as channel, pytest.raises(TlsFailed) as other:
        channel.send(GET)
    assert other.value.kind == "host_mismatch"
    with through(proxy, secure, ca_bundle_pem=None, verify_tls=False) as channel:
        assert channel.send(GET).status == 200


@pytest.mark.parametrize("inner", [False, True], ids=["plain proxy", "https proxy"])
def test_the_pin_is_of_the_servers_certificate(
    proxy: Proxy, secure_proxy: Proxy, secure: Raw, leaf: Certificate, inner: bool
) -> None:
    address = f"https://localhost:{secure_proxy.port}" if inner else proxy.url
    with through(proxy, secure, proxy=address, fingerprint=leaf.fingerprint) as channel:
        assert channel.send(GET).status == 200
        assert channel.certificate().fingerprint == leaf.fingerprint
    with through(proxy, secure, proxy=address, fingerprint="ab" * 32) as channel:
        with pytest.raises(TlsFailed) as caught:
            channel.send(GET)
    assert caught.value.kind == "fingerprint_mismatch"


def test_a_redirect_is_not_followed(proxy: Proxy, leaf: Certificate, tmp_path: Path) -> None:
    answer = http(b"", "302 Found", Location="http://127.0.0.1:1/elsewhere")
    with raw(always(answer), leaf.server_context(tmp_path)) as server:
        with through(proxy, server) as channel:
            assert channel.send(GET).status == 302
    assert len(proxy.asked) == 1


def test_the_environments_proxy_is_ignored_beside_the_named_one(
    proxy: Proxy, secure: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "localhost")
    with through(proxy, secure) as channel:
        assert channel.send(GET).status == 200
    assert len(proxy.tunnels) == 1


def test_a_name_that_only_the_proxy_knows(proxy: Proxy, tmp_path: Path) -> None:
    proxy.names[UNKNOWN] = "127.0.0.1"
    with raw(always(http(b"{}")), make(UNKNOWN, AUTHORITY).server_context(tmp_path)) as server:
        with through(proxy, server, host=UNKNOWN) as channel:
            assert channel.send(GET).status == 200
        assert proxy.tunnels == [f"{UNKNOWN}:{server.port}"]
        with through(proxy, server, host=UNKNOWN, proxy=None) as direct, pytest.raises(DnsFailed):
            direct.send(GET)


@pytest.mark.parametrize("host", ["169.254.169.254", "10.1.2.3", "[fe80::1]"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_number_is_judged_before_the_proxy_hears_of_it(
    proxy: Proxy, secure: Raw, scheme: str, host: str
) -> None:
    with through(proxy, secure, scheme, host=host) as channel:
        with pytest.raises(AddressRefused):
            channel.send(GET)
    assert proxy.server.connections == 0


def test_a_name_that_is_known_here_is_judged_too(proxy: Proxy, secure: Raw) -> None:
    def resolver(host: str, port: int) -> list[str]:
        return ["10.1.2.3"] if host == "jira.example.com" else ["127.0.0.1"]

    with through(proxy, secure, host="jira.example.com", resolver=resolver) as channel:
        with pytest.raises(AddressRefused):
            channel.send(GET)
    assert proxy.server.connections == 0


def test_the_proxys_own_address_is_judged_and_rebinding_gains_nothing(
    proxy: Proxy, secure: Raw
) -> None:
    answers = [["127.0.0.1"], ["127.0.0.1", "169.254.169.254"]]

    def resolver(host: str, port: int) -> list[str]:
        return answers.pop(0) if host == "proxy.example.com" else ["127.0.0.1"]

    address = f"http://proxy.example.com:{proxy.port}"
    with through(proxy, secure, proxy=address, resolver=resolver) as channel:
        assert channel.send(GET).status == 200  # the judged address is the one that was called
        channel.close()
        with pytest.raises(ProxyFailed) as caught:
            channel.send(GET)
    assert caught.value.kind == "not_allowed"
    assert proxy.server.connections == 1


@pytest.mark.parametrize(
    "address",
    [
        "socks5://proxy:1080",
        "http://",
        "http://u:p@proxy:3128",
        "http://proxy/wpad.dat",
        "http://p:x",
    ],
)
def test_what_is_no_address_of_a_proxy(address: str) -> None:
    with pytest.raises(ProxyFailed), channel_to(1, proxy=address):
        pass
