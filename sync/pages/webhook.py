""" "#5 Webhook": whether Jira tells us of changes, how to make it, and what happens without."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import CONNECT, READ, needs
from connections.models import Connection, WebhookState
from sync.models import Delivery
from sync.pages.presentation import delivery_badge, event_word
from sync.pages.request_params import ask, connection_for, page_context
from sync.webhook import webhooks

SHOWN = 10
_ISSUE, _LINK, _SPRINT = gettext_lazy("Issue"), gettext_lazy("Issue link"), gettext_lazy("Sprint")
# Jira's form lists its events by group; these are its words for those we ask for.
TICKS: Final = (
    (_ISSUE, ("created", "updated", "deleted")),
    (_LINK, ("created", "deleted")),
    (_SPRINT, ("created", "updated", "deleted", "started", "closed")),
)


@require_GET
@needs(READ)
def webhook(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    return _page(request, connection_for(connection_id))


@require_POST
@needs(CONNECT)
def register(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """“Register now”: done here where the account may; else the steps for a Jira admin."""
    connection = connection_for(connection_id)
    asked = ask(connection, lambda: webhooks.register(connection))
    if asked.diagnosis is not None:
        return _page(request, connection_for(connection_id), diagnosis=asked.diagnosis)
    if asked.answer == WebhookState.REGISTERED:
        messages.success(request, _("The webhook is registered in Jira."))
    else:
        messages.warning(request, _("Jira did not let the account register it: see the steps."))
    return redirect("sync:webhook", connection.pk)


def _page(
    request: HttpRequest, connection: Connection, *, diagnosis: dict[str, Any] | None = None
) -> HttpResponse:
    rows = Delivery.objects.filter(connection=connection).defer("body").order_by("-id")[:SHOWN]
    context = page_context(request, connection, "webhook") | {
        "diagnosis": diagnosis,
        "state": state_of(connection),
        "deliveries": [(row, event_word(row.event), delivery_badge(row)) for row in rows],
        "ticks": TICKS,
        "poll_seconds": settings.POLL_SECONDS,
        "cloud": connection.deployment == "cloud",
        "jira10": _major(connection.version) >= 10,
    }
    if context["may_connect"]:
        context["hook_url"] = connection.webhook_url  # it holds the path token
    return render(request, "sync/webhook.html", context, status=409 if diagnosis else 200)


def state_of(connection: Connection) -> str:
    """One word for the page: none, manual, arriving (by hand, and seen), registered, silent."""
    if connection.webhook_state in {WebhookState.MANUAL, WebhookState.NONE}:
        return "arriving" if connection.webhook_seen else str(connection.webhook_state)
    return str(connection.webhook_state)


def _major(version: str) -> int:
    head = version.partition(".")[0]
    return int(head) if head.isdigit() else 0
