"""A query that is asked a hundred times a second: turned into SQL once, not each time.

For one row by one value. Knows no model by itself and keeps no row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)
_Convert = Callable[[Any], Any]


class CompiledQuery(Generic[M]):
    """`rows(value)`: the query for a value that stands in it once, as text; its columns may be few."""

    def __init__(self, rows: Callable[[str], models.QuerySet[M]]) -> None:
        self._rows = rows
        self._kept: tuple[str, type[M], list[str], list[tuple[int, _Convert]]] | None = None

    def first(self, value: str) -> M | None:
        """The first row, as the query itself would give it; what it leaves out is read when asked for."""
        sql, model, names, converts = self._kept or self._compile()
        with connection.cursor() as cursor:
            cursor.execute(sql, (value,))
            found = cursor.fetchone()
        if found is None:
            return None
        values = list(found)
        for place, convert in converts:
            values[place] = convert(values[place])
        return model.from_db("default", names, values)

    def _compile(self) -> tuple[str, type[M], list[str], list[tuple[int, _Convert]]]:
        mark = "\x00value"
        rows = self._rows(mark)
        compiler = rows.query.get_compiler("default")
        sql, given = compiler.as_sql()
        if tuple(given) != (mark,):
            raise TypeError(f"The query must hold its value once, and nothing else: {given!r}")
        columns = [column for column, _, _ in compiler.select]
        converts = [
            (place, _converter(convert, column))
            for place, (converts, column) in compiler.get_converters(columns).items()
            for convert in converts
        ]
        names = [column.target.attname for column in columns]
        self._kept = sql, rows.model, names, converts
        return self._kept


def _converter(convert: Callable[..., Any], column: Any) -> _Convert:
    return lambda value: convert(value, column, connection)
