"""Compares what we signed with what Jira saw, down to the one part that differs.

Jira may echo the signature base string that it computed. It holds the token, so only the names of
parts and the address leave this module, never a parameter's value.

Source of the base string's form: https://www.rfc-editor.org/rfc/rfc5849#section-3.4.1
That Jira echoes it was seen in its answers; the vendor does not say.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from jira_client.auth import base_uri

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Difference:
    """One differing part: `ours` as signed, `theirs` as Jira has it; empty for parameters."""

    part: str
    ours: str
    theirs: str

    @property
    def sentence(self) -> str:
        """The difference in words."""
        if self.part == "parameter":
            return f"the parameter {self.ours or self.theirs} was changed or lost on the way"
        return f"{self.part}: here {self.ours or 'none'}, at Jira {self.theirs or 'none'}"


def url_differences(ours: str, theirs: str) -> tuple[Difference, ...]:
    """Scheme, host, port and path of two addresses; a trailing slash does not count."""
    try:
        left, right = urlsplit(ours.strip()), urlsplit(theirs.strip())
        pairs = (
            ("scheme", left.scheme.lower(), right.scheme.lower()),
            ("host", left.hostname or "", right.hostname or ""),
            ("port", str(_port(left.scheme, left.port)), str(_port(right.scheme, right.port))),
            ("context path", left.path.rstrip("/"), right.path.rstrip("/")),
        )
    except ValueError:
        return ()
    found = [Difference(part, here, there) for part, here, there in pairs if here != there]
    if found and found[0].part == "scheme":
        # The default port follows the scheme; naming both would hide the cause.
        ports_are_default = all(
            _port(side.scheme, side.port) == _DEFAULT_PORTS.get(side.scheme)
            for side in (left, right)
        )
        if ports_are_default:
            found = [one for one in found if one.part != "port"]
    return tuple(found)


def base_string_differences(theirs: str, sent_url: str, method: str) -> tuple[Difference, ...]:
    """The parts in which Jira's base string differs from the request that we signed.

    Empty where it cannot be read.
    """
    segments = theirs.split("&")
    if len(segments) != 3:
        return ()
    found: list[Difference] = []
    if segments[0].upper() != method.upper():
        found.append(Difference("method", method.upper(), segments[0].upper()[:10]))
    found += url_differences(base_uri(sent_url), unquote(segments[1]))
    seen = _by_name(unquote(segments[2]))
    sent = _by_name(urlsplit(sent_url).query)
    names = sorted(name for name in seen.keys() | sent.keys() if not name.startswith("oauth_"))
    found += [
        Difference("parameter", name, "") for name in names if seen.get(name) != sent.get(name)
    ]
    return tuple(found)


def seen_address(base_string: str) -> str:
    """The address in a base string: where Jira believes that it was called."""
    segments = base_string.split("&")
    return unquote(segments[1])[:200] if len(segments) == 3 else ""


def _by_name(query: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: sorted(several) for name, several in values.items()}


def _port(scheme: str, port: int | None) -> int | None:
    return port or _DEFAULT_PORTS.get(scheme.lower())
