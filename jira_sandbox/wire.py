"""Requests and answers between WSGI and the handlers. It must not know Jira's model."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from .refusal import Refusal

Environ = Mapping[str, Any]


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


@dataclass(slots=True)
class Request:
    """One HTTP request; `path` starts below the context path and is decoded, `raw_path` is not."""

    method: str
    path: str
    raw_path: str
    query: str
    headers: dict[str, str]
    body: bytes
    remote: str = "127.0.0.1"
    params: dict[str, list[str]] = field(default_factory=dict)

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")

    @property
    def is_form(self) -> bool:
        kind = self.header("content-type").split(";")[0].strip().lower()
        return kind == "application/x-www-form-urlencoded"

    def form(self) -> dict[str, str]:
        """The first value of every form field; empty where the body is no form."""
        return dict(self.form_pairs())

    def form_pairs(self) -> list[tuple[str, str]]:
        if not self.is_form:
            return []
        return parse_pairs(self.body)

    def json(self) -> Any:
        """The body as JSON. Raises Refusal 415 for another content type and 400 for bad JSON."""
        if not self.header("content-type").lower().startswith("application/json"):
            raise Refusal(415, "Unsupported Media Type", shape="message")
        try:
            value = json.loads(self.body or b"null", parse_constant=_no_number)
            if b"\\ud" in self.body.lower():
                json.dumps(value, ensure_ascii=False).encode()  # half a character is no text
        except ValueError as error:
            raise Refusal(400, f"Unexpected character in the JSON body: {error}") from error
        return value

    def cookies(self) -> dict[str, str]:
        pairs = (part.strip().partition("=") for part in self.header("cookie").split(";"))
        return {name: value for name, _, value in pairs if name}


@dataclass(slots=True)
class Response:
    """One HTTP answer. `body` is complete: the sandbox never streams."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json;charset=UTF-8"
    headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def status_line(self) -> str:
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"{self.status} Unknown"


def parse_pairs(body: bytes) -> list[tuple[str, str]]:
    """The pairs of a form-encoded body."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def answer(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body)


def nothing(status: int = 204) -> Response:
    return Response(status)


def html(text: str, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Response:
    return Response(status, text.encode(), "text/html;charset=UTF-8", list(headers))


def redirect(to: str) -> Response:
    return Response(302, b"", "text/html;charset=UTF-8", [("Location", to)])


def request_from(environ: Environ, context: str) -> Request:
    """The request of a WSGI environ; the context path is cut off. Raises Refusal 404 outside it."""
    path = (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1")
    text = path.decode("utf-8", "replace")
    if context and not (text == context or text.startswith(context + "/")):
        raise Refusal(404, "Nothing is served outside the context path " + context)
    size = int(environ.get("CONTENT_LENGTH") or 0)
    headers = {
        key[5:].replace("_", "-").lower(): value
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    headers["content-type"] = environ.get("CONTENT_TYPE") or ""
    query = environ.get("QUERY_STRING", "")
    return Request(
        method=environ["REQUEST_METHOD"],
        path=text[len(context) :] or "/",
        raw_path=environ.get("RAW_PATH") or text,
        query=query,
        headers=headers,
        body=environ["wsgi.input"].read(size) if size else b"",
        remote=environ.get("REMOTE_ADDR", "127.0.0.1"),
        params=parse_qs(query, keep_blank_values=True),
    )
