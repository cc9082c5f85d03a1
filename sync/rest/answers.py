"""What the sync's calls answer, for the API's document. The views build these in `shapes`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

RunWord = Literal["waiting", "running", "finished", "failed"]


class ProgressOut(Schema):
    id: str | None
    state: RunWord
    done: int
    total: int | None
    rate: float | None = Field(description="Issues a second.")
    eta: float | None = Field(description="Seconds left.")
    message: str


class RunOut(ProgressOut):
    kind: str
    project: str
    findings: Any
    created: datetime
    started: datetime | None
    finished: datetime | None


class DifferingOut(Schema):
    project: str
    key: str
    counts: dict[str, int] = Field(
        description="`older_in_jira`, `not_in_jira`, `another_issue`, `same`; `board_create`: only in Jira."
    )
    run: RunOut | None


class RestoredOut(Schema):
    held: bool = Field(description="Whether the connection is held since Jira was put back.")
    compared: bool = Field(description="Whether every project is, so that it can be answered.")
    projects: list[DifferingOut]


class SprintOut(Schema):
    iteration: str
    team: str
    sprint: int
    name: str
    state: str
    drift: dict[str, str] = Field(description="Where the sprint differs from the iteration.")


class FindingOut(Schema):
    part: Literal["screens", "types", "boards", "workflow", "statuses", "links"]
    state: str = Field(description="missing, or unknown where Jira could not be asked.")
    message: str
    text: str = Field(description="What to send to the Jira admin.")


class CheckedOut(Schema):
    looked_at: datetime | None = Field(description="When the screens were read last.")
    findings: list[FindingOut]


class BoardOut(Schema):
    id: int
    name: str
    type: str
    project_key: str = Field(description="Where it is; empty where Jira does not say.")
    own: bool = Field(description="False: Jira says that it is another project's.")
    sprints: bool = Field(description="Whether sprints can be planned in it.")
    chosen: bool


class BoardsOut(Schema):
    items: list[BoardOut]


class CountsOut(Schema):
    items: int
    synced: int
    waiting: int
    parked: int
    conflicts: int


class TeamSourceOut(Schema):
    kind: Literal["project", "field", "label", "component"]
    field: str = Field(description="Of kind field: the id of Jira's field.")
    values: dict[str, str] = Field(description="Team id to what it is called in Jira.")


class LinkRuleOut(Schema):
    source: str = Field(alias="from", description="The source's type on the board.")
    word: str = Field(description="The board's word for the link.")
    to: str = Field(description="The target's type on the board.")
    link_type: str = Field(description="The name of Jira's link type.")


class ProjectOut(Schema):
    id: str
    connection: str
    project_key: str
    key: str
    name: str
    remote_id: str
    team: str | None
    direction: Literal["both", "from_jira", "to_jira", "paused"]
    conflict_policy: Literal["jira_wins", "board_wins", "ask"]
    deletion_policy: Literal["delete", "unlink"]
    jql: str
    type_map: dict[str, Any]
    field_map: dict[str, Any]
    status_map: dict[str, Any]
    link_map: dict[str, Any]
    link_rules: list[LinkRuleOut] = Field(description="What goes before link_map, by types.")
    transition_defaults: dict[str, dict[str, Any]]
    create_defaults: dict[str, dict[str, Any]]
    team_source: TeamSourceOut
    board_id: int | None
    progress: ProgressOut = Field(alias="import")
    counts: CountsOut
    created: datetime
    updated: datetime


class ProjectsOut(Schema):
    items: list[ProjectOut]
    next: str | None


class DeliveryOut(Schema):
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


class DeliveriesOut(Schema):
    items: list[DeliveryOut]
    next: str | None


class ChangeOut(Schema):
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
        Literal["again", "now", "jira", "board", "unlink", "keep", "restore", "delete", "give_up"]
    ] = Field(description="again and now are POST …/replay, the others POST …/decide.")
    settled: datetime | None


class ChangesOut(Schema):
    items: list[ChangeOut]
    next: str | None


class StuckOut(Schema):
    field: str = Field(description="Empty for an issue that Jira does not show now.")
    reason: str
    ways: list[Literal["again", "jira"]] = Field(description="By POST …/decide.")


class StuckItemOut(Schema):
    item: str
    project: str | None
    key: str
    parked: list[StuckOut]


class StuckItemsOut(Schema):
    items: list[StuckItemOut]
    next: str | None


class ConflictOut(Schema):
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
    state: Literal["open", "resolved"]
    taken: str | None
    taken_by: str
    resolved: datetime | None


class ConflictsOut(Schema):
    items: list[ConflictOut]
    next: str | None


class GoneOut(Schema):
    item: str
    connection: str
    project: str | None
    key: str
    summary: str
    since: datetime | None
    why: Literal["deleted", "unseen"] = Field(
        description="`deleted`: by Jira's own word; `unseen`: deleted, or hidden from the account."
    )
    asked: int = Field(description="How often Jira was asked for it since.")
    asked_again: datetime | None


class GoneListOut(Schema):
    items: list[GoneOut]
    next: str | None


class StepOut(Schema):
    at: datetime
    step: str
    outcome: str
    message: str
    by: str


class TraceOut(Schema):
    item: str | None = Field(description="Null: the board has no item of this key.")
    key: str
    others: list[str] = Field(description="Further items that have, or had, this key.")
    steps: list[StepOut]


class AccountOut(Schema):
    id: str
    name: str


class HookOut(Schema):
    state: str
    last_seen: datetime | None


class ReplayedOut(Schema):
    count: int = Field(description="How many were, or with dry would be, tried again.")
    dry: bool


class BrakeOut(Schema):
    id: str
    connection: str
    tripped: datetime
    way: Literal["from_jira", "to_jira"]
    reason: str
    state: Literal["open", "decided"]
    held: int = Field(description="Items whose deletion waits for the decision.")
    decision: Literal["delete", "keep", "restore", "unlink"] | None
    decided: datetime | None
    decided_by: str
    count: int = Field(description="Items that the decision was about.")


class BrakesOut(Schema):
    items: list[BrakeOut]
    next: str | None


class HeldOut(Schema):
    id: str
    reason: str
    since: datetime
    held: int


class StandingOut(Schema):
    code: str = Field(
        description="live, or what stands in the way, such as paused or another_jira."
    )
    reads: bool = Field(description="Whether what changes in Jira reaches the board now.")
    writes: bool = Field(description="Whether what changes on the board reaches Jira now.")
    message: str = Field(description="The sentence that the pages say; empty where it is live.")


class StatusOut(Schema):
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
