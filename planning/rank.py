"""Ranks: text whose order by code point is the order of the cards.

Jira's own ranks (`0|i0001f:`) are taken as they come; ours are put between them. Pure functions.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final, Protocol

DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class Ranked(Protocol):
    """A work item, or a row of one."""

    @property
    def pk(self) -> uuid.UUID: ...
    @property
    def rank(self) -> str: ...
    @property
    def created(self) -> datetime: ...


def order_of(item: Ranked) -> tuple[bool, str, datetime, str]:
    """The sort key of cards: ranked ones first, then by age."""
    return (not item.rank, item.rank, item.created, str(item.pk))


def between(low: str, high: str) -> str:
    """A rank above `low` and below `high`; "" is the open end. Raises ValueError where none fits."""
    if high and low >= high:
        raise ValueError("The lower rank is not below the higher one.")
    shared = 0
    while shared < len(low) and shared < len(high) and low[shared] == high[shared]:
        shared += 1
    if high and shared == len(low):
        return low + _below(high[shared:])
    # Here low parts from high at a smaller character (or there is no high): keep low, go above.
    if high:
        middle = _digits(low[shared], high[shared])
        if middle:
            return low[:shared] + middle[len(middle) // 2]
        return low[: shared + 1] + _above(low[shared + 1 :])
    return _above(low)


def _above(low: str) -> str:
    """Text above `low`, short where it can be."""
    if not low:
        return "i"
    higher = _digits(low[0], "\U0010ffff")
    if higher:
        return higher[len(higher) // 2]
    return low[0] + _above(low[1:])


def _below(high: str) -> str:
    """Text that is not empty and below `high`; never ends in the lowest digit."""
    lower = [digit for digit in DIGITS if "0" < digit < high[0]]
    if lower:
        return lower[len(lower) // 2]
    if high[0] < "0" or (high[0] == "0" and len(high) == 1):
        raise ValueError("Nothing fits below this rank.")
    return "0" + (_below(high[1:]) if high[0] == "0" else "i")


def _digits(low: str, high: str) -> str:
    """The digits strictly between two characters."""
    return "".join(digit for digit in DIGITS if low < digit < high)
