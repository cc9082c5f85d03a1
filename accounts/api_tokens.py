"""Making and revoking a person's own API tokens, from the page and from the API alike."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import ApiToken, User
from almconnect.lib.api import Refused

MOST_TOKENS = 100


@transaction.atomic
def create_token(
    *, actor: User, role: str, name: str, days: int = ApiToken.DAYS
) -> tuple[ApiToken, str]:
    """A token of `actor` and its text, shown this once.

    Its role is within the person's own. No token gets here (accounts.bearer_tokens.InPerson). Raises
    Refused (403 code `role_above`, 409 `too_many`).
    """
    if role not in actor.grants:
        raise Refused(
            _("A token cannot hold a role beyond your own."),
            code="role_above",
            status=403,
            fields={"role": [_("Choose a role that yours includes.")]},
        )
    if ApiToken.objects.live().filter(user=actor).count() >= MOST_TOKENS:
        raise Refused(
            _("You have %(most)d tokens. Revoke one first.") % {"most": MOST_TOKENS},
            code="too_many",
            status=409,
        )
    token, text = ApiToken.issue(actor, role, name.strip(), days)
    after = {"role": role, "expires": token.expires.isoformat()}
    audit.record("token.created", actor=actor, target=token, after=after)
    return token, text


@transaction.atomic
def revoke_token(*, actor: User, token_id: uuid.UUID, through: ApiToken | None = None) -> ApiToken:
    """Revoke one of `actor`'s own tokens; again is harmless. A token ends itself and no other.

    Raises Http404, Refused (403 code `person_needed`).
    """
    token = ApiToken.objects.filter(pk=token_id, user=actor).first()
    if token is None:
        raise Http404
    if through is not None and token.pk != through.pk:
        raise Refused(
            _("A token ends itself and no other. A person ends it on the page “API tokens”."),
            code="person_needed",
            status=403,
        )
    return _revoked(token, actor)


@transaction.atomic
def revoke_anybodys(*, actor: User, token_id: uuid.UUID) -> ApiToken:
    """An admin ends somebody's token, whose use looks odd or whose script is gone. Raises Http404."""
    token = ApiToken.objects.select_related("user").filter(pk=token_id).first()
    if token is None:
        raise Http404
    return _revoked(token, actor)


def _revoked(token: ApiToken, actor: User) -> ApiToken:
    if ApiToken.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now()):
        audit.record("token.revoked", actor=actor, target=token, before={"role": token.role})
    token.refresh_from_db()
    return token
