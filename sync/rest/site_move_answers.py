"""What the calls about a move to another Jira answer, for the API's document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

KindWord = Literal[
    "project", "filter", "type", "status", "field", "priority", "link_type", "team", "default",
    "board", "sprint", "person", "issue",
]  # fmt: skip
VerdictWord = Literal["same", "changed", "missing", "uncertain", "foreign"]


class MoveOut(Schema):
    id: str
    connection: str
    destination: str | None = Field(
        description="The connection that holds the other Jira's credentials: the new one's before the "
        "move, the old one's afterwards. Null once the move was ended."
    )
    returns: str | None = Field(description="Of a way back: the move whose way back it is.")
    state: Literal[
        "planning", "planned", "carrying", "comparing", "done", "cancelled", "returned", "let_go"
    ]
    phase: str = Field(description="Which part of planning or carrying out goes on.")
    was: str = Field(alias="from", description="The address before.")
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


class MovesOut(Schema):
    items: list[MoveOut]
    next: str | None


class MoveRowOut(Schema):
    kind: KindWord
    verdict: VerdictWord
    project: str | None
    item: str | None
    id: str = Field(description="Before the move; empty for what is not ours.")
    name: str
    id_there: str
    name_there: str
    why: str


class MoveRowsOut(Schema):
    items: list[MoveRowOut]
    next: str | None
