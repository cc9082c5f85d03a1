"""What the calls of the sync's own rows answer: the fields, and how they come from the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from django.db.models import Q
from pydantic import Field

from almconnect.lib.api import Answer, Page, words
from connections.health import truth
from connections.models import Connection
from planning.models import Change, WorkItem
from sync.inbound import mass_deletion_guard
from sync.models import Brake, Conflict, Delivery, Shadow
from sync.outbox import ways_out
from sync.pairs import trace
from sync.status import parked_fields
from sync.status.parked_fields import Stuck
from sync.status.status import Status


class DeliveryOut(Answer):
    id: str
    connection: str
    received: datetime
    event: str
    issue_id: str
    issue_key: str
    state: str
    attempts: int
    detail: str
    settled: datetime | None

    @classmethod
    def of(cls, row: Delivery) -> Self:
        return cls(
            id=str(row.public_id),
            connection=str(row.connection_id),
            received=row.received,
            event=row.event,
            issue_id=row.issue_id,
            issue_key=row.issue_key,
            state=row.state,
            attempts=row.attempts,
            detail=row.detail,
            settled=row.settled,
        )


class DeliveriesOut(Page[DeliveryOut]):
    pass


class ChangeOut(Answer):
    id: str
    project: str
    item: str
    kind: str
    fields: dict[str, Any]
    actor: str
    created: datetime
    state: str
    due: datetime
    attempts: int
    code: str
    message: str
    ways: list[
        Annotated[
            str,
            words(
                "again", "now", "jira", "board", "unlink", "keep", "restore", "delete", "give_up"
            ),
        ]
    ] = Field(description="again and now are POST …/replay, the others POST …/decide.")
    settled: datetime | None

    @classmethod
    def of(cls, row: Change) -> Self:
        return cls(
            id=str(row.operation),
            project=str(row.project_id),
            item=str(row.item_id),
            kind=row.kind,
            fields=row.fields,
            actor=row.actor_name,
            created=row.created,
            state=row.state,
            due=row.due,
            attempts=row.attempts,
            code=row.code,
            message=row.message,
            ways=[way.value for way in ways_out.of(row)],
            settled=row.settled,
        )


class ChangesOut(Page[ChangeOut]):
    pass


class StuckOut(Answer):
    field: str = Field(description="Empty for an issue that Jira does not show now.")
    reason: str
    ways: list[Annotated[str, words("again", "jira")]] = Field(description="By POST …/decide.")

    @classmethod
    def of(cls, one: Stuck) -> Self:
        return cls(field=one.field, reason=one.reason, ways=[way.value for way in one.ways])


class StuckItemOut(Answer):
    item: str
    project: str | None
    key: str
    parked: list[StuckOut]

    @classmethod
    def of(cls, row: Shadow) -> Self:
        return cls(
            item=str(row.item_id),
            project=str(row.project_id) if row.project_id else None,
            key=row.remote_key,
            parked=[StuckOut.of(one) for one in parked_fields.of(row)],
        )


class StuckItemsOut(Page[StuckItemOut]):
    pass


class ConflictOut(Answer):
    id: str
    item: str
    key: str
    field: str
    base: Any
    board: Any
    jira: Any
    board_author: str
    board_at: datetime | None
    jira_author: str
    jira_at: datetime | None
    found: datetime
    state: Annotated[str, words("open", "resolved")]
    taken: str | None
    taken_by: str
    resolved: datetime | None

    @classmethod
    def of(cls, row: Conflict) -> Self:
        """Needs `shadow` selected."""
        return cls(
            id=str(row.pk),
            item=str(row.shadow.item_id),
            key=row.shadow.remote_key,
            field=row.field,
            base=row.base,
            board=row.board,
            jira=row.jira,
            board_author=row.board_author,
            board_at=row.board_at,
            jira_author=row.jira_author,
            jira_at=row.jira_at,
            found=row.found,
            state="resolved" if row.resolved else "open",
            taken=row.taken or None,
            taken_by=row.taken_by,
            resolved=row.resolved,
        )


class ConflictsOut(Page[ConflictOut]):
    pass


class GoneOut(Answer):
    item: str
    connection: str
    project: str | None
    key: str
    summary: str
    since: datetime | None
    why: Annotated[str, words("deleted", "unseen")] = Field(
        description="`deleted`: by Jira's own word; `unseen`: deleted, or hidden from the account."
    )
    asked: int = Field(description="How often Jira was asked for it since.")
    asked_again: datetime | None

    @classmethod
    def of(cls, row: Shadow) -> Self:
        """Needs `item` selected."""
        return cls(
            item=str(row.item_id),
            connection=str(row.connection_id),
            project=str(row.project_id) if row.project_id else None,
            key=row.remote_key,
            summary=row.item.summary,
            since=row.item.deleted,
            why=row.absence,
            asked=row.looks,
            asked_again=row.look_due,
        )


class GoneListOut(Page[GoneOut]):
    pass


class StepOut(Answer):
    at: datetime
    step: str
    outcome: str
    message: str
    by: str


class TraceOut(Answer):
    item: str | None = Field(description="Null: the board has no item of this key.")
    key: str
    others: list[str] = Field(description="Further items that have, or had, this key.")
    steps: list[StepOut]

    @classmethod
    def of(cls, item: WorkItem, others: Sequence[WorkItem]) -> Self:
        return cls(
            item=str(item.pk),
            key=item.remote_key,
            others=[str(one.pk) for one in others],
            steps=[StepOut(**step) for step in trace.chain(item)],
        )

    @classmethod
    def of_deliveries(cls, key: str) -> Self:
        """What Jira told of an issue that the board does not have."""
        steps = [StepOut(**step) for step in trace.of_deliveries(Q(issue_key=key))]
        return cls(item=None, key=key, others=[], steps=steps)


class AccountOut(Answer):
    id: str
    name: str


class HookOut(Answer):
    state: str
    last_seen: datetime | None


class ReplayedOut(Answer):
    count: int = Field(description="How many were, or with dry would be, tried again.")
    dry: bool


class BrakeOut(Answer):
    id: str
    connection: str
    tripped: datetime
    way: Annotated[str, words("from_jira", "to_jira")]
    reason: str
    state: Annotated[str, words("open", "decided")]
    held: int = Field(description="Items whose deletion waits for the decision.")
    decision: Annotated[str, words("delete", "keep", "restore", "unlink")] | None
    decided: datetime | None
    decided_by: str
    count: int = Field(description="Items that the decision was about.")

    @classmethod
    def of(cls, row: Brake) -> Self:
        return cls(
            id=str(row.pk),
            connection=str(row.connection_id),
            tripped=row.tripped,
            way=row.way,
            reason=row.reason,
            state="decided" if row.decided else "open",
            held=0 if row.decided else mass_deletion_guard.count_of(row),
            decision=row.decision or None,
            decided=row.decided,
            decided_by=row.decided_by,
            count=row.count,
        )


class BrakesOut(Page[BrakeOut]):
    pass


class HeldOut(Answer):
    id: str
    reason: str
    since: datetime
    held: int

    @classmethod
    def of(cls, row: Brake) -> Self:
        return cls(
            id=str(row.pk),
            reason=row.reason,
            since=row.tripped,
            held=mass_deletion_guard.count_of(row),
        )


class StandingOut(Answer):
    code: str = Field(
        description="live, or what stands in the way, such as paused or another_jira."
    )
    reads: bool = Field(description="Whether what changes in Jira reaches the board now.")
    writes: bool = Field(description="Whether what changes on the board reaches Jira now.")
    message: str = Field(description="The sentence that the pages say; empty where it is live.")

    @classmethod
    def of(cls, row: Connection) -> Self:
        """In the words that the pages say."""
        found = truth.of_connection(row)
        return cls(code=found.code, reads=found.reads, writes=found.writes, message=found.words)


class StatusOut(Answer):
    connection: str
    name: str
    state: str
    standing: StandingOut
    health: str
    account: AccountOut | None
    waiting_in: int
    waiting_out: int
    oldest_waiting_seconds: float
    last_in: datetime | None
    last_out: datetime | None
    parked: int
    conflicts: int
    webhook: HookOut
    brake: HeldOut | None = Field(description="Deletions that are held, if any.")
    rate_budget: dict[str, Any]
    diagnosis: dict[str, Any] | None

    @classmethod
    def of(cls, found: Status) -> Self:
        row = found.connection
        known = row.account_id
        return cls(
            connection=str(row.pk),
            name=row.name,
            state=row.state,
            standing=StandingOut.of(row),
            health=row.health,
            account=AccountOut(id=known, name=row.account_name) if known else None,
            waiting_in=found.waiting_in,
            waiting_out=found.waiting_out,
            oldest_waiting_seconds=found.oldest_waiting_seconds,
            last_in=row.last_in,
            last_out=row.last_out,
            parked=found.parked,
            conflicts=found.conflicts,
            webhook=HookOut(state=row.webhook_state, last_seen=row.webhook_seen),
            brake=HeldOut.of(found.brake) if found.brake else None,
            rate_budget=found.rate_budget,
            diagnosis=row.diagnosis,
        )
