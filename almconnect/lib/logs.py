"""Logs as JSON lines, with everything that looks like a secret cut out on the way."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any

import structlog
from structlog.types import Processor

from almconnect.lib.redact import redact_event

LONGEST_VALUE = 4_000  # characters; what strangers send (paths, headers, names) may be much longer
LONGEST_LINE = 32_000
MOST_LINKS = 10  # of a chain of errors
_READ = 4 * LONGEST_VALUE  # as much is looked at for secrets, so that none is cut in two at the end


def shorten_event(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Before secrets are looked for: nobody's text makes us read for long."""
    return {str(key)[:200]: _cut(value, _READ) for key, value in event.items()}


def bound_event(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A line of bounded length, whatever was logged; each value says what was left out."""
    bounded = {key: _cut(value, LONGEST_VALUE) for key, value in event.items()}
    left = LONGEST_LINE
    for key, value in bounded.items():
        left -= len(key) + len(value if isinstance(value, str) else str(value))
        if left < 0 and key not in ("event", "level", "timestamp", "logger"):
            bounded[key] = "… (left out: the line is too long)"
    return bounded


def _cut(value: Any, most: int) -> Any:
    """Texts and what holds them; of a traceback the end says most."""
    if isinstance(value, str) and len(value) > most:
        half = most // 2
        return f"{value[:half]} … ({len(value) - most} characters left out) … {value[-half:]}"
    if isinstance(value, Mapping):
        return {key: _cut(one, most) for key, one in list(value.items())[:100]}
    if isinstance(value, list | tuple):
        return [_cut(one, most) for one in value[:100]]
    return value


def told_traceback(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None],
) -> str:
    """Where it failed, link by link of the chain, the first failure first. What an error quotes of a
    stranger (`quotes_strangers` on its class) is left out: a Jira may throw our own credential back.
    """
    links: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None and len(links) < MOST_LINKS:
        quoting = getattr(type(error), "quotes_strangers", False)
        words = getattr(error, "code", "") if quoting else str(error)
        where = "".join(traceback.format_tb(error.__traceback__))
        links.append(f"{where}{type(error).__module__}.{type(error).__qualname__}: {words}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nthen\n\n".join(reversed(links))


def formatter() -> logging.Formatter:
    """The one log formatter: structlog's and the standard library's records alike, as JSON."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(told_traceback),
            shorten_event,
            redact_event,
            bound_event,
            structlog.processors.JSONRenderer(),
        ],
    )
