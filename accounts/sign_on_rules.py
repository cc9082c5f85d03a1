"""Who may come in by single sign-on, and with which role, as the operator has set it. Decides; asks nobody.

Judged at each sign-in by what the provider says then, so that who left the group there is out here.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _


def groups_of(claims: dict[str, Any]) -> list[str]:
    """The names under the groups' claim; a single one may stand alone."""
    told = claims.get(settings.OIDC_GROUPS_CLAIM)
    if isinstance(told, str):
        return [told]
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []


def refusal(groups: list[str], checked_email: str) -> str | None:
    """Why somebody may not come in, in a sentence for them; None where they may."""
    domain = checked_email.rpartition("@")[2].lower()
    if settings.OIDC_DOMAINS and domain not in settings.OIDC_DOMAINS:
        return _(
            "This console is open to checked e-mails of certain domains, and yours is not one of them."
            " Ask whoever runs it."
        )
    if settings.OIDC_GROUPS and not set(groups) & set(settings.OIDC_GROUPS):
        return _(
            "This console is open to certain groups of your provider, and you are in none of them."
            " Ask whoever runs it, or whoever keeps the groups there."
        )
    return None


def role_of(groups: list[str]) -> str | None:
    """By the first pair of ALMCONNECT_OIDC_ROLES whose group the person is in; the newcomers' role where
    there is none. None where roles are no matter of the provider's.
    """
    if not settings.OIDC_ROLES:
        return None
    found = (role for group, role in settings.OIDC_ROLES if group in groups)
    return next(found, str(settings.OIDC_ROLE))
