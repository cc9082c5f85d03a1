"""Jira's names as words of the board: one line, of a length that the board holds.

Jira's own limits are shorter, but scripts, apps and other databases have put in longer ones. What is
cut ends in an ellipsis, so that it reads as what it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

TYPE: Final = 60  # characters, as of planning's columns
STATUS: Final = 100
PRIORITY: Final = 60
LINK: Final = 60


def one_line(text: object, longest: int) -> str:
    """The text with blanks and line breaks as single blanks, cut where it is too long."""
    line = " ".join(str(text or "").replace("\x00", " ").split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def apart(names: Iterable[str], longest: int) -> list[str]:
    """A word for each name, in order, no two alike: what was cut to the same is numbered."""
    found: dict[str, None] = {}
    for name in names:
        word, number = one_line(name, longest), 1
        while word in found:
            number += 1
            ending = f" {number}"
            word = one_line(name, longest - len(ending)) + ending
        found[word] = None
    return list(found)
