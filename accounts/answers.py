"""What the calls of people, tokens and audit answer, for the API's document."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

RoleWord = Literal["viewer", "rte", "admin", "ops"]


class MemberOut(Schema):
    id: str
    username: str
    name: str
    role: RoleWord
    active: bool


class PeopleOut(Schema):
    items: list[MemberOut]
    next: str | None


class TokenOut(Schema):
    id: str
    name: str
    role: RoleWord
    created: datetime
    last_used: datetime | None
    expires: datetime
    revoked: datetime | None


class TokensOut(Schema):
    items: list[TokenOut]
    next: str | None


class ActorOut(Schema):
    id: str | None
    name: str


class ObjectOut(Schema):
    type: str
    id: str
    name: str


class EntryOut(Schema):
    id: int
    at: datetime
    person: ActorOut
    action: str
    object: ObjectOut
    connection: str | None
    address: str = Field(description="From where; empty for the console itself.")
    way: str = Field(description="`token`, `link`, or the proofs of sign-in: `password+totp`.")
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class EntriesOut(Schema):
    items: list[EntryOut]
    next: str | None
