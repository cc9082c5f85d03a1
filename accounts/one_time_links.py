"""One-time links: first-run setup, sign-in from the command line, invitations.

The text of a link is shown once, to whoever asked for it; the row holds its hash. A link is spent by
a conditional UPDATE, so that of two people with the same link one is let in.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, LinkPurpose, OneTimeLink, User


class LinkDead(Exception):
    """A link that opens nothing. `why` is one of the reasons below; `at`: when it was used or ended."""

    USED, OLD, UNKNOWN, OFF, KNOWN, SET_UP = "used", "old", "unknown", "off", "known", "set_up"

    def __init__(self, why: str, at: datetime | None = None) -> None:
        super().__init__(why)
        self.why, self.at = why, at


LASTS = {
    LinkPurpose.SETUP: timedelta(hours=24),
    LinkPurpose.SIGN_IN: timedelta(minutes=10),
    LinkPurpose.INVITE: timedelta(days=7),
    LinkPurpose.PASSWORD: timedelta(hours=24),
}
PAGES = {
    LinkPurpose.SETUP: "accounts:setup",
    LinkPurpose.SIGN_IN: "accounts:sign_in_link",
    LinkPurpose.INVITE: "accounts:invite",
    LinkPurpose.PASSWORD: "accounts:new_password",
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


def living(purpose: LinkPurpose, text: str) -> OneTimeLink:
    """The unspent link of this text. Raises LinkDead with what is the matter with it.

    Only who holds the text, 256 random bits, learns which it is.
    """
    same = OneTimeLink.objects.select_related("user")
    link = same.filter(purpose=purpose, digest=ApiToken.digest_of(text)).first()
    if link is None:
        raise LinkDead(LinkDead.UNKNOWN)
    if link.used is not None:
        raise LinkDead(LinkDead.USED, link.used)
    if link.expires <= timezone.now():
        raise LinkDead(LinkDead.OLD, link.expires)
    if link.user is not None and not link.user.is_active:
        raise LinkDead(LinkDead.OFF)
    if purpose == LinkPurpose.INVITE and link.user is not None and link.user.last_login is not None:
        raise LinkDead(LinkDead.KNOWN, link.user.last_login)
    return link


def spend(link: OneTimeLink) -> bool:
    """Whether this caller is the one who spent it."""
    now = timezone.now()
    return OneTimeLink.objects.filter(pk=link.pk, used=None, expires__gt=now).update(used=now) == 1


def spend_or_refuse(link: OneTimeLink) -> None:
    """Spend it. Raises LinkDead for whoever comes second, or a moment too late."""
    if not spend(link):
        link.refresh_from_db()
        raise LinkDead(LinkDead.USED if link.used else LinkDead.OLD, link.used or link.expires)
