"""A traceback in a log leaves out what an error quotes of Jira, also further down in a chain."""

from __future__ import annotations

import logging
from collections.abc import Callable

from almconnect.lib.logs import formatter
from jira_client.errors import ServerFault

CANARY = "canary-9c41"


def quoting() -> None:
    raise ServerFault(f"Jira failed inside: refused ({CANARY})", messages=(CANARY,))


def locked() -> None:
    """A fault of ours in the handling of Jira's."""
    try:
        quoting()
    except ServerFault:
        {}["the row is locked"]


def failure(work: Callable[[], None]) -> BaseException:
    try:
        work()
    except Exception as problem:  # noqa: BLE001 - whichever it is, it is what the test looks at
        return problem
    raise AssertionError("nothing failed")


def line_of(error: BaseException) -> str:
    about = (type(error), error, error.__traceback__)
    return formatter().format(logging.LogRecord("sync", 40, __file__, 1, "failed", (), about))


def test_what_jira_said_is_left_out() -> None:
    line = line_of(failure(quoting))
    assert CANARY not in line
    assert f"ServerFault: {ServerFault.code}" in line
    assert "test_quoting_errors.py" in line


def test_celery_s_own_line_leaves_it_out_too() -> None:
    assert repr(failure(quoting)) == f"ServerFault({ServerFault.code!r})"


def test_in_the_midst_of_a_chain() -> None:
    line = line_of(failure(locked))
    assert CANARY not in line
    assert "ServerFault" in line
    assert "KeyError: 'the row is locked'" in line
