"""Work items, links and events as the API shows them."""

from __future__ import annotations

import datetime
from typing import Any

from planning.fields import EDITABLE, value_of
from planning.models import BoardEvent, Link, WorkItem


def etag(item: WorkItem) -> str:
    return f'"{item.version}"'


def moment(value: datetime.datetime | None) -> str | None:
    """ISO 8601 in UTC, with a Z."""
    return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z") if value else None


def show_item(item: WorkItem) -> dict[str, Any]:
    """Needs `project__connection` selected."""
    return {
        "id": str(item.pk),
        "project": str(item.project_id) if item.project_id else None,
        **{name: value_of(item, name) for name in EDITABLE},
        "status_category": item.status_category,
        "remote": {
            "id": item.remote_id or None,
            "key": item.remote_key or None,
            "url": item.remote_url or None,
        },
        "sync": {
            "state": str(item.sync_state),
            "detail": item.sync_detail,
            "at": moment(item.sync_at),
        },
        "created": moment(item.created),
        "updated": moment(item.updated),
        "version": item.version,
    }


def show_link(link: Link) -> dict[str, Any]:
    return {
        "id": str(link.pk),
        "source": str(link.source_id),
        "target": str(link.target_id),
        "type": link.type,
        "remote": {"id": link.remote_id or None},
        "sync": {"state": str(link.sync_state), "detail": link.sync_detail},
        "created": moment(link.created),
    }


def show_event(event: BoardEvent) -> dict[str, Any]:
    """`item` or `link` repeats the object's id where the event is about one."""
    about, _, what = event.kind.partition(".")
    key = str(event.object_id)
    return {
        "id": event.pk,
        "at": moment(event.at),
        "kind": event.kind,
        "object": key,
        "item": key if about == "item" else None,
        "link": key if about == "link" else None,
        "deleted": what == "deleted",
        "version": event.version,
        "fields": list(event.fields),
        "origin": event.origin,
        "actor": event.actor_name,
    }
