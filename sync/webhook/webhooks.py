"""Registering our webhook in Jira where the account may; else saying exactly what to do by hand."""

from __future__ import annotations

import secrets
from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from accounts import audit
from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.access.gateway import jira_for
from connections.health.diagnosis import diagnose
from connections.models import Connection, SecretField, WebhookState
from jira_client.client import JiraClient
from jira_client.errors import (
    AuthenticationRefused,
    Gone,
    Invalid,
    JiraError,
    NotFound,
    PermissionRefused,
)
from jira_client.values import Deployment, PermissionState
from sync.worker.failpoints import point

EVENTS = (
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
    "issuelink_created",
    "issuelink_deleted",
    "sprint_created",
    "sprint_updated",
    "sprint_deleted",
    "sprint_started",
    "sprint_closed",
    "jira:version_created",
    "jira:version_updated",
    "jira:version_released",
    "jira:version_unreleased",
    "jira:version_deleted",
)
_REFUSALS = (PermissionRefused, NotFound, AuthenticationRefused, Invalid, Gone)


def register(connection: Connection) -> WebhookState:
    """Register, replacing an older registration of ours. Raises JiraError for passing faults."""
    jira = jira_for(connection)
    held = jira.permissions.global_(("ADMINISTER",)).get("ADMINISTER")
    if held is not PermissionState.HELD:
        return _by_hand(connection, "The account is no Jira admin, so a Jira admin has to add it.")
    try:
        return _register(connection, jira)
    except _REFUSALS as error:
        return _by_hand(connection, _why(connection, error))


def _why(connection: Connection, error: JiraError) -> str:
    """The reason with its remedy, as every page tells it."""
    if isinstance(error, Invalid) and connection.deployment == Deployment.CLOUD.value:
        url = connection.webhook_url
        if url.startswith("http://"):
            site = "/".join(url.split("/")[:3])  # the path is the webhook's secret
            return (
                f"Jira Cloud calls https addresses only, and this console's is {site}: the console's "
                "operator sets its public https address (ALMCONNECT_BASE_URL)."
            )
    found = diagnose(error, connection)
    return f"{found['what']} {found['remedy']}"


def _register(connection: Connection, jira: JiraClient) -> WebhookState:
    url = connection.webhook_url
    for old in jira.webhooks.list():
        if connection.owns(old):
            jira.webhooks.delete(old.id)
            point("webhook.removed")
    secret = Secret(secrets.token_urlsafe(32))
    signed = jira.flavour.webhooks_signed
    # The secret is kept before Jira has it: the first delivery may overtake the answer.
    with transaction.atomic():
        sealing.store(connection, SecretField.WEBHOOK, secret)
    point("webhook.secret_kept")
    made = jira.webhooks.create(connection.webhook_name, url, EVENTS, secret.reveal())
    point("webhook.created")
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(
            webhook_id=made.id,
            webhook_state=WebhookState.REGISTERED,
            webhook_signed=signed and made.signed is not False,
            webhook_detail="",
            updated=timezone.now(),
        )
        audit.record(
            "webhook.registered",
            actor=None,
            target=connection,
            connection_id=connection.pk,
            after={"id": made.id, "signed": signed},
        )
    point("webhook.registered")
    return WebhookState.REGISTERED


def _by_hand(connection: Connection, why: str) -> WebhookState:
    Connection.objects.filter(pk=connection.pk).update(
        # A webhook made by hand has no secret of ours: its address alone proves it.
        webhook_state=WebhookState.MANUAL,
        webhook_detail=why[:500],
        webhook_signed=False,
    )
    return WebhookState.MANUAL


def remove(connection: Connection) -> bool:
    """Take our webhook out of Jira, as when the connection is deleted. Raises JiraError."""
    if not connection.webhook_id:
        return False
    with suppress(NotFound):  # gone by an earlier try, or by a person: that is what is wanted
        jira_for(connection).webhooks.delete(connection.webhook_id)
    point("webhook.taken_out")
    Connection.objects.filter(pk=connection.pk).update(
        webhook_id="", webhook_state=WebhookState.NONE, webhook_signed=False
    )
    return True
