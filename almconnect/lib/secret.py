"""A text that must not be seen: it prints `***`, compares in constant time, cannot be pickled."""

from __future__ import annotations

import hmac
from typing import NoReturn

from almconnect.lib.redact import HIDDEN


class Secret:
    """Holds one secret. `reveal()` is the only way to its text; grep for it to audit every use."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    __hash__ = None  # type: ignore[assignment]  # a hash would let a secret become a dict's printed key

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret does not travel: send the row's id and open it there.")
