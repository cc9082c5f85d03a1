"""The real Jira that the contract suite may be tried on, and the one door to it.

ALMCONNECT_TEST_JIRA_URL       its address: https, unless it is on this machine
ALMCONNECT_TEST_JIRA_PROJECT   the key of the project in which tests make and delete things; no other
ALMCONNECT_TEST_JIRA_USER      e-mail (Cloud) or user name; left out: the secret is an access token
ALMCONNECT_TEST_JIRA_SECRET    API token, password or personal access token
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PREFIX = "ALMCONNECT_TEST_JIRA_"


class Unusable(ValueError):
    """The variables name no Jira that tests may be run against; the message says why."""


@dataclass(frozen=True, slots=True)
class RealJira:
    url: str
    project: str
    user: str
    secret: str = field(repr=False)

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").lower()

    @property
    def port(self) -> int:
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def here(self) -> bool:
        """Whether it is on this machine."""
        return self.host == "localhost" or _is_loopback(self.host)


def named(variables: Mapping[str, str] | None = None) -> RealJira | None:
    """The Jira that the variables name; None where they name none. Raises Unusable."""
    given = os.environ if variables is None else variables
    url = given.get(f"{PREFIX}URL", "").rstrip("/")
    if not url:
        return None
    lacking = [word for word in ("PROJECT", "SECRET") if not given.get(f"{PREFIX}{word}")]
    if lacking:
        words = " and ".join(f"{PREFIX}{word}" for word in lacking)
        raise Unusable(f"{PREFIX}URL needs {words} beside it.")
    user = given.get(f"{PREFIX}USER", "")
    found = RealJira(url, given[f"{PREFIX}PROJECT"], user, given[f"{PREFIX}SECRET"])
    scheme = urlsplit(url).scheme
    if not found.host or "@" in urlsplit(url).netloc or scheme not in ("http", "https"):
        raise Unusable(f"{PREFIX}URL is no address such as https://jira.example.com.")
    if scheme == "http" and not found.here:
        raise Unusable(f"{PREFIX}URL must be https: the secret would travel in the open.")
    return found


class Door:
    """What the closed network lets through: this host's port, at the addresses its name leads to."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._addresses = {host} if _is_address(host) else set()

    def names(self, host: str) -> bool:
        return host.lower().rstrip(".") == self.host

    def note(self, answers: Iterable[Any]) -> None:
        """What resolving its name has led to."""
        self._addresses |= {str(answer[4][0]) for answer in answers}

    def lets(self, address: Any) -> bool:
        pair = isinstance(address, tuple) and len(address) >= 2
        return pair and address[1] == self.port and str(address[0]) in self._addresses


def door() -> Door | None:
    """For the Jira that the variables name, unless it is on this machine. Raises Unusable."""
    jira = named()
    return None if jira is None or jira.here else Door(jira.host, jira.port)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_loopback
