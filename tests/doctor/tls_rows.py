"""Handshakes that fail, each by a real certificate or a real server's will."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from jira_client.auth import Anonymous
from outgoing.client_certificate import ClientCertificate
from tests.doctor.rows import Row
from tests.doctor.stage import Stage
from tests.outgoing.servers import raw, read_request

ONE = ("9",)
Pair = tuple[x509.Certificate, rsa.RSAPrivateKey]


def certificate(
    name: str,
    issuer: Pair | None = None,
    *,
    starts: int = -2,
    ends: int = 90,
    bits: int = 2048,
    authority: bool = False,
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
) -> Pair:
    """Valid from `starts` to `ends` days from now; by itself where there is no issuer."""
    key = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issuer[1] if issuer else key
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=starts))
        .not_valid_after(now + dt.timedelta(days=ends))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        made = made.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return made.sign(signer, hashes.SHA256()), key


def pem(*pairs: Pair) -> str:
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one, _ in pairs)


def private(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return text.decode()


def shown(leaf: Pair, *above: Pair) -> ssl.SSLContext:
    """A server's context that shows the leaf with what stands above it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT@SECLEVEL=0")  # a server may be as weak as it likes
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "chain.pem")
        path.write_text(private(leaf[1]) + pem(leaf, *above))
        context.load_cert_chain(path)
    return context


def by(make: Callable[[Pair], ssl.SSLContext]) -> Callable[[Stage], Any]:
    """A look at a server whose certificates come from an authority that is trusted."""

    def provoke(stage: Stage) -> None:
        root = certificate("Root", authority=True)
        front = stage.front(tls=make(root))
        stage.client(Anonymous(), url=front.url, ca_bundle_pem=pem(root)).server_info()

    return provoke


def intermediate_expired(root: Pair) -> ssl.SSLContext:
    middle = certificate("Middle", root, starts=-90, ends=-1, authority=True)
    return shown(certificate("localhost", middle), middle)


def wants_certificate(root: Pair) -> ssl.SSLContext:
    context = shown(certificate("localhost", root))
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def showing(*, foreign: bool) -> Callable[[Stage], Any]:
    """A server that wants a certificate, and is shown one of another authority, or one without its key."""

    def provoke(stage: Stage) -> None:
        root, other = certificate("Root", authority=True), certificate("Other", authority=True)
        purpose = ExtendedKeyUsageOID.CLIENT_AUTH
        own = certificate("alm", other if foreign else root, purpose=purpose)
        key = own[1] if foreign else other[1]
        shows = ClientCertificate(pem(own), private(key))
        context = wants_certificate(root)
        context.load_verify_locations(cadata=pem(root))
        front = stage.front(tls=context)
        options = {"ca_bundle_pem": pem(root), "client_certificate": shows}
        stage.client(Anonymous(), url=front.url, **options).server_info()

    return provoke


def old_versions(root: Pair) -> ssl.SSLContext:
    context = shown(certificate("localhost", root))
    with warnings.catch_warnings():  # that it is out of date is the point
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def hangs_up(stage: Stage) -> None:
    def talk(peer: socket.socket) -> None:
        peer.recv(65536)

    server = stage.enter(raw(talk))
    stage.client(Anonymous(), url=f"https://127.0.0.1:{server.port}").server_info()


def answers_in_tls(stage: Stage) -> None:
    """As a server does that takes an HTTP request for a broken handshake."""

    def talk(peer: socket.socket) -> None:
        read_request(peer)
        peer.sendall(b"\x15\x03\x01\x00\x02\x02\x46")

    server = stage.enter(raw(talk))
    stage.client(Anonymous(), url=f"http://127.0.0.1:{server.port}").server_info()


ROWS = (
    Row("tls_not_yet_valid", by(lambda root: shown(certificate("localhost", root, starts=2))),
        "not valid yet", ("clocks of both servers",), ONE),
    Row("tls_expired", by(lambda root: shown(certificate("localhost", root, starts=-9, ends=-1))),
        "has expired", ("renew",), ONE, name="its own"),
    Row("tls_chain_expired", by(intermediate_expired), "not the server's own (valid until",
        ("intermediate",), ONE),
    Row("tls_weak", by(lambda root: shown(certificate("localhost", root, bits=1024))), "too weak",
        ("2048 bits",), ONE),
    Row("tls_client_certificate", by(wants_certificate), "client certificate",
        ("internal API URL", "private key", "Advanced Settings"), ONE,
        name="after the handshake"),
    Row("tls_client_certificate_refused", showing(foreign=True), "does not accept the client certificate",
        ("which authority", "Advanced Settings"), ONE),
    Row("tls_client_certificate_unusable", showing(foreign=False), "cannot be used together",
        ("both again", "Advanced Settings"), ONE),
    Row("tls_versions", by(old_versions), "no version of TLS", ("TLS 1.2",), ONE),
    Row("tls_wanted", answers_in_tls, "speaks TLS", ("https://",), ONE, name="by an alert"),
    Row("tls_broken_off", hangs_up, "broke off", ("client certificate", "port"), ONE),
    Row("tls_other", by(lambda root: shown(certificate("localhost", root,
        purpose=ExtendedKeyUsageOID.CLIENT_AUTH))), "not accepted", ("certificate", "https"), ONE),
)  # fmt: skip
