"""The API as a whole: every call refuses what it does not know, and every call documents its errors.

Ninja checks what a call declares and passes over the rest in silence; here nothing is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from almconnect.lib.api import Refused, install_error_handlers

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "properties": {
                "code": {"type": "string", "description": "Fixed, for programs."},
                "message": {"type": "string", "description": "A sentence, for people."},
                "fields": {
                    "type": "object",
                    "description": "Field or parameter → its sentences.",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}
SHAPE = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
ALWAYS = {
    "401": "No live token came with the call.",
    "403": "The token's role does not allow the call.",
    "422": "A field or parameter is unknown or cannot be accepted.",
    "default": "Anything else that can go wrong.",
}


class Api(NinjaAPI):
    """NinjaAPI whose calls take nothing unknown, and whose document names the error shape."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        install_error_handlers(self)

    def add_router(self, prefix: str, router: Router | str, **options: Any) -> None:
        if isinstance(router, Router):
            for operation in operations_of(router):
                operation.view_func = strict(operation)
        super().add_router(prefix, router, **options)

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**options)
        document["components"]["schemas"]["Error"] = ERROR
        for path, calls in document["paths"].items():
            named = {**ALWAYS, "404": "There is no such thing."} if "{" in path else ALWAYS
            for call in calls.values():
                for status, words in named.items():
                    call["responses"].setdefault(status, {"description": words, **SHAPE})
        return document


def operations_of(router: Router) -> Iterator[Operation]:
    """The calls of a router and of the routers in it."""
    for view in router.path_operations.values():
        yield from view.operations
    for _prefix, inner, *_options in router._routers:
        yield from operations_of(inner)


def strict(operation: Operation) -> Callable[..., Any]:
    """The call's view, preceded by the refusal of parameters and bodies that it does not declare.

    It runs after the role was judged: a refused role learns nothing here.
    """
    view = operation.view_func
    sources = {model.__ninja_param_source__ for model in operation.models}
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }
    extra = (operation.openapi_extra or {}).get("parameters", [])
    known |= {row["name"] for row in extra if row["in"] == "query"}

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **values: Any) -> Any:
        unknown = set(request.GET) - known
        if unknown:
            raise unheard_of("Some parameters are not known here.", unknown, "parameter")
        if "body" not in sources:
            refuse_body(request)
        return view(request, *args, **values)

    return checked


def refuse_body(request: HttpRequest) -> None:
    """For a call that takes none: nothing, `{}` and `null` are well, fields are refused (422)."""
    if request.method == "GET" or not request.body.strip():
        return
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError as problem:
        raise Refused("The body is not JSON.", code="bad_request", status=400) from problem
    if isinstance(body, dict) and body:
        raise unheard_of("This call takes no fields.", set(body), "field")
    if body not in (None, {}):
        raise Refused("This call takes no body.", fields={"body": ["Send none."]})


def unheard_of(sentence: str, names: set[str], what: str) -> Refused:
    fields = {name: [f"There is no such {what}."] for name in sorted(names)}
    return Refused(sentence, fields=fields)
