"""Each kind of bad certificate is refused by its name, and each way to trust one works."""

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from outgoing.errors import TlsFailed
from outgoing.wire import WireRequest
from tests.outgoing.certificates import Certificate, make
from tests.outgoing.servers import always, channel_to, http, raw

GET = WireRequest("GET", "/rest/x", template="/rest/x")
OLD = {"days": -1, "age": 10}


@pytest.fixture(scope="module")
def authority() -> Certificate:
    return make("Test authority", authority=True)


def call(leaf: Certificate, folder: Path, **options: Any) -> int:
    with raw(always(http(b"{}")), leaf.server_context(folder)) as server:
        with channel_to(server.port, "https", "localhost", **options) as channel:
            return int(channel.send(GET).status)


def refusal(leaf: Certificate, folder: Path, **options: Any) -> TlsFailed:
    with pytest.raises(TlsFailed) as caught:
        call(leaf, folder, **options)
    return caught.value


def test_an_unknown_authority(authority: Certificate, tmp_path: Path) -> None:
    assert refusal(make(issuer=authority), tmp_path).kind == "unknown_ca"


def test_a_self_signed_certificate(tmp_path: Path) -> None:
    assert refusal(make(), tmp_path).kind == "self_signed"


def test_an_expired_certificate(authority: Certificate, tmp_path: Path) -> None:
    error = refusal(make(issuer=authority, **OLD), tmp_path, ca_bundle_pem=authority.pem)
    assert error.kind == "expired"


def test_a_certificate_for_another_host(authority: Certificate, tmp_path: Path) -> None:
    leaf = make("jira.example.com", authority)
    assert refusal(leaf, tmp_path, ca_bundle_pem=authority.pem).kind == "host_mismatch"


def test_a_port_without_tls() -> None:
    def talk(peer: socket.socket) -> None:
        peer.recv(1000)
        peer.sendall(http(b"plain", "400 Bad Request"))

    with raw(talk) as server:
        with channel_to(server.port, "https", read_timeout=2, connect_timeout=2) as channel:
            with pytest.raises(TlsFailed):
                channel.send(GET)


def test_the_authority_as_ca_bundle_is_trusted(authority: Certificate, tmp_path: Path) -> None:
    assert call(make(issuer=authority), tmp_path, ca_bundle_pem=authority.pem) == 200


def test_the_certificate_itself_as_ca_bundle_is_trusted(tmp_path: Path) -> None:
    leaf = make()
    assert call(leaf, tmp_path, ca_bundle_pem=leaf.pem) == 200


def test_an_unreadable_ca_bundle_is_said_at_once() -> None:
    with pytest.raises(TlsFailed, match="PEM"), channel_to(1, "https", ca_bundle_pem="nonsense"):
        pass


def test_a_confirmed_fingerprint_is_trusted_even_expired(tmp_path: Path) -> None:
    leaf = make(**OLD)
    colons = ":".join(leaf.fingerprint[i : i + 2] for i in range(0, 64, 2)).upper()
    assert call(leaf, tmp_path, fingerprint=colons) == 200


def test_another_fingerprint_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    received: list[bytes] = []

    def talk(peer: ssl.SSLSocket) -> None:
        received.append(peer.recv(100))

    leaf = make()
    with raw(talk, leaf.server_context(tmp_path)) as server:  # type: ignore[arg-type]
        with channel_to(server.port, "https", fingerprint=make().fingerprint) as channel:
            with pytest.raises(TlsFailed) as caught:
                channel.send(GET)
    assert caught.value.kind == "fingerprint_mismatch"
    assert caught.value.seen["shown SHA-256"] == leaf.fingerprint
    assert b"".join(received) == b""


def test_a_person_can_compare_the_certificate_before_it_is_trusted(tmp_path: Path) -> None:
    received: list[bytes] = []
    leaf = make()
    with raw(lambda peer: received.append(peer.recv(9)), leaf.server_context(tmp_path)) as server:
        with channel_to(server.port, "https", "localhost") as channel:
            shown = channel.certificate()
    assert (shown.fingerprint, shown.self_signed) == (leaf.fingerprint, True)
    assert shown.names == ("localhost",)
    assert b"".join(received) == b""


def test_verification_switched_off(tmp_path: Path) -> None:
    assert call(make(), tmp_path, verify_tls=False) == 200
