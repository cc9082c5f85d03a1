"""Database connections that tests' threads leave open, closed once their thread has ended.

A thread that ends without closing its connection leaves it to the garbage collector, about which
Python 3.13 complains (ResourceWarning: unclosed database), in whichever test runs then.
"""

from __future__ import annotations

import threading
from typing import Any

from django.db.backends.signals import connection_created

_left: list[tuple[threading.Thread, Any]] = []


def _remember(connection: Any, **_named: object) -> None:
    thread = threading.current_thread()
    if connection.vendor == "sqlite" and thread is not threading.main_thread():
        _left.append((thread, connection.connection))


def watch() -> None:
    connection_created.connect(_remember, dispatch_uid="tests.thread_connections")


def close_ended() -> None:
    """Close what threads that have ended left; SQLite's are made to be closed by any thread."""
    for pair in [pair for pair in _left if not pair[0].is_alive()]:
        _left.remove(pair)
        pair[1].close()
