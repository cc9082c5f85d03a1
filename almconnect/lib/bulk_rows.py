"""Writing many rows of a model at once, several times quicker than `bulk_create` and `bulk_update`.

Those prepare each value of each row by a chain of calls and build statements of thousands of
parameters, `bulk_update` with a CASE for each column and row. Here one function per column is chosen
once; PostgreSQL gets the rows by COPY, SQLite by a prepared statement. Like those, this sends no
signal and calls no `save`. For rows with a primary key of their own or none that is needed back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from functools import lru_cache
from itertools import repeat
from operator import is_
from typing import Any, TypeVar

import orjson
from django.db import connection, models, transaction
from django.db.models.base import ModelState

FEW = 50  # below, a temporary table costs more than it saves
_PLAIN = (
    models.CharField,
    models.TextField,
    models.FloatField,
    models.IntegerField,
)
M = TypeVar("M", bound=models.Model)
Prepare = Callable[[Any], Any]


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model. Raises IntegrityError, DataError."""
    if not rows:
        return
    model = type(rows[0])
    columns = _columns(model, connection.vendor, _without_number(model))
    names = ", ".join(_quoted(column) for column, _, _ in columns)
    values = _values(rows, columns)
    table = _quoted(model._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, f"{table} ({names})", values)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608
    for row in rows:
        row._state.adding, row._state.db = False, "default"


def insert_once(row: models.Model) -> bool:
    """Insert a new row unless a constraint finds it there already; True if it is new.

    One statement, its own transaction where there is none. Raises IntegrityError for other constraints.
    """
    statement, columns = _insertion(type(row), connection.vendor)
    (values,) = _values([row], columns)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount == 1)


def insert_while(row: models.Model, other: models.Model, names: tuple[str, ...]) -> bool:
    """The same, and only while another row, read before, is in these columns what it was then.

    So a decision may rest on what is remembered. A column that is NULL is never what it was.
    """
    statement, columns, known = _insertion_while(type(row), type(other), names, connection.vendor)
    (values,), (held,) = _values([row], columns), _values([other], known)
    with connection.cursor() as cursor:
        cursor.execute(statement, (*values, *held))
        return bool(cursor.rowcount == 1)


@lru_cache(maxsize=16)
def _insertion(model: type[models.Model], vendor: str) -> tuple[str, tuple[_Column, ...]]:
    into, marks, columns = _into(model, vendor)
    return f"{into} VALUES ({marks}) ON CONFLICT DO NOTHING", columns


@lru_cache(maxsize=16)
def _insertion_while(
    model: type[models.Model], other: type[models.Model], names: tuple[str, ...], vendor: str
) -> tuple[str, tuple[_Column, ...], tuple[_Column, ...]]:
    into, marks, columns = _into(model, vendor)
    known = _columns(other, vendor, (other._meta.pk.attname, *names))
    same = " AND ".join(f"{_quoted(column)} = %s" for column, _, _ in known)
    table = _quoted(other._meta.db_table)
    words = f"{into} SELECT {marks} FROM {table} WHERE {same} ON CONFLICT DO NOTHING"  # noqa: S608
    return words, columns, known


def _into(model: type[models.Model], vendor: str) -> tuple[str, str, tuple[_Column, ...]]:
    columns = _columns(model, vendor, _without_number(model))
    names = ", ".join(_quoted(column) for column, _, _ in columns)
    table = _quoted(model._meta.db_table)
    return f"INSERT INTO {table} ({names})", ", ".join(["%s"] * len(columns)), columns


def update(rows: Sequence[models.Model], names: Iterable[str]) -> None:
    """Write these fields (by field name or column attribute) of rows that exist."""
    if not rows:
        return
    model = type(rows[0])
    columns = _columns(model, connection.vendor, tuple(names))
    key = _columns(model, connection.vendor, (model._meta.pk.attname,))
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) >= FEW:
            _update_by_copy(cursor, model, rows, columns, key)
            return
        sets = ", ".join(f"{_quoted(column)} = %s" for column, _, _ in columns)
        table = _quoted(model._meta.db_table)
        cursor.executemany(
            f"UPDATE {table} SET {sets} WHERE {_quoted(key[0][0])} = %s",  # noqa: S608
            _values(rows, (*columns, *key)),
        )


