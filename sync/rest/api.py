"""The router of the REST API of mapped projects and of the sync; composed in almconnect/urls.py.

The parts stand in the order in which the OpenAPI document tells of them.
"""

from __future__ import annotations

from ninja import Router

from sync.rest import (
    changes,
    decisions,
    deliveries,
    gone_items,
    parked_fields,
    projects,
    releases,
    restored_jira,
    site_moves,
    sprints,
    status,
    trace,
)

router = Router()
for part in (
    projects,
    releases,
    sprints,
    status,
    deliveries,
    changes,
    decisions,
    parked_fields,
    gone_items,
    restored_jira,
    trace,
    site_moves,
):
    router.add_router("", part.router)
