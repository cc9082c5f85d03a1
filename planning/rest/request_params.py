"""Reading what a caller asks for: ids, versions, times, and no parameter that nobody knows."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from almconnect.lib.api import MOST, Refused


def key_of(text: str) -> uuid.UUID:
    """The id in an address. Raises Http404 for what cannot be one."""
    try:
        return uuid.UUID(text)
    except ValueError as problem:
        raise Http404 from problem


def version_wanted(request: HttpRequest) -> int | None:
    """The version that If-Match names; None for none or `*`. Raises Refused (412) for another's tag."""
    header = request.headers.get("If-Match", "").strip()
    if header in {"", "*"}:
        return None
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")]
    versions = [int(tag) for tag in tags if tag.isascii() and tag.isdigit() and len(tag) < 10]
    if not versions:
        raise Refused(
            "If-Match names no version of a work item; send the ETag that you were given.",
            code="stale",
            status=412,
        )
    return max(versions)


KNOWN = {
    "cursor": "The `next` of the answer before.",
    "limit": "How many at most: 1 to 500, 100 by default.",
    "changed_since": "ISO 8601, UTC where it names no zone.",
    "q": "Words of the summary, or a whole key.",
    "key": "The key in Jira, like ABC-1.",
    "wait": "Seconds to wait for the first change: 0 to 25.",
    "project": "Id of a mapped project, or `none`.",
    "team": "Id of a team, or `none`.",
    "iteration": "Id of an iteration, or `none` for the backlog.",
    "item": "Id of a work item at either end.",
}


def documented(*names: str) -> dict[str, Any]:
    """`openapi_extra` for a call that reads these parameters with `Query`."""
    return {
        "parameters": [
            {
                "in": "query",
                "name": name,
                "required": False,
                "description": KNOWN.get(name, ""),
                "schema": {"type": "integer" if name in {"limit", "wait"} else "string"},
            }
            for name in names
        ]
    }


class Query:
    """The query of one call. What the call does not document was refused before (lib.api_calls)."""

    def __init__(self, request: HttpRequest) -> None:
        self._given = request.GET

    def text(self, name: str) -> str:
        return self._given.get(name, "").strip().replace("\x00", "")

    def key(self, name: str) -> uuid.UUID | None:
        if not self.text(name):
            return None
        try:
            return uuid.UUID(self.text(name))
        except ValueError as problem:
            raise _bad(name, "This is not an id.") from problem

    def moment(self, name: str) -> datetime.datetime | None:
        """ISO 8601; a time without zone is UTC. A space is a plus that a caller forgot to escape."""
        given = self.text(name).replace(" ", "+")
        if not given:
            return None
        try:
            found = parse_datetime(given) or parse_datetime(f"{given}T00:00:00")
        except ValueError:
            found = None
        if found is None:
            raise _bad(name, "This is not a time like 2025-01-06T12:00:00Z.")
        return found if timezone.is_aware(found) else found.replace(tzinfo=datetime.UTC)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        given = self.text(name)
        if not given:
            return default
        plain = given.isascii() and given.isdigit() and len(given) < 10
        if not plain or not least <= int(given) <= most:
            raise _bad(name, f"This must be a number from {least} to {most}.")
        return int(given)

    def limit(self) -> int:
        return self.number("limit", 100, 1, MOST)


def _bad(name: str, sentence: str) -> Refused:
    return Refused("Some parameters cannot be accepted.", fields={name: [sentence]})
