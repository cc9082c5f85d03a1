"""Nothing was sent: names, ports, addresses, certificates. Real sockets, no fault inside Jira."""

from __future__ import annotations

import socket

from outgoing.address import AddressPolicy
from tests.doctor.rows import Row
from tests.doctor.stage import Stage

ONE = ("10",)


def no_name(stage: Stage) -> None:
    stage.client(url="http://jira.no-such-house.invalid").myself()


def closed(stage: Stage) -> None:
    stage.client(url=f"http://127.0.0.1:{stage.closed_port()}").myself()


def silent(stage: Stage) -> None:
    """A listener whose queue is full: the kernel drops further attempts, as firewalls do."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    stage.after(listener.close)
    port = listener.getsockname()[1]
    for _ in range(4):
        waiting = socket.socket()
        stage.after(waiting.close)
        waiting.setblocking(False)
        waiting.connect_ex(("127.0.0.1", port))
    stage.client(url=f"http://127.0.0.1:{port}", connect_timeout=0.3).myself()


def forbidden(stage: Stage) -> None:
    stage.client(policy=AddressPolicy()).myself()


def shown(kind: str, trusted: bool = True, **options: str) -> object:
    """Calls while this certificate is shown; `trusted`: with the authority as CA bundle."""

    def provoke(stage: Stage) -> None:
        stage.fault("tls_certificate", kind)
        bundle = stage.site.parts["certificates"].authority if trusted else None
        stage.client(url=stage.handle.tls_url, ca_bundle_pem=bundle, **options).myself()

    return provoke


def no_tls(stage: Stage) -> None:
    stage.client(url=stage.handle.url.replace("http:", "https:")).myself()


def _tls(code: str, provoke: object, what: str, *remedy: str) -> Row:
    return Row(code, provoke, what, remedy, ONE)  # type: ignore[arg-type]


ROWS = (
    Row("dns_failed", no_name, "no address", ("spelling", "console's operator", "DNS"), ONE),
    Row("connection_refused", closed, "Nothing answers", ("port", "Jira is running"), ONE),
    Row("connect_timed_out", silent, "in time", ("firewall", "operator"), ONE),
    Row("address_refused", forbidden, "not allowed", ("console's operator", "configuration"), ONE),
    _tls("tls_unknown_ca", shown("unknown_ca", False), "authority", "CA bundle", "Advanced Settings"),
    _tls("tls_self_signed", shown("self_signed", False), "self-signed", "fingerprint", "Advanced"),
    _tls("tls_expired", shown("expired"), "expired", "whoever runs Jira's web server", "renew"),
    _tls("tls_host_mismatch", shown("host_mismatch"), "another host name", "Instance URL"),
    _tls("tls_fingerprint_mismatch", shown("self_signed", False, fingerprint="ab" * 32),
         "another certificate", "Jira's operator", "Advanced Settings"),
    Row("tls_not_offered", no_tls, "without TLS", ("port", "https"), ONE),
)  # fmt: skip
