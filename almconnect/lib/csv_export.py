"""Lists as CSV files whose cells a spreadsheet cannot run.

A cell that starts like a formula gets an apostrophe before it: spreadsheets show it and do not
execute it. Source of the rule: OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

_DANGEROUS = re.compile(r"^[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")


def neutral(value: object) -> str:
    """The cell's text, harmless in a spreadsheet. Plain negative numbers stay numbers."""
    text = "" if value is None else str(value)
    if _DANGEROUS.match(text) and not _NUMBER.match(text):
        return "'" + text
    return text


class _Line:
    """What csv.writer writes into; hands each line straight on."""

    def write(self, line: str) -> str:
        return line


def csv_response(
    name: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """`name`.csv as a download, written while it is sent, so that a long list needs no memory."""

    def lines() -> Iterator[bytes]:
        writer = csv.writer(_Line())
        yield b"\xef\xbb\xbf"  # Excel takes UTF-8 for its own code page without this mark
        yield str(writer.writerow([neutral(cell) for cell in header])).encode()
        for row in rows:
            yield str(writer.writerow([neutral(cell) for cell in row])).encode()

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "no-store"
    return response
