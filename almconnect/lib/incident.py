"""Our own faults: the caller gets an incident id and nothing else; the log has the rest under it."""

from __future__ import annotations

import re
import uuid

import structlog
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from almconnect.lib.api import as_json

log = structlog.get_logger(__name__)
_TIDY = re.compile(r"^[A-Za-z0-9-]{8,64}$")
API = "/api/"


def incident_id() -> str:
    """The id under which this request's log lines are found."""
    known = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    return known if _TIDY.match(known) else uuid.uuid4().hex


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: a page for people, JSON for the API."""
    incident = incident_id()
    log.error("incident", incident=incident)
    if request.path.startswith(API):
        words = "Something went wrong on our side. Give your admin the incident id."
        return as_json(
            {"error": {"code": "internal", "message": words, "incident": incident}}, status=500
        )
    # Rendered without context processors: what failed may be the database or the session.
    return HttpResponse(render_to_string("500.html", {"incident": incident}), status=500)
