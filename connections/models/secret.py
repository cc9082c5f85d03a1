"""Sealed secrets, one row each, and the OAuth handshake under way."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from connections.models.connection import AuthMethod, Connection


class SecretField(models.TextChoices):
    """What a sealed row holds. PENDING_* wait for a person to confirm a re-authentication."""

    PRIVATE_KEY = "private_key", "OAuth private key"
    ACCESS_TOKEN = "access_token", "OAuth access token, or all that OAuth 2.0 holds"
    SESSION_HANDLE = "session_handle", "OAuth session handle"
    PASSWORD = "password", "Password or API token"
    WEBHOOK = "webhook", "Webhook secret"
    # What servers before Jira ask for (connections.access.outer_credentials)
    CLIENT_KEY = "client_key", "Private key of the client certificate"
    EXTRA_HEADERS = "extra_headers", "Values of the extra headers"
    PROXY_PASSWORD = "proxy_password", "Password at the proxy"
    SECOND = "second", "Second way in, waiting"
    PENDING = "pending", "New credential, not yet confirmed"


class SealedSecret(models.Model):
    """AES-256-GCM, bound to this row and to the connection's origin (connections.access.sealing)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="secrets")
    field = models.CharField(max_length=20, choices=SecretField.choices)
    sealed = models.TextField()
    updated = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "field"], name="one_secret_per_field")
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()} of {self.connection}"


class KeyFingerprint(models.Model):
    """Which encryption key this database was sealed with, so that a wrong one refuses to start."""

    kid = models.CharField(primary_key=True, max_length=40)
    fingerprint = models.CharField(max_length=64)
    created = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.kid


class OAuthFlow(models.Model):
    """One run of the OAuth dance: who started it, in which session, until when, used once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="flows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    method = models.CharField(max_length=10, default=AuthMethod.OAUTH1)
    session_digest = models.CharField(max_length=64, blank=True)  # blank: started by API token
    out_of_band = models.BooleanField(default=False)
    token_digest = models.CharField(max_length=64, blank=True)
    sealed_token: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    answered = models.DateTimeField(null=True, blank=True)  # Jira sent the person back
    used = models.DateTimeField(null=True, blank=True)  # exchanged or refused: never again
    outcome = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"OAuth of {self.connection} by {self.user}"
