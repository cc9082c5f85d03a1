"""The sentences beside the fields of a page: what stands in a field's own error element, and only there."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._field = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("id") or ""
        if tag == "div" and name.startswith("id_") and name.endswith("_error"):
            self._field = name.removeprefix("id_").removesuffix("_error")
            self.found[self._field], self._depth = "", 1
        elif tag == "div" and self._field:
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._field:
            self._depth -= 1
            if not self._depth:
                self._field = ""

    def handle_data(self, data: str) -> None:
        if self._field:
            self.found[self._field] += data


def field_errors(page: str) -> dict[str, str]:
    """Field name → the sentence beside it, for every field that has one."""
    reader = _Reader()
    reader.feed(page)
    return reader.found
