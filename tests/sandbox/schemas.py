"""Answers against the vendor's OpenAPI documents: schemas turned into JSON Schema."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import jsonschema

from tests.vendor_data import vendor_data

PLATFORM = "cloud-platform-v3-2025-12.json"
SOFTWARE = "cloud-software-2022-07.json"


@lru_cache
def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(vendor_data(f"openapi/{name}").read_text())
    return found


def converted(node: Any) -> Any:
    """OpenAPI 3.0 to JSON Schema: `nullable`, and formats that are no formats there."""
    if isinstance(node, list):
        return [converted(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: converted(value) for key, value in node.items() if key not in (
        "example", "discriminator", "xml", "nullable", "format")}  # fmt: skip
    if node.get("nullable") and isinstance(node.get("type"), str):
        made["type"] = [node["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made


@lru_cache
def components(name: str) -> Any:
    return converted(document(name).get("components", {}))


def documented(name: str, method: str, path: str) -> dict[str, Any]:
    """The answers that the document names for an operation, by status."""
    found: dict[str, Any] = document(name)["paths"][path][method]["responses"]
    return found


def error_problems(value: Any) -> list[str]:
    """What the platform's document has against the body of a refusal."""
    schema = components(PLATFORM)["schemas"]["ErrorCollection"]
    found = jsonschema.Draft7Validator(schema).iter_errors(value)
    return sorted(f"/{'/'.join(map(str, one.path))}: {one.message}"[:200] for one in found)


def example(name: str, method: str, path: str, status: int) -> Any:
    """The document's example of an answer, None where it shows none."""
    content = documented(name, method, path)[str(status)].get("content", {})
    text = content.get("application/json", {}).get("example")
    return json.loads(text) if isinstance(text, str) else text


def problems(name: str, method: str, path: str, status: int, value: Any) -> list[str]:
    """What the document has against the answer: `pointer: message`, sorted."""
    operation = document(name)["paths"][path][method]
    schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
    whole = converted(schema) | {"components": components(name)}
    found = jsonschema.Draft7Validator(whole).iter_errors(value)
    return sorted(f"/{'/'.join(map(str, one.path))}: {one.message}"[:200] for one in found)
