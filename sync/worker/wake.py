"""Waking a task by its name: verbs may wake tasks, but only tasks import verbs."""

from __future__ import annotations

import uuid
from typing import Final

from celery import current_app

from almconnect.lib.enqueue import enqueue, soon

PUSH: Final = "sync.push"
DRAIN: Final = "sync.drain"
POLL: Final = "sync.poll"
WORK: Final = "sync.work"
REGISTER_WEBHOOK: Final = "sync.register_webhook"
MOVE: Final = "sync.move"
MAP_PLANNED: Final = "sync.map_planned"
TAKE_REPORT: Final = "connections.take_report"


def wake(name: str, key: uuid.UUID | str) -> None:
    """After commit; a lost message is made up for by the tick."""
    enqueue(current_app.tasks[name], key)


def wake_soon(name: str, key: uuid.UUID | str) -> None:
    """The same for what arrives by the hundred: few messages for many calls, and no wait for a broker."""
    soon.enqueue(current_app.tasks[name], key)
