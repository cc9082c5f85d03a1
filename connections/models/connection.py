"""An ALM connection: where Jira is, how we sign in, what people decided and what was observed.

Decided (`lifecycle`) and observed (`health*`) are apart: a paused connection may be healthy, and a
stopped one was not paused by anybody.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models.site import Right, Site, SiteDoubt
from jira_client.cloud_address import is_gateway
from jira_client.values import Webhook

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_WEBHOOKS = "ALM Connect"  # what the names of ours begin with in Jira


class AuthMethod(models.TextChoices):
    OAUTH1 = "oauth1", _("OAuth")
    BASIC = "basic", _("Basic Auth")
    PAT = "pat", _("Personal Access Token")
    SERVICE = "service", _("Service account")
    OAUTH2 = "oauth2", _("OAuth 2.0")


class Lifecycle(models.TextChoices):
    """What people decided. A draft is a wizard under way: nothing syncs."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")


class Health(models.TextChoices):
    """What was observed. *Stopped*: credentials were refused; no call is made until someone acts."""

    UNKNOWN = "unknown", _("Not checked")
    OK = "ok", _("Healthy")
    WARNING = "warning", _("Needs attention")
    FAILING = "failing", _("Failing")
    STOPPED = "stopped", _("Stopped")


class MovePart(models.TextChoices):
    """What a connection is in a move to another Jira (sync.site_move). *Moving*: nothing reads or
    writes but the move. *Comparing*: it is read, and nothing is written. *Kept*: it holds the credentials
    of the other Jira and stays switched off."""

    MOVING = "moving", _("Being moved to another Jira")
    COMPARING = "comparing", _("Moved, being compared")
    KEPT = "kept", _("Kept for the way back")


class WebhookState(models.TextChoices):
    NONE = "none", _("Not registered")
    MANUAL = "manual", _("To be registered by a Jira admin")
    REGISTERED = "registered", _("Registered")
    SILENT = "silent", _("Silent")


def _path_token() -> str:
    return secrets.token_urlsafe(32)


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def running(self) -> ConnectionQuerySet:
        """Those that may call Jira: people want them to, nothing stopped them, they are not being moved,
        and it is not known to be another Jira than the one whose issues they hold."""
        held = (SiteDoubt.ANOTHER, SiteDoubt.RESTORED)
        active = self.filter(lifecycle=Lifecycle.ACTIVE).exclude(health=Health.STOPPED)
        return active.exclude(site_doubt__in=held).exclude(
            move_part__in=(MovePart.MOVING, MovePart.KEPT)
        )

    def put_back(self) -> ConnectionQuerySet:
        """Held since Jira was put back to an earlier state: they may only be compared."""
        return self.filter(lifecycle=Lifecycle.ACTIVE, site_doubt=SiteDoubt.RESTORED)

    def writing(self) -> ConnectionQuerySet:
        """Those that may change things in Jira: running, nobody has to say as which account, after a
        move the comparison is over, and no quiet window is open."""
        now = timezone.now()
        quiet = Q(quiet_starts__lte=now, quiet_ends__gt=now)
        return self.running().filter(pending_id="", move_part="").exclude(quiet)


