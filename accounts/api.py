"""The API of people, tokens and audit."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from pydantic import Field

from accounts import people, token_care
from accounts.answers import (
    EntriesOut,
    InvitedOut,
    MemberOut,
    NewTokenOut,
    PeopleOut,
    TokensOut,
)
from accounts.models import ApiToken, AuditEntry, User
from accounts.tokens import actor_of, connector, operator, reader
from almconnect.lib.api import Listing, Strict, answer, listed, page

router = Router(tags=["People"])
RoleName = Literal["viewer", "rte", "admin", "ops"]


class PersonIn(Strict):
    username: str = Field(min_length=1, max_length=150)
    role: RoleName = "viewer"
    full_name: str = Field("", max_length=200)


class PersonChange(Strict):
    """What is left out stays as it is."""

    role: RoleName = "viewer"
    active: bool = True


class TokenIn(Strict):
    name: str = Field(min_length=1, max_length=100)
    role: RoleName


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
        "before": entry.before,
        "after": entry.after,
    }


def through(request: HttpRequest) -> ApiToken:
    """The token that this call came with; `TokenFor` put it there."""
    token = getattr(request, "auth", None)
    assert isinstance(token, ApiToken)  # noqa: S101  (every call here declares a TokenFor)
    return token


def once(data: dict[str, Any], status: int) -> HttpResponse:
    """An answer that holds a secret: nobody on the way may keep it, nor do we."""
    response = answer(data, status)
    response["Cache-Control"] = "no-store"
    return response


@router.get("/people", auth=connector, response=PeopleOut, summary="Everyone of this console")
def list_people(request: HttpRequest, query: Query[Listing]) -> HttpResponse:
    return listed(User.objects.all(), shown_person, cursor=query.cursor, limit=query.limit)


@router.post(
    "/people",
    auth=connector,
    response={201: InvitedOut},
    summary="Add a person; answers an invitation once",
)
def add_person(request: HttpRequest, data: PersonIn) -> HttpResponse:
    actor = actor_of(request)
    person = people.add_person(actor=actor, **data.model_dump())
    invitation = people.invite(actor=actor, person=person)
    return once({**shown_person(person), "invitation": invitation}, 201)


@router.patch(
    "/people/{uuid:person_id}",
    auth=connector,
    response=MemberOut,
    summary="Change role, switch off or on",
)
def change_person(request: HttpRequest, person_id: uuid.UUID, data: PersonChange) -> HttpResponse:
    actor, person = actor_of(request), get_object_or_404(User, pk=person_id)
    if "role" in data.model_fields_set:
        person = people.change_role(actor=actor, person=person, role=data.role)
    if "active" in data.model_fields_set:
        person = people.switch(actor=actor, person=person, active=data.active)
    return answer(shown_person(person))


@router.get("/tokens", auth=reader, response=TokensOut, summary="Your own tokens, never their text")
def list_tokens(request: HttpRequest, query: Query[Listing]) -> HttpResponse:
    own = ApiToken.objects.filter(user=actor_of(request))
    return listed(own, shown_token, cursor=query.cursor, limit=query.limit)


@router.post(
    "/tokens",
    auth=reader,
    response={201: NewTokenOut},
    summary="Make a token; its text is answered once",
)
def create_token(request: HttpRequest, data: TokenIn) -> HttpResponse:
    token, text = token_care.create_token(
        actor=actor_of(request), through=through(request), **data.model_dump()
    )
    return once({**shown_token(token), "token": text}, 201)


@router.delete(
    "/tokens/{uuid:token_id}",
    auth=reader,
    response={204: None},
    summary="Revoke one of your own tokens",
)
def revoke_token(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    token_care.revoke_token(actor=actor_of(request), token_id=token_id, through=through(request))
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
