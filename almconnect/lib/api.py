"""The plumbing of the JSON API: error shape, strict bodies, cursors. Knows no domain word.

Every error answers `{"error": {"code", "message", "fields"}}`; a verb that refuses raises `Refused`.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import models
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as BodyInvalid
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

Row = TypeVar("Row", bound=Model)
MOST = 500


class Refused(Exception):
    """A verb or a call refuses, with words for the person. Raised by verbs as well as by API code.

    `fields` maps a field's name to its sentences, for forms and API alike.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "invalid",
        status: int = 422,
        fields: dict[str, list[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.code, self.status, self.fields = message, code, status, fields or {}


class Strict(Schema):
    """What a caller sends, as body or query: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Listing(Strict):
    """Which page of a list: `cursor` is the `next` of the page before."""

    cursor: str | None = None
    limit: int = Field(default=100, ge=1, le=MOST)


class Answer(BaseModel):
    """What a call answers, said once (decision 0077): a subclass names the fields, for the document, and
    its classmethod `of(row, …)` makes them from the row.

    Not ninja's `Schema`, which reads every field through a getter that only `resolve_x` methods need.
    """


Shown = TypeVar("Shown", bound=Answer)


class Page(Answer, Generic[Shown]):
    """One page of a list; `next` is the cursor of the next page, null on the last."""

    items: list[Shown]
    next: str | None


def words(*some: str) -> WithJsonSchema:
    """For `Annotated[str, words(…)]`: what a row's text can be, told in the document alone.

    A row's text is `str` for mypy, so that a `Literal` would need a cast; and a word that is missing in
    the list must not keep the row from being shown.
    """
    return WithJsonSchema({"enum": list(some), "type": "string"})


def answer(shown: Answer | Sequence[Answer], status: int = 200) -> HttpResponse:
    """`shown` as JSON: by its names for the outside, moments in UTC with a Z, and without the
    fields with a default that were not given."""
    text = _text(shown) if isinstance(shown, Answer) else f"[{','.join(map(_text, shown))}]"
    return HttpResponse(text, status=status, content_type="application/json")


def _text(shown: Answer) -> str:
    return shown.model_dump_json(by_alias=True, exclude_unset=True)


def as_json(data: Any, status: int = 200) -> HttpResponse:
    """What is no row's answer, such as an error; everything else goes through `answer`."""
    return HttpResponse(
        orjson.dumps(data, option=orjson.OPT_UTC_Z), status=status, content_type="application/json"
    )


def error(
    status: int, code: str, message: str, fields: dict[str, list[str]] | None = None
) -> HttpResponse:
    response = as_json(
        {"error": {"code": code, "message": message, "fields": fields or {}}}, status
    )
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def install_error_handlers(api: NinjaAPI) -> None:
    """Give `api` the one error shape for everything that can go wrong on a caller's side."""

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, problem: Refused) -> HttpResponse:
        return error(problem.status, problem.code, problem.message, problem.fields)

    @api.exception_handler(BodyInvalid)
    def invalid(request: HttpRequest, problem: BodyInvalid) -> HttpResponse:
        fields: dict[str, list[str]] = {}
        for row in problem.errors:
            place = [
                str(part)
                for part in row["loc"]
                if part not in ("body", "query", "path", "data", "payload")
            ]
            fields.setdefault(".".join(place) or "body", []).append(row["msg"])
        return error(422, "invalid", "Some fields cannot be accepted.", fields)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, problem: Exception) -> HttpResponse:
        return error(401, "unauthenticated", "Send a valid token: Authorization: Bearer <token>.")

    @api.exception_handler(PermissionDenied)
    def denied(request: HttpRequest, problem: Exception) -> HttpResponse:
        return error(403, "forbidden", "This token's role does not allow that.")

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, problem: Exception) -> HttpResponse:
        return error(404, "not_found", "There is nothing at this address.")

    @api.exception_handler(RequestDataTooBig)
    def too_large(request: HttpRequest, problem: Exception) -> HttpResponse:
        return error(413, "too_large", "The body is larger than this server takes.")

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, problem: HttpError) -> HttpResponse:
        return error(problem.status_code, "bad_request", problem.message)


def cursor_of(*parts: Any) -> str:
    return (
        base64.urlsafe_b64encode(orjson.dumps([str(part) for part in parts])).decode().rstrip("=")
    )


def read_cursor(text: str) -> list[str]:
    """The parts of an opaque cursor. Raises Refused (400) where it is not one of ours."""
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, orjson.JSONDecodeError, ValueError) as problem:
        raise Refused(
            "This cursor is not one of ours; start again without it.", code="cursor", status=400
        ) from problem
    return [str(part) for part in parts] if isinstance(parts, list) else [str(parts)]


def page(
    rows: QuerySet[Row], *, cursor: str | None, limit: int, newest_first: bool = False
) -> tuple[list[Row], str | None]:
    """One page by keyset on the primary key, and the cursor of the next (None on the last)."""
    limit = max(1, min(limit, MOST))
    rows = rows.order_by("-pk" if newest_first else "pk")
    if cursor:
        key = _key(rows, (read_cursor(cursor) or [""])[0])
        rows = rows.filter(pk__lt=key) if newest_first else rows.filter(pk__gt=key)
    found = list(rows[: limit + 1])
    return found[:limit], cursor_of(found[limit - 1].pk) if len(found) > limit else None


def listed(
    rows: QuerySet[Row],
    show: Callable[[Row], Answer],
    *,
    cursor: str | None,
    limit: int,
    newest_first: bool = False,
) -> HttpResponse:
    """One page as an answer, a `Page`: the rows as `show` says them, and the cursor of the next."""
    found, following = page(rows, cursor=cursor, limit=limit, newest_first=newest_first)
    # Row by row: hundreds of answers held at once would keep the garbage collector busy.
    items = [orjson.Fragment(_text(show(row))) for row in found]
    return as_json({"items": items, "next": following})


def _key(rows: QuerySet[Row], text: str) -> Any:
    try:
        return uuid.UUID(text) if isinstance(rows.model._meta.pk, models.UUIDField) else int(text)
    except ValueError as problem:
        raise Refused(
            "This cursor is not one of ours; start again without it.", code="cursor", status=400
        ) from problem
