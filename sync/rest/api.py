"""The router of the REST API of mapped projects and of the sync; composed in almconnect/urls.py.

The parts stand in the order in which the OpenAPI document tells of them.
"""

from __future__ import annotations

from ninja import Router

from sync.rest import (
    changes,
    decisions,
    deliveries,
    gone,
    moving,
    projects,
    restored,
    sprints,
    standing,
    stuck,
    trace,
)

router = Router()
for part in (
    projects,
    sprints,
    standing,
    deliveries,
    changes,
    decisions,
    stuck,
    gone,
    restored,
    trace,
    moving,
):
    router.add_router("", part.router)
