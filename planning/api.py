"""The board's router of the REST API; composed with the others' in almconnect/urls.py."""

from __future__ import annotations

from ninja import Router

from planning.rest import (
    baselines,
    changes,
    comments,
    custom_fields,
    items,
    links,
    structure,
)

router = Router()
for part in (items, links, comments, structure, baselines, custom_fields, changes):
    router.add_router("", part.router)
