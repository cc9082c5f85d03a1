"""Composition root. Loading Celery here binds `shared_task` to our application in every process."""

from almconnect.celery import app as celery_app

__all__ = ["celery_app"]
