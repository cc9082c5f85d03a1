"""Addresses as people type them: read in parts and judged before anything is called.

Each refusal is a plain sentence for the field. What a name leads to is judged with each call, by the
transport; here only what can be said at once. It must not resolve or connect.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from almconnect.lib import egress
from almconnect.lib.api import Refused
from outgoing.errors import AddressRefused

_LABEL = re.compile(r"^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$")
LONGEST = 500


def is_one(text: str) -> bool:
    """Whether a pasted text can be an address at all: not too long, and without blanks, control
    characters and backslashes. The text's parts are not looked at.
    """
    odd = any(c.isspace() or ord(c) < 32 or c == "\\" for c in text)
    return len(text) <= LONGEST and not odd


def parts_of(text: str) -> tuple[SplitResult, str]:
    """The parts of an http(s) address, and its host in lower-case ASCII. Raises Refused."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as problem:
        raise no(_("The address cannot be read: check the port number and brackets.")) from problem
    if parts.scheme.lower() not in {"http", "https"}:
        raise no(_("The address must begin with https:// or http://."))
    if "@" in parts.netloc:
        raise no(_("Leave user name and password out of the address; they are asked for later."))
    if port == 0:
        raise no(_("Port 0 cannot be called."))
    return parts, _host(parts.hostname or "")


def _host(name: str) -> str:
    """Lower-case ASCII, IPv6 in brackets. Raises Refused."""
    if ":" in name:
        try:
            return f"[{ipaddress.IPv6Address(name).compressed}]"
        except ValueError as problem:
            raise no(_("The number between the brackets is no IPv6 address.")) from problem
    name = name.rstrip(".")
    try:
        ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError as problem:
        raise no(_("The host name holds letters that no host name can have.")) from problem
    labels = ascii_name.lower().split(".")
    if not name or not all(_LABEL.match(label) for label in labels):
        raise no(_("There is no valid host name in this address."))
    if labels[-1].isdigit() and not _is_ipv4(ascii_name):
        raise no(_("The host looks like a number, but is no IPv4 address."))
    return ascii_name.lower()


def judge(url: str, sentence: str) -> None:
    """Raises Refused where the host is a number that this console must never call; `sentence` takes
    `address`.
    """
    parts = urlsplit(url)
    try:
        number = ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return
    try:
        egress.address_policy().judge(number, int(port_of(parts)))
    except AddressRefused as error:
        told = sentence % {"address": number}
        raise Refused(told, code=error.code, fields={"base_url": [told]}) from error


def default_port(parts: SplitResult) -> bool:
    return (parts.scheme.lower(), parts.port) in {("http", 80), ("https", 443)}


def port_of(parts: SplitResult) -> str:
    return str(parts.port or (443 if parts.scheme == "https" else 80))


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def no(sentence: str) -> Refused:
    """The refusal of an address."""
    return Refused(sentence, code="base_url", fields={"base_url": [sentence]})
