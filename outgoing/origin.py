"""A base URL taken apart: scheme, host, port and path.

Pure; resolving the name is `address`'s business.

Source: none; there is no rule about Jira here.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from outgoing.errors import UrlUnusable


@dataclass(frozen=True, slots=True)
class Origin:
    """A base URL in parts. `host` is ASCII (IDNA); `path` has no trailing slash."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The value of the Host header: with a port where it is not the scheme's own."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


def origin_of(base_url: str) -> Origin:
    """The parts of an http(s) base URL. Raises UrlUnusable, with a sentence, for anything else."""
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError as error:
        raise UrlUnusable("The address cannot be read. Write it like https://host/path.") from error
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host:
        raise UrlUnusable("The address must begin with https:// or http:// and name a host.")
    if parts.username is not None or parts.query or parts.fragment:
        raise UrlUnusable("The address must not hold a user name, a query or a fragment.")
    try:
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UrlUnusable("The host name of the address is not a valid name.") from error
    secure = parts.scheme == "https"
    return Origin(secure, host, port or (443 if secure else 80), parts.path.rstrip("/"))
