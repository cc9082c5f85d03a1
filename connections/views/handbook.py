"""docs/troubleshooting.md as a page of the console, so that a failure's anchor leads somewhere.

Knows the few marks that this one document uses; everything else is shown as text, escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

_MARK = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Section:
    """A part with its heading: `level` 2 or 3, `anchor` what a link names, `blocks` its paragraphs."""

    level: int
    title: str
    anchor: str
    blocks: tuple[SafeString, ...]


@lru_cache(maxsize=1)
def troubleshooting() -> tuple[Section, ...]:
    """The document, read once. Raises OSError where the installation lacks it."""
    text = (settings.ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    return tuple(_sections(text))


def _sections(text: str) -> list[Section]:
    found: list[Section] = []
    for part in re.split(r"^(?=#{1,3} )", text, flags=re.MULTILINE):
        head, _, rest = part.partition("\n")
        marks, _, title = head.partition(" ")
        if not marks.startswith("#"):
            continue
        blocks = tuple(_block(one) for one in re.split(r"\n\s*\n", rest.strip()) if one.strip())
        found.append(Section(max(2, len(marks)), title, _anchor(title), blocks))
    return found


def _block(text: str) -> SafeString:
    lines = text.strip().splitlines()
    if all(line.startswith(("- ", "  ")) for line in lines):
        items = re.split(r"^- ", text.strip(), flags=re.MULTILINE)[1:]
        return format_html(
            "<ul>{}</ul>", _joined([format_html("<li>{}</li>", _inline(one)) for one in items])
        )
    return format_html("<p>{}</p>", _inline(" ".join(lines)))


def _inline(text: str) -> SafeString:
    """Code, bold and links; an address is only followed within the document or by https."""
    parts, at = [], 0
    for mark in _MARK.finditer(text):
        parts.append(escape(text[at : mark.start()]))
        code, bold, words, address = mark.groups()
        if code:
            parts.append(format_html("<code>{}</code>", code))
        elif bold:
            parts.append(format_html("<strong>{}</strong>", bold))
        elif address.startswith(("#", "https://")):
            parts.append(
                format_html('<a href="{}" rel="noopener noreferrer">{}</a>', address, words)
            )
        else:
            parts.append(escape(words))  # another document, which the console does not show
        at = mark.end()
    return _joined([*parts, escape(text[at:])])


def _joined(parts: list[SafeString]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308 - each part was escaped where it was made


def _anchor(title: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
