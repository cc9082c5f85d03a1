"""A second look at a server's TLS, after a call failed or for a person to compare. It sends nothing.

What OpenSSL says of a failed handshake does not tell which certificate of the chain it means, and a TLS
1.3 server turns a client down only after the client takes the handshake for done.

Source: none; there is no rule about Jira here.
"""

import ssl
import time
from dataclasses import replace
from datetime import UTC, datetime

from outgoing.connection_pool import SecureLine
from outgoing.dial import Call, Endpoint
from outgoing.errors import CallFailed, TlsFailed
from outgoing.tls import CertificateFacts, certificate_facts, chain_failure, tls_failure, trust

_LATE = 1.0  # seconds to wait for a server's word on a handshake that seemed to be over


def shown(end: Endpoint, seconds: float) -> CertificateFacts:
    """The certificate that the server shows, trusted or not. Raises ConnectFailed."""
    unjudged = replace(end, context=trust(False, None, None), fingerprint=None)
    line = _line(unjudged)
    try:
        with Call(time.monotonic() + seconds, writes=False):
            line.connect()
        return certificate_facts(line.certificate())
    finally:
        line.close()


def of_the_chain(error: TlsFailed, end: Endpoint) -> TlsFailed:
    """The failure, told of the certificate of the chain that is out of its time.

    Raises no CallFailed: where the second look fails, the failure is returned as it was.
    """
    if error.kind not in ("expired", "not_yet_valid"):
        return error
    try:
        leaf = shown(end, end.connect_timeout)
    except CallFailed:
        return error  # what is known stands
    return chain_failure(error, leaf, datetime.now(UTC))


def late_refusal(end: Endpoint) -> TlsFailed | None:
    """The refusal of a server that turns a finished handshake down, as for want of a client certificate.

    None where it does not. Raises no CallFailed. Its alert may be lost where a request was under way,
    so here nothing follows the handshake.
    """
    if end.context is None:
        return None
    line = _line(end)
    try:
        with Call(time.monotonic() + end.connect_timeout + _LATE, writes=False):
            line.connect()
            line.sock.settimeout(_LATE)
            line.sock.recv(1)
    except (CallFailed, OSError) as error:
        if isinstance(error, ssl.SSLError) and "ALERT" in str(error):
            return tls_failure(error, end.host, end.shows_certificate)
        return error if isinstance(error, TlsFailed) else None
    finally:
        line.close()
    return None


def _line(end: Endpoint) -> SecureLine:
    return SecureLine(end.host, end.port, ssl_context=end.context, endpoint=end)
