"""Every call of the API documents what it answers, and the one error shape."""

from __future__ import annotations

from collections import Counter

from jsonschema import Draft202012Validator

from almconnect.urls import api
from tests.api.document import document, operations

ERROR = {"$ref": "#/components/schemas/Error"}


def test_every_call_documents_success() -> None:
    lacking = []
    for method, path, operation in operations():
        fine = {str(s): r for s, r in operation["responses"].items() if str(s).startswith("2")}
        shapes = {s: list(r.get("content", {}).values()) for s, r in fine.items() if s != "204"}
        if not fine or any(not some or not some[0].get("schema") for some in shapes.values()):
            lacking.append(f"{method} {path}")
    assert not lacking
    assert len(operations()) >= 60


def test_every_call_documents_its_errors() -> None:
    for method, path, operation in operations():
        wanted = {"401", "403", "422", "default"} | ({"404"} if "{" in path else set())
        for status in wanted:
            shape = operation["responses"][status]["content"]["application/json"]["schema"]
            assert shape == ERROR, f"{method} {path} {status}"


def test_every_call_has_words_and_a_name_of_its_own() -> None:
    names = Counter(operation["operationId"] for _m, _p, operation in operations())
    assert [name for name, count in names.items() if count > 1] == []
    assert all(operation["summary"] for _m, _p, operation in operations())


def test_every_reference_leads_somewhere() -> None:
    schemas = document()["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)

    def references(value: object) -> set[str]:
        if isinstance(value, dict):
            inner = {ref for one in value.values() for ref in references(one)}
            return inner | ({value["$ref"]} if isinstance(value.get("$ref"), str) else set())
        return (
            {ref for one in value for ref in references(one)} if isinstance(value, list) else set()
        )

    assert {ref.rpartition("/")[2] for ref in references(document())} <= set(schemas)


def test_no_two_shapes_share_a_name() -> None:
    """The document keeps one shape for a name, so that a second one would be hidden."""
    shapes: dict[str, set[str]] = {}

    def collect(model: object) -> None:
        fields = getattr(model, "model_fields", None)
        if fields is None or model in seen:
            return
        seen.add(model)
        module = f"{model.__module__}.{model.__qualname__}"  # type: ignore[attr-defined]
        shapes.setdefault(model.__name__, set()).add(module)  # type: ignore[attr-defined]
        for field in fields.values():
            walk(field.annotation)

    def walk(annotation: object) -> None:
        collect(annotation)
        for inner in getattr(annotation, "__args__", ()):
            walk(inner)

    seen: set[object] = set()
    for bound in api._get_bound_routers():
        for view in bound.path_operations.values():
            for operation in view.operations:
                for model in operation.response_models.values():
                    if hasattr(model, "model_fields"):
                        for field in model.model_fields.values():
                            walk(field.annotation)
    assert {name: places for name, places in shapes.items() if len(places) > 1} == {}
    assert len(shapes) > 40
