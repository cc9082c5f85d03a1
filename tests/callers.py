"""A caller of the JSON API for tests: one token; answers as Django's test client gives them."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpResponse
from django.test import Client

ROOT = "/api/v1"


class ApiCaller:
    """Calls with one bearer token, or with none. Keyword arguments become request headers."""

    def __init__(self, token: str | None = None) -> None:
        self._client = Client(raise_request_exception=True)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        content: dict[str, Any] = {}
        if body is not None:
            content = {"data": orjson.dumps(body), "content_type": "application/json"}
        address = path if path.startswith(ROOT) else ROOT + path
        return self._client.generic(method, address, headers={**self._headers, **sent}, **content)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("DELETE", path, body, **headers)
