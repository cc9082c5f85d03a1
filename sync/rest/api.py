"""The router of the REST API of mapped projects and of the sync; composed in almconnect/urls.py.

The parts stand in the order in which the OpenAPI document tells of them.
"""

from __future__ import annotations

from ninja import Router

from sync.rest import (
    attachments,
    changes,
    decisions,
    deliveries,
    equality,
    gone_items,
    mapping_versions,
    parked_fields,
    projects,
    readiness,
    releases,
    restored_jira,
    site_moves,
    sprint_concord,
    sprints,
    status,
    team_boards,
    templates,
    trace,
)

router = Router()
for part in (
    projects,
    team_boards,
    mapping_versions,
    templates,
    sprint_concord,
    readiness,
    releases,
    attachments,
    equality,
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
