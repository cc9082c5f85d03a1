"""The API of people, tokens and audit."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from accounts import api_tokens
from accounts.answers import EntriesOut, PeopleOut, TokensOut
from accounts.bearer_tokens import (
    actor_of,
    by_a_token_holder,
    by_an_admin,
    connector,
    operator,
    reader,
)
from accounts.models import ApiToken, AuditEntry, User
from almconnect.lib.api import Listing, answer, listed, page

router = Router(tags=["People"])


class AuditQuery(Listing):
    person: str = ""
    action: str = ""
    connection: uuid.UUID | None = None
    since: datetime | None = None


def shown_person(user: User) -> dict[str, Any]:
    return {
        "id": str(user.pk),
        "username": user.username,
        "name": str(user),
        "role": user.role,
        "active": user.is_active,
    }


def shown_token(token: ApiToken) -> dict[str, Any]:
    return {
        "id": str(token.pk),
        "name": token.name,
        "role": token.role,
        "created": token.created,
        "last_used": token.last_used,
        "expires": token.expires,
        "revoked": token.revoked,
    }


def shown_entry(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "at": entry.at,
        "person": {"id": str(entry.actor_id) if entry.actor_id else None, "name": entry.actor_name},
        "action": entry.action,
        "object": {"type": entry.object_type, "id": entry.object_id, "name": entry.object_name},
        "connection": entry.connection_id,
        "address": entry.address,
        "way": entry.way,
        "before": entry.before,
        "after": entry.after,
    }


def through(request: HttpRequest) -> ApiToken:
    """The token that this call came with; `TokenFor` put it there."""
    token = getattr(request, "auth", None)
    assert isinstance(token, ApiToken)  # noqa: S101  (every call here declares a TokenFor)
    return token


@router.get("/people", auth=connector, response=PeopleOut, summary="Everyone of this console")
def list_people(request: HttpRequest, query: Query[Listing]) -> HttpResponse:
    return listed(User.objects.all(), shown_person, cursor=query.cursor, limit=query.limit)


@router.post("/people", auth=by_an_admin, include_in_schema=False)
def add_person(request: HttpRequest) -> HttpResponse:
    """Never reached: the door answers 403 with the page on which a person does it."""
    raise PermissionDenied


@router.patch("/people/{uuid:person_id}", auth=by_an_admin, include_in_schema=False)
def change_person(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Never reached, as above."""
    raise PermissionDenied


@router.get("/tokens", auth=reader, response=TokensOut, summary="Your own tokens, never their text")
def list_tokens(request: HttpRequest, query: Query[Listing]) -> HttpResponse:
    own = ApiToken.objects.filter(user=actor_of(request))
    return listed(own, shown_token, cursor=query.cursor, limit=query.limit)


@router.post("/tokens", auth=by_a_token_holder, include_in_schema=False)
def create_token(request: HttpRequest) -> HttpResponse:
    """Never reached: no token mints a token."""
    raise PermissionDenied


@router.delete(
    "/tokens/{uuid:token_id}",
    auth=reader,
    response={204: None},
    summary="Revoke the token that calls, and no other",
)
def revoke_token(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    api_tokens.revoke_token(actor=actor_of(request), token_id=token_id, through=through(request))
    return HttpResponse(status=204)


@router.get("/audit", auth=operator, response=EntriesOut, summary="Who did what, the newest first")
def list_audit(request: HttpRequest, query: Query[AuditQuery]) -> HttpResponse:
    rows, following = entries(query)
    return answer({"items": [shown_entry(row) for row in rows], "next": following})


def entries(query: AuditQuery) -> tuple[list[AuditEntry], str | None]:
    """One page of the trail, newest first, and the cursor of the next."""
    rows = AuditEntry.objects.order_by("-pk")
    if query.person:
        rows = rows.filter(actor_name__icontains=query.person)
    if query.action:
        rows = rows.filter(action__icontains=query.action)
    if query.connection:
        rows = rows.filter(connection_id=query.connection)
    if query.since:
        rows = rows.filter(at__gte=query.since)
    return page(rows, cursor=query.cursor, limit=query.limit, newest_first=True)
