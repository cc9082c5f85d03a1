"""The HTTP proxy of a connection, as people type it. It is called by the transport alone.

Only host and port are kept. A user name and password have fields of their own, where they are sealed
(docs/decisions/0090): an address is shown on pages and in the audit trail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from connections.address import addresses


@dataclass(frozen=True, slots=True)
class TrimmedProxy:
    """`http(s)://host:port`, and sentences on what was changed."""

    url: str
    notes: tuple[str, ...]


def trim(pasted: str) -> TrimmedProxy:
    """Raises Refused with a plain sentence where no proxy's address can be made of it."""
    text = pasted.strip()
    notes = [_("Spaces around the proxy's address were removed.")] if text != pasted else []
    if not addresses.is_one(text):
        raise addresses.no(
            _("This is not one address: it holds spaces, backslashes or line breaks.")
        )
    if "@" in text:
        raise addresses.no(
            _(
                "Leave user name and password out of the address: they have fields of their own below, "
                "where they are sealed."
            )
        )
    if "://" not in text:
        text = f"http://{text}"
        notes.append(_("http:// was added in front of the proxy's address."))
    if not re.match(r"https?://", text, re.IGNORECASE):
        raise addresses.no(_("A proxy's address must begin with http:// or https://."))
    parts, host = addresses.parts_of(text)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise addresses.no(
            _(
                "A proxy is a host and a port, such as http://proxy.example.com:3128. The address of "
                "a page or a PAC file cannot be used."
            )
        )
    port = "" if addresses.default_port(parts) or not parts.port else f":{parts.port}"
    return TrimmedProxy(f"{parts.scheme.lower()}://{host}{port}", tuple(notes))


def callable_proxy(pasted: str) -> str:
    """The proxy's address, refused at once where it is a number that this console must never call.
    Raises Refused.
    """
    url = trim(pasted).url
    addresses.judge(
        url,
        _(
            "The console is not allowed to call the address %(address)s. If the proxy is really in "
            "your internal network, the console's operator adds it to the allowed networks."
        ),
    )
    return url


def shown(url: str) -> str:
    """`host:port`, as sentences name it."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{addresses.port_of(parts)}"
