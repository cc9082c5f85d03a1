"""What the calls about a move to another Jira answer: the fields, and how they come from the rows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from almconnect.lib.api import Answer, Page, words
from sync.models import MoveRow, SiteMove
from sync.site_move import table

KindWord = Annotated[str, words(
    "project", "filter", "type", "status", "field", "priority", "link_type", "team", "default",
    "board", "sprint", "person", "issue",
)]  # fmt: skip
StateWord = Annotated[str, words(
    "planning", "planned", "carrying", "comparing", "done", "cancelled", "returned", "let_go"
)]  # fmt: skip
VerdictWord = Annotated[str, words("same", "changed", "missing", "uncertain", "foreign")]


class MoveOut(Answer):
    id: str
    connection: str
    destination: str | None = Field(
        description="The connection that holds the other Jira's credentials: the new one's before the "
        "move, the old one's afterwards. Null once the move was ended."
    )
    returns: str | None = Field(description="Of a way back: the move whose way back it is.")
    state: StateWord
    phase: str = Field(description="Which part of planning or carrying out goes on.")
    was: str = Field(serialization_alias="from", description="The address before.")
    to: str = Field(description="The address afterwards.")
    done: int
    total: int | None
    found: dict[KindWord, dict[VerdictWord, int]] = Field(
        description="How many of each kind. `same` and `changed` are certain; an item whose issue is "
        "`missing` or `uncertain` stays on the board only; `foreign` is theirs and none of ours."
    )
    old_jira_was_read: bool = Field(
        description="False: it does not answer any more, and the plan rests on what is remembered."
    )
    code: str
    message: str
    created: datetime
    created_by: str
    planned: datetime | None
    confirmed: datetime | None
    confirmed_by: str
    carried: datetime | None
    finished: datetime | None
    way_back_until: datetime | None

    @classmethod
    def of(cls, row: SiteMove) -> Self:
        return cls(
            id=str(row.pk),
            connection=str(row.connection_id),
            destination=str(row.destination_id) if row.destination_id else None,
            returns=str(row.returns_id) if row.returns_id else None,
            state=row.state,
            phase=row.phase,
            was=row.was,
            to=row.goes_to,
            done=row.done,
            total=row.total,
            found={
                line.kind: {word: n for word, n in line.cells if n} for line in table.lines(row)
            },
            old_jira_was_read=bool(row.notes.get("old_read", True)),
            code=row.code,
            message=row.message,
            created=row.created,
            created_by=row.created_by,
            planned=row.planned,
            confirmed=row.confirmed,
            confirmed_by=row.confirmed_by,
            carried=row.carried,
            finished=row.finished,
            way_back_until=row.keep_until if row.may_return else None,
        )


class MovesOut(Page[MoveOut]):
    pass


class MoveRowOut(Answer):
    kind: KindWord
    verdict: VerdictWord
    project: str | None
    item: str | None
    id: str = Field(description="Before the move; empty for what is not ours.")
    name: str
    id_there: str
    name_there: str
    why: str

    @classmethod
    def of(cls, row: MoveRow) -> Self:
        return cls(
            kind=row.kind,
            verdict=row.verdict,
            project=str(row.project_id) if row.project_id else None,
            item=str(row.item_id) if row.item_id else None,
            id=row.old_id,
            name=row.old_name,
            id_there=row.new_id,
            name_there=row.new_name,
            why=row.why,
        )


class MoveRowsOut(Page[MoveRowOut]):
    pass
