"""A select box of many choices is written as Django writes it, to the letter."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.utils.translation import gettext_lazy

from almconnect.lib.long_select import LongSelect

PLAIN: list[Any] = [
    ("", gettext_lazy("All")), ("a&b", "<b>Sprint</b> “1”"), (7, 'with "quotes"'), (None, "None"),
]  # fmt: skip
GROUPED: list[Any] = [("", "Backlog"), ("PI <1>", [("x", "1"), ("y", "2")]), ("PI 2", [])]


@pytest.mark.parametrize("choices", [PLAIN, GROUPED, []])
@pytest.mark.parametrize("value", ["", "a&b", 7, "y", None, "unknown"])
@pytest.mark.parametrize(
    "attrs", [None, {"id": "id_x", "class": "form-select", "required": True, "disabled": False}]
)
def test_it_is_written_as_django_writes_it(choices: Any, value: Any, attrs: Any) -> None:
    long, plain = LongSelect(choices=choices), forms.Select(choices=choices)
    assert long.render("name<", value, attrs) == plain.render("name<", value, attrs)
