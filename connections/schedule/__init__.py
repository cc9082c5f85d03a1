"""Celery's view of connections: load by id, call one verb."""