def make(model: type[M], values: Mapping[str, Any]) -> M:
    """A row that is not saved yet, by column attributes (`team_id`, not `team`), defaults filled in.

    `Model.__init__` takes a fifth of an import's time. This sends no `pre_init` and `post_init`.
    """
    plain, made = _defaults(model)
    row = model.__new__(model)
    held = row.__dict__
    held.update(plain)
    for name, default in made:
        if name not in values:
            held[name] = default()
    held.update(values)
    if len(held) != len(plain) + len(made):
        unknown = values.keys() - plain.keys() - {name for name, _ in made}
        raise TypeError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
    row._state = ModelState()
    return row


@lru_cache(maxsize=64)
def _defaults(
    model: type[models.Model],
) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    plain: dict[str, Any] = {}
    made: list[tuple[str, Callable[[], Any]]] = []
    for field in model._meta.concrete_fields:
        if callable(getattr(field, "default", None)) and field.has_default():
            made.append((field.attname, field.default))
        else:
            plain[field.attname] = field.get_default()
    return plain, tuple(made)


_Column = tuple[str, str, Prepare | None]


def _update_by_copy(
    cursor: Any,
    model: type[models.Model],
    rows: Sequence[models.Model],
    columns: Sequence[_Column],
    key: Sequence[_Column],
) -> None:
    table, fresh = _quoted(model._meta.db_table), _quoted(f"fresh_{model._meta.db_table}")
    both = (*key, *columns)
    names = ", ".join(_quoted(column) for column, _, _ in both)
    cursor.execute(f"DROP TABLE IF EXISTS {fresh}")
    cursor.execute(
        f"CREATE TEMPORARY TABLE {fresh} ON COMMIT DROP AS SELECT {names} FROM {table} "  # noqa: S608
        "WITH NO DATA"
    )
    _copy(cursor, f"{fresh} ({names})", _values(rows, both))
    sets = ", ".join(f"{_quoted(name)} = {fresh}.{_quoted(name)}" for name, _, _ in columns)
    pk = _quoted(key[0][0])
    cursor.execute(f"UPDATE {table} SET {sets} FROM {fresh} WHERE {table}.{pk} = {fresh}.{pk}")  # noqa: S608
    cursor.execute(f"DROP TABLE {fresh}")


def _copy(cursor: Any, into: str, values: Iterable[tuple[Any, ...]]) -> None:
    with connection.wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for value in values:
            copy.write_row(value)


def _values(rows: Sequence[models.Model], columns: Sequence[_Column]) -> list[tuple[Any, ...]]:
    """Column by column and then turned: the choice of what to do is made once for all rows."""
    turned = []
    for _, attribute, prepare in columns:
        raw = [row.__dict__[attribute] for row in rows]
        if prepare is None:
            turned.append(raw)
        elif all(map(is_, raw, repeat(raw[0]))):  # their project, the moment of their making
            turned.append([prepare(raw[0])] * len(raw))
        else:
            turned.append([prepare(value) for value in raw])
    return list(zip(*turned, strict=True))


def _without_number(model: type[models.Model]) -> tuple[str, ...]:
    fields = model._meta.concrete_fields
    return tuple(one.attname for one in fields if not isinstance(one, models.AutoField))


@lru_cache(maxsize=64)
def _columns(model: type[models.Model], vendor: str, names: tuple[str, ...]) -> tuple[_Column, ...]:
    """Column, attribute, and what makes the attribute's value one of the database's."""
    found = []
    for name in names:
        field: Any = model._meta.get_field(name)
        final = field
        while final.remote_field is not None:
            final = final.target_field
        found.append((field.column, field.attname, _preparing(final, vendor)))
    return tuple(found)


def _preparing(field: Any, vendor: str) -> Prepare | None:
    if isinstance(field, models.JSONField):
        return _json_or_null if field.null else _json
    if isinstance(field, (models.BooleanField, *_PLAIN)):
        return None
    if isinstance(field, models.UUIDField):
        return None if vendor == "postgresql" else _hex
    if isinstance(field, models.DateTimeField):
        return None if vendor == "postgresql" else _moment
    return lambda value: field.get_db_prep_save(value, connection)


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # half a character, or a number beyond 64 bits: rare, and slower
        return json.dumps(value)


def _json_or_null(value: Any) -> str | None:
    return None if value is None else _json(value)


def _hex(value: Any) -> str | None:
    return None if value is None else value.hex


def _moment(value: Any) -> str | None:
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
