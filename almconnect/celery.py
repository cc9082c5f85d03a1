"""The Celery application and, in one list, every periodic job.

A message is a hint: tasks are idempotent wake-ups that find their work in rows, so losing or
repeating one costs latency, never data.
"""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "almconnect.settings")
app = Celery("almconnect")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
