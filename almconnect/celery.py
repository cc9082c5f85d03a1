"""The Celery application, its queues, and every periodic job in one list. The broker's address alone
comes from the settings.

A message is a hint: tasks are idempotent wake-ups that find their work in rows, so losing or
repeating one costs latency, never data.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, bootsteps
from celery.signals import task_postrun, task_prerun, worker_init


def defaults() -> dict[str, Any]:
    """What no environment changes. Celery asks for it when it is first needed."""
    return {
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_soft_time_limit": 60,
        "task_publish_retry": False,
        "task_default_queue": "interactive",
        # A queue per purpose, so that an import never starves an edit.
        "task_routes": {
            "sync.push": {"queue": "outbound"},
            "sync.drain": {"queue": "inbound"},
            "sync.poll": {"queue": "inbound"},
            "sync.work": {"queue": "bulk"},
            "sync.move": {"queue": "bulk"},
        },
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_soft_shutdown_timeout": 10,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            # A killed worker's message comes back after ten seconds, not after kombu's hour. A task
            # that runs longer is delivered a second time meanwhile, finds its work claimed, and ends
            # at once.
            "visibility_timeout": 8,
            "unacked_restore_interval": 2,
            "unacked_restore_throttle": 1,
            # The web process must never hang on a dead broker: the row is saved, the sweep will find it.
            "socket_connect_timeout": 1,
            "socket_timeout": 30,
        },
        "beat_scheduler": "almconnect.beat:LivingScheduler",
        "beat_schedule": {
            # The schedule is one tick that claims due rows, so two beats are harmless.
            "tick": {
                "task": "sync.tick",
                "schedule": 2.0,
                "options": {"expires": 10, "queue": "interactive"},
            },
        },
    }


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "almconnect.settings")
app = Celery("almconnect")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.add_defaults(defaults)
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
    from connections.access.sealing import KeysUnusable

    try:
        insist_on_the_key()
    except KeysUnusable as problem:
        raise SystemExit(str(problem)) from problem
    tell_of_signing()


@task_prerun.connect
def note_what_was_asked(task: Any, args: Any, **about: Any) -> None:
    """Of a message in hand: how often its task was asked for before its rows are read."""
    from almconnect.lib import enqueue

    if not task.request.is_eager:
        task.request.asked_before = enqueue.begin(task, tuple(args))


@task_postrun.connect
def let_the_next_message_leave(task: Any, args: Any, **about: Any) -> None:
    from almconnect.lib import enqueue

    if not task.request.is_eager:
        enqueue.end(task, tuple(args), task.request.asked_before)
