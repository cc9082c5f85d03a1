"""The API of people, tokens and audit."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from accounts import api_tokens
from accounts.answers import EntriesOut, EntryOut, MemberOut, PeopleOut, TokenOut, TokensOut
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


def through(request: HttpRequest) -> ApiToken:
    """The token that this call came with; `TokenFor` put it there."""
    token = getattr(request, "auth", None)
    assert isinstance(token, ApiToken)  # noqa: S101  (every call here declares a TokenFor)
    return token


@router.get("/people", auth=connector, response=PeopleOut, summary="Everyone of this console")
def list_people(request: HttpRequest, query: Query[Listing]) -> HttpResponse:
    return listed(User.objects.all(), MemberOut.of, cursor=query.cursor, limit=query.limit)


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
    return listed(own, TokenOut.of, cursor=query.cursor, limit=query.limit)


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
    return answer(EntriesOut(items=[EntryOut.of(row) for row in rows], next=following))


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
