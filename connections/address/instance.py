"""What people paste as the address of Jira, and what the instance says of itself.

`trim` makes a base URL of anything copied from a browser and says what it cut; `look` asks the
instance before any credential is typed. It must not send a credential.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from connections.access import gateway
from connections.address import addresses, pasted_paths
from connections.address.addresses import port_of
from connections.models import Connection
from jira_client.cloud_address import is_gateway
from jira_client.values import Deployment, ServerInfo


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A base URL without trailing slash, and sentences on what was changed."""

    url: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the instance told: itself, our clock minus its clock in seconds (None: not told), and
    the sentence that names how its own base URL differs from the entered one (empty: equal)."""

    server: ServerInfo
    skew: float | None
    difference: str


def trim(pasted: str) -> Trimmed:
    """Raises Refused (field `base_url`) with a plain sentence where no address can be made of it."""
    text = pasted.strip()
    notes = [_("Spaces around the address were removed.")] if text != pasted else []
    if not text:
        raise addresses.no(_("Enter the address of your Jira, such as https://jira.example.com."))
    if not addresses.is_one(text):
        raise addresses.no(
            _("This is not one address: it holds spaces, backslashes or line breaks.")
        )
    if "://" not in text:
        # `user:password@host` is no scheme: the sentence on credentials is the better one.
        credentials = "@" in text and not text.lower().startswith("mailto:")
        if re.match(r"^[a-z]+:[^0-9]", text, re.IGNORECASE) and not credentials:
            raise addresses.no(_("The address must begin with https:// or http://."))
        text = f"https://{text}"
        notes.append(_("https:// was added in front."))
    parts, host = addresses.parts_of(text)
    notes += _host_notes(parts.hostname or "", host)
    path = pasted_paths.context(parts.path, host)
    if path != parts.path.rstrip("/"):
        notes.append(
            _("“%(cut)s” was removed: only the address of Jira itself is needed.")
            % {"cut": parts.path[len(path) :][:80]}
        )
    elif parts.path != path:
        notes.append(_("The slash at the end was removed."))
    if parts.query or parts.fragment:
        notes.append(_("What follows the address (after ? or #) was removed."))
    port = "" if parts.port is None or addresses.default_port(parts) else f":{parts.port}"
    return Trimmed(f"{parts.scheme.lower()}://{host}{port}{path}", tuple(notes))


def look(connection: Connection) -> Seen:
    """Asks the instance what it is. `connection` need not be saved. Raises JiraError."""
    return read(gateway.anonymous_for(connection).server_info(), connection.base_url)


def callable_url(pasted: str) -> str:
    """The base URL, refused at once where it is a number that this console must never call.

    What a name leads to is judged with each call. Raises Refused (field `base_url`).
    """
    url = trim(pasted).url
    addresses.judge(
        url,
        _(
            "The console is not allowed to call the address %(address)s. If Jira is really in "
            "your internal network, the console's operator adds it to the allowed networks."
        ),
    )
    return url


def read(server: ServerInfo, entered: str) -> Seen:
    """The answer of the instance, judged against our clock and the entered address."""
    told = server.date_header or server.server_time
    skew = (timezone.now() - told).total_seconds() if told else None
    return Seen(server, skew, difference(entered, server.base_url))


def observe(connection: Connection, server: ServerInfo) -> None:
    """Store what the instance says of itself, where it is news."""
    values = {
        "deployment": server.deployment.value,
        "version": server.version[:40],
        "remote_base_url": server.base_url[:500],
    }
    changed = {name: value for name, value in values.items() if getattr(connection, name) != value}
    if changed:
        connection.store(changed)


def difference(entered: str, told: str) -> str:
    """One sentence that names what differs, or the empty text. A gateway's address is another on
    purpose: what people open is told by Jira itself."""
    if not told or is_gateway(entered):
        return ""
    ours, theirs = urlsplit(entered.rstrip("/")), urlsplit(told.rstrip("/"))
    rows = (
        (_("scheme"), ours.scheme, theirs.scheme),
        (_("host"), ours.hostname or "", theirs.hostname or ""),
        (_("port"), port_of(ours), port_of(theirs)),
        (_("context path"), ours.path or "/", theirs.path or "/"),
    )
    named = [
        _("%(part)s: you entered “%(ours)s”, Jira says “%(theirs)s”")
        % {"part": part, "ours": mine, "theirs": its}
        for part, mine, its in rows
        if str(mine).lower() != str(its).lower()
    ]
    return "; ".join(named)


def words_of(server: ServerInfo) -> str:
    """`Jira Cloud` or `Jira Data Center 10.3.5`."""
    if server.deployment is Deployment.CLOUD:
        return "Jira Cloud"
    return f"Jira Data Center {server.version}"


def _host_notes(typed: str, host: str) -> list[str]:
    notes = []
    if typed.endswith("."):
        notes.append(_("The dot at the end of the host name was removed."))
    if not typed.isascii():
        notes.append(_("The host name is written %(host)s for computers.") % {"host": host})
    return notes
