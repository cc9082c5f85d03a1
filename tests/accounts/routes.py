"""Every address of the console, as data for tests: pages with their views, API calls with their roles."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from almconnect.urls import api

NOBODY = str(uuid.UUID(int=7))
SAMPLES = {"uuid": NOBODY, "uuidstr": NOBODY, "int": "7", "str": "some-text", "slug": "some-text"}


@dataclass(frozen=True, slots=True)
class Page:
    route: str
    name: str
    view: Callable[..., Any]

    @property
    def address(self) -> str:
        return "/" + fill(self.route)

    def __str__(self) -> str:
        return self.route or "/"


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    auth: tuple[Any, ...]

    @property
    def address(self) -> str:
        return fill(self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def fill(route: str) -> str:
    """The route with sample values: ids of nothing that exists."""

    def sample(found: re.Match[str]) -> str:
        kind, _, name = found.group(1).rpartition(":")
        return SAMPLES[kind or ("uuid" if name.endswith("id") else "str")]

    return re.sub(r"[<{]([^>}]+)[>}]", sample, route)


def _walk(patterns: list[Any], prefix: str, space: str) -> Iterator[Page]:
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry.url_patterns, route, inner)
        elif isinstance(entry, URLPattern):
            yield Page(route, f"{space}{entry.name}", entry.callback)


def pages() -> list[Page]:
    """Every URL pattern outside of the JSON API."""
    return [
        page for page in _walk(get_resolver().url_patterns, "", "") if "api/v1/" not in page.route
    ]


def calls() -> list[Call]:
    """Every operation of the JSON API, with its full path."""
    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            # What only says that no token may do it stands in no document, and takes nothing.
            for operation in (one for one in view.operations if one.include_in_schema):
                for method in operation.methods:
                    full = "/api/v1/" + f"{prefix}/{path}".replace("//", "/").lstrip("/")
                    found.append(Call(method, full, tuple(operation.auth_callbacks)))
    return found
