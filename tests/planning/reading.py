"""Reading a page as a browser would: the values a form holds, and the ids that are there."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class Page(HTMLParser):
    """`ids`: every id. `forms`: the ending of a form's action → what it would send, untouched."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.forms: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] | None = None
        self._select = self._area = ""
        self.feed(content.decode())

    def form(self, ending: str) -> dict[str, str]:
        fit = [form for action, form in self.forms.items() if ending and action.endswith(ending)]
        return dict(fit[0] if ending else self.forms[""])  # "": the page's own address

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attrs)
        self.ids.add(given.get("id") or "")
        if tag == "form":
            self._form = self.forms.setdefault(given.get("action") or "", {})
        if self._form is None:
            return
        if tag == "input" and "disabled" not in given and given.get("name"):
            self._form[given["name"]] = given.get("value") or ""
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and ("selected" in given or self._select not in self._form):
            self._form[self._select] = given.get("value") or ""
        elif tag == "textarea":
            self._area = given["name"]
            self._form[self._area] = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:  # a browser drops the first line's break
            self._form[self._area] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
