"""An HTTP proxy between the console and a server: reading its address, and asking it for a tunnel.

For an https server the proxy is asked to CONNECT (RFC 9110, section 9.3.6) and passes bytes on that it
cannot read; for an http one it is sent the absolute form (RFC 9112, section 3.2.2), which is
`connection_pool`'s matter. A proxy is told its own login and no other credential, by Basic (RFC 7617);
nothing of the environment is read.

Source: none; there is no rule about Jira here.
"""

import base64
import re
import socket
import ssl
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from outgoing.errors import AddressRefused, CallFailed, DnsFailed, ProxyFailed
from outgoing.tls import trust_also

_LONGEST_HEAD = 16_384
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[ \r]")
_OFFERED = re.compile(rb"(?im)^Proxy-Authenticate:[ \t]*([^\r\n]{0,200})")
_KINDS = {407: "login_wanted", 403: "forbids", 501: "not_one"}


@dataclass(frozen=True, slots=True)
class Login:
    """User name, without a colon, and password at a proxy."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where the proxy is; `context` is how an https one is trusted, None for a plain one; `login` what it
    is told.
    """

    host: str
    port: int
    context: ssl.SSLContext | None
    login: Login | None = None

    @property
    def authorization(self) -> dict[str, str]:
        """The header by which it is signed in to; none where no login was given."""
        if self.login is None:
            return {}
        pair = f"{self.login.username}:{self.login.password}".encode()
        return {"Proxy-Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}

    @property
    def seen(self) -> dict[str, str]:
        """The proxy's host and port, as a diagnosis shows them."""
        return {"proxy": f"{self.host}:{self.port}"}


def proxy_at(url: str, ca_bundle_pem: str | None = None, login: Login | None = None) -> Proxy:
    """The proxy at `http(s)://host:port`. Raises ProxyFailed(not_one) where that is no such address.

    An https proxy is verified always: by the public authorities and those of the CA bundle. That
    verification of the server's certificate is off, or pinned, says nothing of the proxy's.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except ValueError as error:  # UnicodeError is one
        raise ProxyFailed("The proxy's address cannot be read.", kind="not_one") from error
    rest = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or rest:
        raise ProxyFailed(
            "The proxy's address must read http://host:port or https://host:port.", kind="not_one"
        )
    if parts.scheme == "http":
        return Proxy(host, port or 80, None, login)
    return Proxy(host, port or 443, trust_also(ca_bundle_pem), login)


def not_reached(error: CallFailed | OSError, proxy: Proxy) -> ProxyFailed:
    """The error for a connection to the proxy that did not come about."""
    where = f"the proxy {proxy.host} on port {proxy.port}"
    if isinstance(error, AddressRefused):
        sentence = f"The console may not call {where}: {error}"
        return ProxyFailed(sentence, kind="not_allowed", seen={**error.seen, **proxy.seen})
    if isinstance(error, DnsFailed):
        reason = "its name has no address"
    elif isinstance(error, TimeoutError):
        reason = "no answer in time"
    else:
        reason = getattr(error, "strerror", None) or type(error).__name__
    seen = {**proxy.seen, "reason": reason}
    return ProxyFailed(f"No connection to {where} came about ({reason}).", seen=seen)


def secured(sock: socket.socket, proxy: Proxy, context: ssl.SSLContext) -> ssl.SSLSocket:
    """TLS with an https proxy itself, around everything else. Raises ProxyFailed; then it is closed."""
    try:
        return context.wrap_socket(sock, server_hostname=proxy.host)
    except OSError as error:
        sock.close()
        raise _unsecured(error, proxy) from error


def open_tunnel(sock: socket.socket, proxy: Proxy, host: str, port: int, seconds: float) -> None:
    """Has the proxy connect to host and port; afterwards the socket leads there.

    Raises ProxyFailed where it does not do so within `seconds`. Its answer is read within bounds,
    and nothing may come behind it: the server at the other end waits for us to speak.
    """
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    own = "".join(f"{name}: {value}\r\n" for name, value in proxy.authorization.items())
    asked = f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\nUser-Agent: ALMConnect\r\n{own}\r\n"
    patience = sock.gettimeout()
    try:
        sock.sendall(asked.encode("ascii"))
        head = _head(sock, time.monotonic() + seconds)
        sock.settimeout(patience)
    except OSError as error:
        sentence = f"The proxy {proxy.host} gave no answer when asked to connect to {where}."
        raise ProxyFailed(sentence, kind="cannot_reach", seen=proxy.seen) from error
    status = _STATUS.match(head)
    if status and not status[1].startswith(b"2"):
        offered = b", ".join(_OFFERED.findall(head)).decode("latin-1")
        raise refused(int(status[1]), proxy, host, offered)
    if status is None or not head.endswith(b"\r\n\r\n"):
        sentence = f"What answers at {proxy.host} on port {proxy.port} is no HTTP proxy."
        raise ProxyFailed(sentence, kind="not_one", seen=proxy.seen)


def refused(status: int, proxy: Proxy, host: str, offered: str = "") -> ProxyFailed:
    """The error for a proxy that answers with a status of its own in place of a way to the host.

    `offered`: the kinds of login that it names where it asks for one.
    """
    kind = _KINDS.get(status) or ("cannot_reach" if status >= 500 else "not_one")
    if kind == "login_wanted" and offered and not re.search(r"(?i)\bbasic\b", offered):
        kind = "login_unknown"
    elif kind == "login_wanted" and proxy.login is not None:
        kind = "login_refused"
    return ProxyFailed(
        f"The proxy {proxy.host} does not lead to {host}: it answers {status}.",
        kind=kind,
        seen={**proxy.seen, "proxy answers": str(status), **_schemes(offered)},
    )


def _schemes(offered: str) -> dict[str, str]:
    """The kinds of login that a proxy names, without their parameters, which may hold anything."""
    names = re.findall(r"(?i)\b(basic|digest|ntlm|negotiate|kerberos|bearer)\b", offered)
    return {"proxy asks for": ", ".join(dict.fromkeys(names))} if names else {}


def _head(sock: socket.socket, deadline: float) -> bytes:
    """What came up to the empty line, and what came with it. Raises OSError."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        sock.settimeout(left)
        part = sock.recv(4096)
        if not part:
            raise ConnectionResetError
        head += part
    return head


def _unsecured(error: OSError, proxy: Proxy) -> ProxyFailed:
    if isinstance(error, ssl.SSLCertVerificationError):
        sentence = f"The certificate of the proxy {proxy.host} is not trusted."
        seen = {**proxy.seen, "verification": str(error.verify_message)}
        return ProxyFailed(sentence, kind="not_trusted", seen=seen)
    if isinstance(error, ssl.SSLError):
        sentence = f"The proxy {proxy.host} speaks no TLS on port {proxy.port}."
        return ProxyFailed(sentence, kind="not_one", seen=proxy.seen)
    return not_reached(error, proxy)
