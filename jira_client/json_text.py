"""JSON as Jira writes it: strict, but for characters that are in JSON and in no database.

Java writes what is in its strings: halves of surrogate pairs (a summary cut in the middle of an emoji)
and NUL. One such character must not make a page of a hundred issues unreadable, so each is read as
U+FFFD, the mark of a character that was lost.

Source: seen in answers of real instances; the vendor does not say that its JSON may hold such characters.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import orjson

_NUL = rb"\u0000"
_LOST = re.compile("[\x00\ud800-\udfff]")
LOST = "\ufffd"


def loads(body: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises ValueError (RecursionError where it nests without end)."""
    if _NUL not in body:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            if rb"\u" not in body:
                raise
    return _cleaned(json.loads(body.decode("utf-8"), parse_constant=_refuse))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _LOST.sub(LOST, value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {_LOST.sub(LOST, name): _cleaned(one) for name, one in value.items()}
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
