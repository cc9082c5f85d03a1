"""People of the console, their API tokens, and the audit trail."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may do; each view and API call declares the roles it admits (accounts.access)."""

    VIEWER = "viewer", _("Viewer")
    RTE = "rte", _("Release Train Engineer")
    ADMIN = "admin", _("Admin")
    OPS = "ops", _("Operations")

    @property
    def covered(self) -> frozenset[str]:
        """The roles that hold nothing beyond this one: what a person of it may hand to a token."""
        return _COVERED[self.value]


# Not a ladder: operations see the machine room, which planners do not, and plan nothing.
_COVERED = {
    "viewer": frozenset({"viewer"}),
    "rte": frozenset({"viewer", "rte"}),
    "ops": frozenset({"viewer", "ops"}),
    "admin": frozenset({"viewer", "rte", "ops", "admin"}),
}


class User(AbstractUser):
    """A person of the console. The id is a UUID, so that it may appear in addresses."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    time_zone = models.CharField(max_length=64, default="UTC")
    rounds = models.PositiveIntegerField(default=0, editable=False)  # accounts.revocation

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def grants(self) -> frozenset[str]:
        """The roles that a token of this person may have."""
        return Role(self.role).covered

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is compared with at each request: Django's own, and the round.

        Django offers no other place for both the present key and its fallbacks.
        """
        own: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        if not self.rounds:
            return own
        text = f"{self.rounds}\x1f{own}"
        return salted_hmac(
            "almconnect.session", text, secret=secret, algorithm="sha256"
        ).hexdigest()


def in_ninety_days() -> datetime:
    return timezone.now() + timedelta(days=90)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def live(self) -> ApiTokenQuerySet:
        """Those that open anything now."""
        return self.filter(revoked=None, expires__gt=timezone.now(), user__is_active=True)


class ApiToken(models.Model):
    """A bearer token of the REST API. Only its SHA-256 is stored: 256 random bits need no slow hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices)
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(default=timezone.now)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)
    expires = models.DateTimeField(default=in_ninety_days)

    PREFIX: ClassVar[str] = "alm_"
    DAYS, MOST_DAYS = 90, 365

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name or 'token'} of {self.user}"

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def is_live(self) -> bool:
        return self.revoked is None and self.expires > timezone.now() and self.user.is_active

    @classmethod
    def issue(cls, user: User, role: str, name: str = "", days: int = DAYS) -> tuple[ApiToken, str]:
        """A new token and its text, which is shown this once and never again. It ends after `days`, a
        year at most (ValueError).
        """
        if not 1 <= days <= cls.MOST_DAYS:
            raise ValueError("A token lives for a year at most.")
        text = cls.PREFIX + secrets.token_urlsafe(32)
        digest = cls.digest_of(text)
        expires = timezone.now() + timedelta(days=days)
        made = cls.objects.create(user=user, role=role, name=name, digest=digest, expires=expires)
        return made, text


class SignedIn(models.Model):
    """A browser in which a person is signed in, as they see it listed. It opens nothing: the session is
    kept elsewhere and names this row, never the other way round.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    rounds = (
        models.PositiveIntegerField()
    )  # the person's round when it began: of another it is over
    begun = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=45, blank=True)
    way = models.CharField(max_length=60, blank=True)
    browser = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.user} at {self.address or 'an unknown address'}"


class LinkPurpose(models.TextChoices):
    """What a one-time link opens."""

    SETUP = "setup", _("First-run setup")
    SIGN_IN = "sign_in", _("Sign-in")
    INVITE = "invite", _("Invitation")
    PASSWORD = "password", _("New password")


class OneTimeLink(models.Model):
    """A link that works once and not for long. Only its SHA-256 is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=10, choices=LinkPurpose.choices)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.user or 'no person'})"


class RepeatableCall(models.Model):
    """An API call that came with an `Idempotency-Key`, and its first answer once there is one.

    `status` 0 means that the first call is still being answered, since `created`.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    created = models.DateTimeField(default=timezone.now, db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    headers: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    kept = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="one_answer_per_token_and_key")
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.status or 'in flight'})"


class AuditEntry(models.Model):
    """Who did what to what, with before and after, never a secret. Outlives what it speaks of."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_name = models.CharField(max_length=150)
    action = models.CharField(max_length=60, db_index=True)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    object_name = models.CharField(max_length=200, blank=True)
    connection_id = models.UUIDField(null=True, blank=True, db_index=True)
    address = models.CharField(max_length=45, blank=True)  # from where; empty for workers
    way = models.CharField(max_length=60, blank=True)  # of sign-in: accounts.origin
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    after: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.object_name}"
