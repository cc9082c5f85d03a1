"""The worker and beat as threads of the web process, for machines that can run no broker.

Messages then live in this process's memory, so there must be exactly one web process. A crash loses
messages, not work: rows are the truth and the next tick finds it.
"""

from __future__ import annotations

import threading
from typing import Any

import structlog
from celery import current_app
from celery.beat import EmbeddedService

log = structlog.get_logger(__name__)


def start() -> None:
    """Start both, as daemon threads: they end with the process."""
    worker = current_app.WorkController(
        app=current_app, pool="threads", concurrency=4, loglevel="INFO", without_heartbeat=True
    )
    threading.Thread(target=worker.start, name="inner-worker", daemon=True).start()
    beat: Any = EmbeddedService(current_app, thread=True)
    beat.start()
    log.warning("no broker: worker and beat run inside the web process")
