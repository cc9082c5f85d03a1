"""Bearer tokens of calls to the API, and the role each call declares.

The role is judged with the token, before the body is looked at: a refused role learns nothing
from validation.
"""

from __future__ import annotations

import orjson
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from accounts.access import CONNECT, OPERATE, PLAN, READ
from accounts.models import ApiToken, User
from almconnect.lib.api import Refused


class TokenFor(HttpBearer):
    """Admits a live token of one of these roles; then `request.user` is its person.

    Use as `@router.post(..., auth=planner)`. A missing or dead token is 401, another role 403.
    `also`: roles that may call too, where the body holds some of `fields` and nothing else; with
    `empty` also where it holds nothing.
    """

    def __init__(
        self,
        roles: frozenset[str],
        *,
        also: frozenset[str] = frozenset(),
        fields: frozenset[str] = frozenset(),
        empty: bool = False,
    ) -> None:
        super().__init__()
        self.roles, self.also, self.fields, self.empty = roles, also, fields, empty

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = (
            ApiToken.objects.select_related("user")
            .live()
            .filter(digest=ApiToken.digest_of(token))
            .first()
        )
        if found is None:
            return None
        if found.role not in self.roles and not (
            found.role in self.also and _holds_only(request, self.fields, empty=self.empty)
        ):
            raise PermissionDenied
        now = timezone.now()
        if found.last_used is None or (now - found.last_used).total_seconds() > 60:
            ApiToken.objects.filter(pk=found.pk).update(last_used=now)
        request.user = found.user
        return found


class InPerson(TokenFor):
    """A call that no token may make, whatever its role, nor a session that lay open: it hands out ways
    in or rights. It is refused before its body is looked at, with the page on which a person does it.
    """

    def __init__(self, page: str) -> None:
        super().__init__(frozenset())
        self.page = page

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        try:
            super().authenticate(request, token)
        except PermissionDenied:
            raise Refused(
                f"No token may do this. A person does it at the console, on the page “{self.page}”.",
                code="person_needed",
                status=403,
            ) from None
        return None


def _holds_only(request: HttpRequest, fields: frozenset[str], *, empty: bool) -> bool:
    """Is the body a JSON object of some of these fields, and of nothing else?"""
    if not request.body:
        return empty
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(body, dict) and (bool(body) or empty) and body.keys() <= fields


reader, planner = TokenFor(READ), TokenFor(PLAN)
connector, operator = TokenFor(CONNECT), TokenFor(OPERATE)
# Whoever plans may stop and start a connection's sync, as on its page; what it is, an admin says.
pauser = TokenFor(CONNECT, also=PLAN, fields=frozenset({"paused"}))
# Whoever plans may test what is stored; what is on an admin's screen, an admin tests.
tester = TokenFor(CONNECT, also=PLAN, fields=frozenset({"retry"}), empty=True)


# A leaked token must not grow: it makes no token, invites nobody and gives no rights.
by_a_token_holder, by_an_admin = InPerson("API tokens"), InPerson("People")


def actor_of(request: HttpRequest) -> User:
    """The person whose token this call carries."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
