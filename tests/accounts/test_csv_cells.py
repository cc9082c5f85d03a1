"""No exported cell is run by a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almconnect.lib.csv_export import csv_response, neutral


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "\ufeff=1"],
)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("text", ["plain", "a=b", "2024-05-01", "-3", "-3.5", "", "{}", "(x)"])
def test_plain_cells_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_every_cell_comes_back_whole_and_harmless(rows: list[list[str]]) -> None:
    rows = [[cell.replace("\x00", "") for cell in row] for row in rows]
    answer = csv_response("x", ["a", "b"], rows)
    text = b"".join(answer.streaming_content).decode("utf-8", "surrogatepass")  # type: ignore[arg-type]
    back = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert back[1:] == [[neutral(cell) for cell in row] for row in rows]
    for cell in (cell for row in back for cell in row):
        assert not cell.lstrip().startswith(("=", "+", "@"))
