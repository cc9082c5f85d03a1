"""The Celery application. Every periodic job is in one list, `CELERY_BEAT_SCHEDULE` in the settings.

A message is a hint: tasks are idempotent wake-ups that find their work in rows, so losing or
repeating one costs latency, never data.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "almconnect.settings")
app = Celery("almconnect")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class SignOfLife(bootsteps.StartStopStep):
    """Touches the worker's heartbeat file from the worker's own timer."""

    requires = ("celery.worker.components:Timer",)

    def start(self, parent: Any) -> None:
        from almconnect import heartbeat

        heartbeat.touch("worker")
        self.ticking = parent.timer.call_repeatedly(
            heartbeat.EVERY_SECONDS, heartbeat.touch, ("worker",), priority=10
        )

    def stop(self, parent: Any) -> None:
        self.ticking.cancel()


app.steps["worker"].add(SignOfLife)


@worker_init.connect
def refuse_a_wrong_key(**about: Any) -> None:
    """Celery logs an exception of a signal's receiver and goes on, so that only an exit refuses."""
    from almconnect.health import insist_on_the_key, tell_of_signing
    from connections.sealing import KeysUnusable

    try:
        insist_on_the_key()
    except KeysUnusable as problem:
        raise SystemExit(str(problem)) from problem
    tell_of_signing()


@worker_init.connect
def count_requests(**about: Any) -> None:
    from almconnect import calls  # noqa: F401  (importing it is what makes requests counted)
