"""A select box of hundreds of choices. Django's own renders two templates for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class LongSelect(forms.Select):
    """Writes what `forms.Select` writes."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        """The whole box; `renderer` is not asked."""
        widget = self.get_context(name, value, attrs)["widget"]
        groups = [_group(named, options) for named, options, _ in widget["optgroups"]]
        return format_html(
            '<select name="{}"{}>{}\n</select>',
            widget["name"],
            _attributes(widget["attrs"]),
            SafeString("".join(groups)),
        )


def _group(name: str | None, options: list[dict[str, Any]]) -> SafeString:
    rows = ((str(one["value"]), _attributes(one["attrs"]), one["label"]) for one in options)
    shown = format_html_join("", '\n  <option value="{}"{}>{}</option>\n', rows)
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, shown) if name else shown


def _attributes(attrs: Mapping[str, Any]) -> SafeString:
    shown = [
        format_html(" {}", name) if value is True else format_html(' {}="{}"', name, str(value))
        for name, value in attrs.items()
        if value is not False
    ]
    return SafeString("".join(shown))
