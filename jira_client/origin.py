"""A base URL taken apart: scheme, host, port and path.

Pure; resolving the name is `address`'s business.

Source of a base URL's parts: https://confluence.atlassian.com/adminjiraserver/configuring-the-base-url-938847830.html
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from jira_client.errors import NotJira


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
    """The parts of an http(s) base URL. Raises NotJira, with a sentence, for anything else."""
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError as error:
        raise NotJira(
            "The Instance URL cannot be read. Write it like https://host/path."
        ) from error
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host:
        raise NotJira("The Instance URL must begin with https:// or http:// and name a host.")
    if parts.username is not None or parts.query or parts.fragment:
        raise NotJira("The Instance URL must not hold a user name, a query or a fragment.")
    try:
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise NotJira("The host name of the Instance URL is not a valid name.") from error
    secure = parts.scheme == "https"
    return Origin(secure, host, port or (443 if secure else 80), parts.path.rstrip("/"))
