"""One-time links: first-run setup, sign-in from the command line, invitations.

The text of a link is shown once, to whoever asked for it; the row holds its hash. A link is spent by
a conditional UPDATE, so that of two people with the same link one is let in.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, LinkPurpose, OneTimeLink, User

LASTS = {
    LinkPurpose.SETUP: timedelta(hours=24),
    LinkPurpose.SIGN_IN: timedelta(minutes=10),
    LinkPurpose.INVITE: timedelta(days=7),
}
PAGES = {
    LinkPurpose.SETUP: "accounts:setup",
    LinkPurpose.SIGN_IN: "accounts:sign_in_link",
    LinkPurpose.INVITE: "accounts:invite",
}


def issue(purpose: LinkPurpose, user: User | None = None, lasts: timedelta | None = None) -> str:
    """A new link's full address. Earlier unspent links of the same purpose and person die."""
    now = timezone.now()
    same = Q(purpose=purpose, user=user) if user else Q(purpose=purpose, user__isnull=True)
    OneTimeLink.objects.filter(same | Q(expires__lt=now - timedelta(days=30))).filter(
        used=None
    ).delete()
    text = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        purpose=purpose,
        user=user,
        digest=ApiToken.digest_of(text),
        expires=now + (lasts or LASTS[purpose]),
    )
    return settings.BASE_URL + reverse(PAGES[purpose], args=[text])


def living(purpose: LinkPurpose, text: str) -> OneTimeLink | None:
    """The unspent link of this text, or None where it is unknown, spent, expired or its person is off."""
    link = (
        OneTimeLink.objects.select_related("user")
        .filter(
            purpose=purpose,
            digest=ApiToken.digest_of(text),
            used=None,
            expires__gt=timezone.now(),
        )
        .first()
    )
    if link is not None and link.user is not None and not link.user.is_active:
        return None
    return link


def spend(link: OneTimeLink) -> bool:
    """Whether this caller is the one who spent it."""
    now = timezone.now()
    return OneTimeLink.objects.filter(pk=link.pk, used=None, expires__gt=now).update(used=now) == 1
