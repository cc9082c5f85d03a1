"""The vendor's OpenAPI documents as a judge of requests: path, method, query and JSON body."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft4Validator

from outgoing.wire import WireRequest

FILES = ("cloud-platform-v3-2025-12.json", "cloud-software-2022-07.json")


@cache
def documents(folder: Path) -> list[dict[str, Any]]:
    return [json.loads((folder / name).read_text("utf-8")) for name in FILES]


def complaints(folder: Path, request: WireRequest) -> list[str]:
    """What the vendor's documents have against a request; v2 paths are judged as their v3 twins."""
    wanted = shape(request.template.replace("/rest/api/2/", "/rest/api/3/"))
    for document in documents(folder):
        for path, operations in document["paths"].items():
            if shape(path) == wanted:
                operation = operations.get(request.method.lower())
                if operation is None:
                    return [f"{request.method} is not offered at {path}"]
                shared = operations.get("parameters", [])
                return [
                    *query_complaints(request, [*shared, *operation.get("parameters", [])]),
                    *body_complaints(request, operation, document),
                ]
    return [f"{request.template} is not documented"]


def shape(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "{}", path)


def query_complaints(request: WireRequest, parameters: list[dict[str, Any]]) -> list[str]:
    sent = {name for name, _ in parse_qsl(request.target.partition("?")[2])}
    known = {row["name"] for row in parameters if row["in"] == "query"}
    needed = {row["name"] for row in parameters if row["in"] == "query" and row.get("required")}
    return [
        *(f"unknown query parameter {name}" for name in sorted(sent - known)),
        *(f"missing query parameter {name}" for name in sorted(needed - sent)),
    ]


def body_complaints(
    request: WireRequest, operation: dict[str, Any], document: dict[str, Any]
) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {})
    if request.body is None:
        return ["a body is required"] if operation.get("requestBody", {}).get("required") else []
    if "application/json" not in content:
        return ["no JSON body is documented"]
    schema = {**content["application/json"]["schema"], "components": document["components"]}
    errors = Draft4Validator(schema).iter_errors(json.loads(request.body))
    return [f"{list(error.absolute_path)}: {error.message[:120]}" for error in errors]
