"""Where this installation may call: built from the operator's settings, judged by the channel.

No page can widen it. It must not decide about a single address: `outgoing.address` does.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

from outgoing.address import AddressPolicy, IPNetwork, resolve
from outgoing.errors import DnsFailed


def address_policy() -> AddressPolicy:
    """What this installation may call: public addresses, and what the operator opened by
    ALMCONNECT_EGRESS_ALLOW. Never the console's own database and broker, whatever was opened.
    """
    minute = int(time.monotonic() // 60)
    closed = [pair for host, port in own_services() for pair in _addresses(host, port, minute)]
    return AddressPolicy(allow=networks(settings.EGRESS_ALLOW), closed=tuple(closed))


def networks(words: Sequence[str]) -> tuple[IPNetwork, ...]:
    """`10.1.0.0/16`, `10.1.2.3` or `::1` as networks. Raises ValueError naming the word."""
    return tuple(ipaddress.ip_network(word, strict=False) for word in words)


def own_services() -> list[tuple[str, int]]:
    """Host and port of the database and the broker, where they are reached by network."""
    database, broker = settings.DATABASES["default"], urlsplit(settings.CELERY_BROKER_URL)
    found = []
    if host := database.get("HOST"):
        # A path is a socket in the file system, which no instance URL can name.
        found += [] if host.startswith("/") else [(host, int(database.get("PORT") or 5432))]
    if broker.hostname:
        found.append((broker.hostname, broker.port or 6379))
    return found


@lru_cache(maxsize=16)
def _addresses(host: str, port: int, minute: int) -> tuple[tuple[str, int], ...]:
    """Asked at most once a minute: `minute` only ages the answer."""
    try:
        return tuple((address, port) for address in resolve(host, port))
    except DnsFailed:
        return ()  # a name without address cannot be reached by an instance URL either
