"""Middleware for tests, innermost: the view fails, by a fault of its own or by each of its queries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponseBase

CANARY = "canary-fault-7f3a"
WORDS = f'connection to "db.inner" failed: password {CANARY}, key file /srv/inner/{CANARY}.pem'


class Faulty:
    """`kind`: "view" raises in the view's place, "database" at every query of the view."""

    kind: ClassVar[str] = ""
    fired: ClassVar[int] = 0

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self.kind != "database":
            return self.get_response(request)
        with failing_queries():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        if self.kind == "view":
            Faulty.fired += 1
            raise RuntimeError(WORDS)


def failing_queries() -> AbstractContextManager[None]:
    """Savepoints work on: the test's own transaction must outlast the fault."""

    def fail(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, *rest)
        Faulty.fired += 1
        raise OperationalError(WORDS)

    return connection.execute_wrapper(fail)
