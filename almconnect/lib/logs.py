"""Logs as JSON lines, with everything that looks like a secret cut out on the way."""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.types import Processor

from almconnect.lib.redact import redact_event

LONGEST_VALUE = 4_000  # characters; what strangers send (paths, headers, names) may be much longer
LONGEST_LINE = 32_000
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
            structlog.processors.format_exc_info,
            shorten_event,
            redact_event,
            bound_event,
            structlog.processors.JSONRenderer(),
        ],
    )
