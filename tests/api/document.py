"""The API's own OpenAPI document as the judge of real answers."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.http import HttpResponse
from jsonschema import Draft202012Validator, FormatChecker

from almconnect.urls import api
from tests.callers import ROOT, ApiCaller


@cache
def document() -> dict[str, Any]:
    return dict(api.get_openapi_schema())


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of every call."""
    return [
        (method.upper(), path, operation)
        for path, calls in document()["paths"].items()
        for method, operation in calls.items()
    ]


def found(method: str, path: str) -> dict[str, Any] | None:
    """The operation that this address belongs to; fixed words win over parameters."""
    address = path.partition("?")[0]
    hits = [
        (template.count("{"), -len(template), operation)
        for known, template, operation in operations()
        if known == method and re.fullmatch(re.sub(r"{[^}]+}", "[^/]+", template), address)
    ]
    return min(hits, key=lambda hit: hit[:2])[2] if hits else None


def complaints(method: str, path: str, answer: HttpResponse) -> list[str]:
    """What the document has against this answer."""
    operation = found(method, path)
    if operation is None:
        return [f"{method} {path} is not documented"]
    responses = {str(status): response for status, response in operation["responses"].items()}
    response = responses.get(str(answer.status_code))
    if response is None and answer.status_code >= 400:
        response = responses["default"]
    if response is None:
        return [f"{method} {path} answers {answer.status_code}, which is not documented"]
    if "content" not in response:
        return [f"{method} {path} answers a body"] if answer.content else []
    media = answer.headers.get("Content-Type", "").partition(";")[0]
    if media not in response["content"]:
        return [f"{method} {path} answers {media}, which is not documented"]
    schema = response["content"][media]["schema"]
    if media != "application/json":
        return [] if schema == {"type": "string"} else [f"{method} {path}: {media} is a text"]
    whole = {**schema, "components": document()["components"]}
    judge = Draft202012Validator(whole, format_checker=FormatChecker())
    body = answer.json()
    found_wrong = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in judge.iter_errors(body)]
    return [*found_wrong, *unknown(body, schema), *untidy(body)]


def unknown(value: Any, schema: dict[str, Any], place: str = "") -> list[str]:
    """Fields that are answered and not documented."""
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for choice in schema.get("anyOf", []):
        if value is not None and choice.get("type") != "null":
            return unknown(value, choice, place)
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [word for one in value for word in unknown(one, schema["items"], f"{place}[]")]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    known = schema["properties"]
    wrong = [f"{place}.{name} is not documented" for name in value if name not in known]
    for name, inner in known.items():
        if name in value:
            wrong += unknown(value[name], inner, f"{place}.{name}")
    return wrong


def untidy(value: Any, place: str = "") -> list[str]:
    """Moments that are not written with a Z."""
    if isinstance(value, dict):
        return [word for name, one in value.items() for word in untidy(one, f"{place}.{name}")]
    if isinstance(value, list):
        return [word for one in value for word in untidy(one, f"{place}[]")]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*", value):
        return [] if value.endswith("Z") else [f"{place}: {value} is not in UTC with a Z"]
    return []


class JudgedCaller(ApiCaller):
    """An ApiCaller whose every answer must be as documented. `seen`: what was answered, by call."""

    def __init__(self, token: str | None = None) -> None:
        super().__init__(token)
        self.seen: set[str] = set()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        answer = super().call(method, path, body, **headers)
        full = path if path.startswith(ROOT) else ROOT + path
        wrong = complaints(method, full, answer)
        assert not wrong, (
            f"{method} {path} ({answer.status_code}): {wrong}\n{answer.content[:600]!r}"
        )
        operation = found(method, full)
        if operation is not None and answer.status_code < 400:
            self.seen.add(operation["operationId"])
        return answer
