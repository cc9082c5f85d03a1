"""Bearer tokens at the API's door, and the role each call declares.

The role is judged with the token, before the body is looked at: a refused role learns nothing
from validation.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from accounts.access import CONNECT, OPERATE, PLAN, READ
from accounts.models import ApiToken, User


class TokenFor(HttpBearer):
    """Admits a live token of one of these roles; then `request.user` is its person.

    Use as `@router.post(..., auth=planner)`. A missing or dead token is 401, another role 403.
    """

    def __init__(self, roles: frozenset[str]) -> None:
        super().__init__()
        self.roles = roles

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = (
            ApiToken.objects.select_related("user")
            .filter(digest=ApiToken.digest_of(token), revoked=None, user__is_active=True)
            .first()
        )
        if found is None:
            return None
        if found.role not in self.roles:
            raise PermissionDenied
        now = timezone.now()
        if found.last_used is None or (now - found.last_used).total_seconds() > 60:
            ApiToken.objects.filter(pk=found.pk).update(last_used=now)
        request.user = found.user
        return found


reader, planner = TokenFor(READ), TokenFor(PLAN)
connector, operator = TokenFor(CONNECT), TokenFor(OPERATE)


def actor_of(request: HttpRequest) -> User:
    """The person whose token this call carries."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