class Connection(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    tool = models.CharField(max_length=10, default="jira")
    base_url = models.CharField(max_length=500)
    api_url = models.CharField(max_length=500, blank=True)  # where to call, if not at base_url
    proxy_url = models.CharField(
        max_length=500, blank=True
    )  # http(s)://host:port; "" calls directly
    auth_method = models.CharField(
        max_length=10, choices=AuthMethod.choices, default=AuthMethod.OAUTH1
    )
    # Where people switch a connection in use: the way that takes over once it is proven
    next_method = models.CharField(max_length=10, choices=AuthMethod.choices, blank=True)
    username = models.CharField(max_length=255, blank=True)
    verify_tls = models.BooleanField(default=True)
    tls_off_until = models.DateTimeField(null=True, blank=True)
    ca_bundle = models.TextField(blank=True)
    fingerprint = models.CharField(max_length=95, blank=True)
    # What servers before Jira ask for; its secrets are sealed (connections.access.outer_credentials)
    client_certificate = models.TextField(blank=True)
    header_names: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list, blank=True
    )
    proxy_username = models.CharField(max_length=255, blank=True)
    consumer_key = models.CharField(max_length=100, blank=True)
    public_key = models.TextField(blank=True)
    token_expires = models.DateTimeField(null=True, blank=True)
    secret_expires = models.DateTimeField(null=True, blank=True)  # as a person read it in Jira
    renewal_due = models.DateTimeField(null=True, blank=True)  # no try to renew the token before
    # OAuth 2.0: since when a renewal is on its way whose answer did not come
    renewal_sent = models.DateTimeField(null=True, blank=True)

    lifecycle = models.CharField(max_length=10, choices=Lifecycle.choices, default=Lifecycle.DRAFT)
    created = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    # Observed of the instance
    deployment = models.CharField(max_length=12, blank=True)  # cloud | datacenter
    version = models.CharField(max_length=40, blank=True)
    remote_base_url = models.CharField(max_length=500, blank=True)
    account_id = models.CharField(max_length=255, blank=True)
    account_name = models.CharField(max_length=255, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)

    # Which Jira its issues are of, and why that is in doubt (connections.health.site_identity writes these)
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.SET_NULL, related_name="connections"
    )
    site_doubt = models.CharField(max_length=16, choices=SiteDoubt.choices, blank=True)
    site_doubt_at = models.DateTimeField(null=True, blank=True)
    # Before the address changed: {base_url, api_url, by, at}, to put it back and to say who did it
    site_before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    # A person said that Jira was put back to an earlier state, and which side is right since
    restore_accepted = models.DateTimeField(null=True, blank=True)
    restore_right = models.CharField(max_length=5, choices=Right.choices, blank=True)
    # Its part in a move to another Jira; written by sync.site_move alone
    move_part = models.CharField(max_length=10, choices=MovePart.choices, blank=True)
    clock_note = models.CharField(max_length=300, blank=True)  # what is odd about Jira's clock
    clock_note_at = models.DateTimeField(null=True, blank=True)

    tls_expires = models.DateTimeField(null=True, blank=True)  # of the certificate seen last
    # The second way in that waits: {method, username, account_id, account_name, since, ends, refused}; its
    # credential is sealed (connections.credentials.second_way)
    second_way: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    changed_over_at = models.DateTimeField(null=True, blank=True)
    # Another account that authorised, until a person decides; the credential is sealed
    pending_id = models.CharField(max_length=255, blank=True)
    pending_name = models.CharField(max_length=255, blank=True)

    # Observed of its health; written by connections.health.health alone
    health = models.CharField(max_length=10, choices=Health.choices, default=Health.UNKNOWN)
    health_at = models.DateTimeField(null=True, blank=True)
    diagnosis: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(
        null=True, blank=True
    )
    last_success = models.DateTimeField(null=True, blank=True)
    last_in = models.DateTimeField(null=True, blank=True)
    last_out = models.DateTimeField(null=True, blank=True)
    call_after = models.DateTimeField(
        null=True, blank=True
    )  # rate limit or backoff: no call before
    # Of the secret that Jira refused last, so that it is not tried again (connections.access.sealing)
    refused_digest = models.CharField(max_length=120, blank=True)
    proven_at = models.DateTimeField(null=True, blank=True)  # the account, by a person's act
    look_due = models.DateTimeField(null=True, blank=True)  # the next light check
    # What ends → the stage that people were warned of last, such as {"token": 7}
    warned: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )

    # The webhook that Jira calls us by
    webhook_token = models.CharField(max_length=64, unique=True, default=_path_token)
    webhook_id = models.CharField(max_length=64, blank=True)
    webhook_state = models.CharField(
        max_length=12, choices=WebhookState.choices, default=WebhookState.NONE
    )
    webhook_signed = models.BooleanField(
        default=False
    )  # then a delivery without signature is refused
    webhook_seen = models.DateTimeField(null=True, blank=True)
    webhook_detail = models.CharField(max_length=500, blank=True)
    # The next, or the present, quiet window: from when to when nothing is written to Jira, and why
    quiet_starts = models.DateTimeField(null=True, blank=True)
    quiet_ends = models.DateTimeField(null=True, blank=True)
    quiet_reason = models.CharField(max_length=200, blank=True)

    # Typed and not saved, of a copy that a look or a test is made with
    previewed_outer_credentials: object | None = None

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["consumer_key"],
                condition=~models.Q(consumer_key=""),
                name="one_connection_per_consumer_key",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def store(self, values: dict[str, Any]) -> None:
        """These columns and no others, here and in the row: the object may be older than the rest of it."""
        Connection.objects.filter(pk=self.pk).update(**values)
        self.remember(values)

    def remember(self, values: dict[str, Any]) -> None:
        """What was just written to the row, so that this object says it too."""
        for name, value in values.items():
            setattr(self, name, value)

    @property
    def wanted_method(self) -> str:
        """How people want to sign in: differs from `auth_method` until that is proven."""
        return self.next_method or self.auth_method

    @property
    def version_numbers(self) -> tuple[int, ...]:
        """The observed version up to its first part that is no number: `9.12.1-m01` gives (9, 12)."""
        numbers = []
        for part in self.version.split("."):
            if not part.isdigit():
                break
            numbers.append(int(part))
        return tuple(numbers)

    @property
    def site_url(self) -> str:
        """Where people open Jira: what it calls its own address, where calls go by a gateway's or by
        another host; else as it was entered, whose scheme and port work for whoever entered it."""
        told = self.remote_base_url.rstrip("/")
        if not told:
            return self.base_url
        here, there = urlsplit(self.base_url), urlsplit(told)
        same = (here.hostname, here.path.rstrip("/")) == (there.hostname, there.path.rstrip("/"))
        # A Jira that was never told its address says localhost, which leads nobody anywhere.
        nowhere = there.hostname in _LOOPBACK and here.hostname not in _LOOPBACK
        return self.base_url if same or nowhere or not there.hostname else told

    @property
    def base_url_differs(self) -> bool:
        """Whether Jira calls itself otherwise than people entered, and not only for a gateway's sake."""
        return self.remote_base_url != self.base_url and not is_gateway(self.base_url)

    @property
    def origin(self) -> str:
        """`scheme://host:port/context`: the called address, normalised."""
        parts = urlsplit(self.api_url or self.base_url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}{parts.path.rstrip('/')}"

    @property
    def sealed_for(self) -> str:
        """What a secret is sealed for: the called address, and the proxy that would carry it there.
        Whoever could name another proxy, and trust another certificate, would be given the secret.
        """
        return f"{self.origin} via {self.proxy_url}" if self.proxy_url else self.origin

    @property
    def sealed_for_sending(self) -> str:
        """The same for what is sent to Jira, and how Jira proves there that it is Jira: whoever could
        switch verification off, or name another authority, would be given the secret as well. Where
        nothing of that is set, certificates are verified in the ordinary way, which needs no word.
        """
        until = self.tls_off_until
        own = (
            "" if self.verify_tls else "off",
            until.astimezone(UTC).isoformat() if until else "",
            self.ca_bundle,
            self.fingerprint,
        )
        if not any(own):
            return self.sealed_for
        digest = hashlib.sha256("\x1f".join(own).encode()).hexdigest()
        return f"{self.sealed_for} tls {digest}"

    @property
    def webhook_path(self) -> str:
        """Its last part is a secret of this connection: whoever knows it may deliver."""
        return f"/hooks/jira/{self.webhook_token}"

    @property
    def webhook_url(self) -> str:
        """Where Jira is to send its webhooks. Holds the path token: show to admins only."""
        return f"{settings.BASE_URL}{self.webhook_path}"

    @property
    def webhook_name(self) -> str:
        """How it is listed in Jira."""
        return f"{_WEBHOOKS}: {self.name}"

    def owns(self, hook: Webhook) -> bool:
        """Whether Jira's webhook is ours: by the path's token, also with an earlier address of this
        console; or the one that we registered, whatever it calls now.
        """
        named = hook.id == self.webhook_id and hook.name.startswith(_WEBHOOKS)
        return hook.url.endswith(self.webhook_path) or named

    @property
    def checks_tls(self) -> bool:
        """Whether certificates are verified now. Switching that off ends by itself."""
        return self.verify_tls or self.tls_off_until is None or self.tls_off_until <= timezone.now()

    @property
    def is_running(self) -> bool:
        held = self.site_doubt in (SiteDoubt.ANOTHER, SiteDoubt.RESTORED)
        held = held or self.is_switched_off
        return self.lifecycle == Lifecycle.ACTIVE and self.health != Health.STOPPED and not held

    @property
    def may_be_compared(self) -> bool:
        """Whether Jira may be read to be compared alone: it was put back to an earlier state."""
        return self.lifecycle == Lifecycle.ACTIVE and self.site_doubt == SiteDoubt.RESTORED

    @property
    def is_switched_off(self) -> bool:
        """By a move to another Jira: no call is made but the move's own."""
        return self.move_part in (MovePart.MOVING, MovePart.KEPT)

    @property
    def has_quiet_ahead(self) -> bool:
        """Whether a quiet window is open or to come."""
        return self.quiet_ends is not None and self.quiet_ends > timezone.now()

    @property
    def is_quiet(self) -> bool:
        """Whether an announced window is open in which nothing is written to Jira."""
        now = timezone.now()
        starts, ends = self.quiet_starts, self.quiet_ends
        return starts is not None and ends is not None and starts <= now < ends

    @property
    def is_held(self) -> bool:
        """Another account authorised, and until a person decides, no change goes to Jira."""
        return bool(self.pending_id)

    @property
    def state(self) -> str:
        """One word for badges and the API: what people decided first, then what was observed."""
        if self.move_part:
            return self.move_part
        if self.lifecycle == Lifecycle.ACTIVE and self.health == Health.OK and self.clock_note:
            return Health.WARNING
        return self.health if self.lifecycle == Lifecycle.ACTIVE else self.lifecycle
