"""What goes over the wire and what comes back, as plain values between a protocol and the channel.

No reading of what a server says and no sockets here.

Source: none; there is no rule about Jira here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO


class Headers(Mapping[str, str]):
    """Response headers, looked up without regard to case; repeated ones joined by a comma."""

    __slots__ = ("_values",)

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        values: dict[str, str] = {}
        for name, value in items:
            lower = name.lower()
            values[lower] = f"{values[lower]}, {value}" if lower in values else value
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        # Values may hold secrets of either side; names never do.
        return f"Headers({sorted(self._values)})"


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request ready to be sent.

    target: path and query, relative to the channel's base URL. template: the path without
    values, for metrics and messages. writes: whether losing the answer leaves the server's state unknown.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    template: str = ""
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Sink:
    """Where the body of a good answer is written, `most` bytes of it at most."""

    file: IO[bytes]
    most: int


@dataclass(frozen=True, slots=True)
class WireResponse:
    """An answer: body decompressed, elapsed in seconds, date from the Date header (UTC)."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    elapsed: float = 0.0
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One call as metrics see it. outcome: "answered", or the slug of the error. rate: the headers that
    tell of a budget, lower-case name to value, where the channel knows such headers."""

    method: str
    path_template: str
    status: int | None
    outcome: str
    seconds: float
    rate: Mapping[str, str] = field(default_factory=dict)


def http_date(value: str | None) -> datetime | None:
    """A moment from an HTTP date, None where there is none or it cannot be read."""
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value[:100])
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
