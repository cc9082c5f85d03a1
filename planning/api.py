"""The board's router of the REST API; composed with the others' in almconnect/urls.py."""

from __future__ import annotations

from ninja import Router

from planning.rest import changes, frame, items, links

router = Router()
for part in (items, links, frame, changes):
    router.add_router("", part.router)
