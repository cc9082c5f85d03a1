"""What the calls of people, tokens and audit answer: the fields, and how they come from the rows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from accounts.models import ApiToken, AuditEntry, User
from almconnect.lib.api import Answer, Page, words

RoleWord = Annotated[str, words("viewer", "rte", "admin", "ops")]


class MemberOut(Answer):
    id: str
    username: str
    name: str
    role: RoleWord
    active: bool

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(
            id=str(user.pk),
            username=user.username,
            name=str(user),
            role=user.role,
            active=user.is_active,
        )


class PeopleOut(Page[MemberOut]):
    pass


class TokenOut(Answer):
    id: str
    name: str
    role: RoleWord
    created: datetime
    last_used: datetime | None
    expires: datetime
    revoked: datetime | None

    @classmethod
    def of(cls, token: ApiToken) -> Self:
        return cls(
            id=str(token.pk),
            name=token.name,
            role=token.role,
            created=token.created,
            last_used=token.last_used,
            expires=token.expires,
            revoked=token.revoked,
        )


class TokensOut(Page[TokenOut]):
    pass


class ActorOut(Answer):
    id: str | None
    name: str

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls(id=str(entry.actor_id) if entry.actor_id else None, name=entry.actor_name)


class ObjectOut(Answer):
    type: str
    id: str
    name: str

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls(type=entry.object_type, id=entry.object_id, name=entry.object_name)


class EntryOut(Answer):
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

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls(
            id=entry.pk,
            at=entry.at,
            person=ActorOut.of(entry),
            action=entry.action,
            object=ObjectOut.of(entry),
            connection=str(entry.connection_id) if entry.connection_id else None,
            address=entry.address,
            way=entry.way,
            before=entry.before,
            after=entry.after,
        )


class EntriesOut(Page[EntryOut]):
    pass
