"""Middleware: who really calls. Behind proxies every request comes from the same neighbour, so each trusted
proxy appends the address it was called from to `X-Forwarded-For`; what stands further left, the caller
wrote, and it is believed by nobody.

Sets `REMOTE_ADDR` once, for limits, log and audit trail alike, and takes the headers away, so that
nothing further in can ask them. Counts the proxies (ALMCONNECT_TRUSTED_PROXIES); never guesses.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

UNKNOWN = "unknown"  # a caller over a socket file has no address
SAID_BY_CALLERS = (
    "HTTP_X_FORWARDED_FOR",
    "X_FORWARDED_FOR",
    "HTTP_X_FORWARDED",
    "HTTP_FORWARDED_FOR",
    "HTTP_FORWARDED",
    "HTTP_X_CLUSTER_CLIENT_IP",
    "HTTP_X_CLIENT_IP",
    "HTTP_X_REAL_IP",
    "HTTP_CLIENT_IP",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_CF_CONNECTING_IP",
    "HTTP_VIA",
)


class TrueAddress:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        neighbour, chain = meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", "")
        meta["REMOTE_ADDR"] = true_address(neighbour, chain, settings.TRUSTED_PROXIES)
        for name in SAID_BY_CALLERS:
            meta.pop(name, None)
        return self.get_response(request)


def true_address(neighbour: str, chain: str, proxies: int) -> str:
    """The address that the outermost trusted proxy was called from.

    `chain`: X-Forwarded-For as it came. A shorter one did not come through all proxies: health checks
    and whoever else is inside; then, and where it cannot be read, the neighbour stands.
    """
    hops = chain[-2000:].split(",") if chain.strip() else []
    said = _clean(hops[-proxies]) if 0 < proxies <= len(hops) else None
    return said or _clean(neighbour) or UNKNOWN


def _clean(text: str) -> str | None:
    """Without port and brackets, as gateways write them; IPv4 in IPv6 as IPv4. None if it is no address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def address_of(request: HttpRequest | None) -> str:
    """As the middleware left it; empty where there is no request."""
    return str(request.META.get("REMOTE_ADDR") or "") if request is not None else ""
