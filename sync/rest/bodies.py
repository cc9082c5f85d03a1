"""What callers of the sync's API send, as body or query. What goes out is in the `…answers`."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from almconnect.lib.api import Listing, Strict

Short = Annotated[str, StringConstraints(max_length=100)]
Defaults = dict[Short, dict[Short, Any] | None]  # board status → Jira field id → value
Words = dict[Short, Annotated[str, StringConstraints(max_length=255)] | None]


Ways = dict[Short, Literal["both", "from_jira", "to_jira"] | None]
WAYS = "Board field to the way it goes within the project's direction; null and “both”: both ways."


class Policies(Strict):
    direction: Literal["both", "from_jira", "to_jira", "paused"] = "both"
    conflict_policy: Literal["jira_wins", "board_wins", "ask"] = "jira_wins"
    deletion_policy: Literal["delete", "unlink"] = "unlink"
    comments: Literal["off", "from_jira", "both"] = "both"
    jql: Annotated[str, StringConstraints(max_length=5000)] | None = None


class ProjectIn(Policies):
    team: uuid.UUID | None = None
    project_key: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    type_map: Words | None = None
    field_map: Words | None = None
    status_map: Words | None = None
    link_map: Words | None = None
    field_directions: Ways = Field(default={}, description=WAYS)
    board_id: int | None = Field(default=None, description="Null: the project's own board.")


class TeamSourceIn(Strict):
    """Where issues say their team. `field`: of kind *field*, its id. `values`: team id → Jira's value."""

    kind: Literal["project", "field", "label", "component", "board"]
    field: Annotated[str, StringConstraints(max_length=60)] = ""
    values: dict[uuid.UUID, Annotated[str, StringConstraints(max_length=255)]] = {}


class LinkRuleIn(Strict):
    """Between items of the types `source` (`from`) and `to`, the board's `word` is Jira's link type."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(alias="from")
    word: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    to: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    link_type: Annotated[str, StringConstraints(min_length=1, max_length=255)]


class DraftPatch(Policies):
    """What is left out stays as it is. Null clears the filter and the board, for the rest it is refused."""

    type_map: Words = {}
    field_map: Words = {}
    status_map: Words = {}
    link_map: Words = {}
    field_directions: Ways = Field(default={}, description=WAYS)
    transition_defaults: Defaults = {}
    create_defaults: Defaults = Field(
        default={},
        description="Board type to Jira field id to the value that a new issue is given.",
    )
    team_source: TeamSourceIn | None = None
    link_rules: list[LinkRuleIn] = []
    board_id: int | None = Field(
        default=None, description="The board of the project's sprints: GET …/boards lists them."
    )


class ProjectPatch(DraftPatch):
    """What is left out stays as it is. Null clears the team, the filter and the board, for the rest it
    is refused.
    """

    team: uuid.UUID | None = None


class StateListing(Listing):
    state: str | None = None
    connection: uuid.UUID | None = None
    project: uuid.UUID | None = None


class ReleaseIn(Strict):
    """A version that is made in Jira."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    start: date | None = None
    release: date | None = None


class AttachmentIn(Strict):
    """A file that is added to an issue in Jira. `content`: Base64."""

    filename: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    content: str


class SprintIn(Strict):
    """`project`: in which of the team's projects; left out, the one that it points at."""

    team: uuid.UUID
    project: uuid.UUID | None = None


class TeamBoardIn(Strict):
    """`board_id`: null for a team without sprints there. `dry_run`: only say what would change."""

    board_id: int | None = Field(ge=1, le=2_147_483_647)
    dry_run: bool = False


class TakeIn(Strict):
    take: Literal["board", "jira"]


class WayIn(Strict):
    way: Literal["jira", "board", "unlink", "keep", "restore", "delete", "give_up"]


class StuckWayIn(Strict):
    """`field`: as listed; empty for an issue that Jira does not show now."""

    field: str = Field(default="", max_length=100)
    way: Literal["again", "jira"]


class ReplayIn(Strict):
    """Which of the failed or parked ones, all if nothing is said. `dry`: only count them."""

    connection: uuid.UUID | None = None
    project: uuid.UUID | None = None
    since: AwareDatetime | None = None
    dry: bool = False


class OfMappingListing(Listing):
    connection: uuid.UUID | None = None
    project: uuid.UUID | None = None


class DecisionIn(Strict):
    """`count`: how many were shown; where others are held by now, nothing is done."""

    decision: Literal["delete", "keep", "restore", "unlink"]
    count: int | None = Field(default=None, ge=0)


class MoveIn(Strict):
    """`destination`: the connection that leads to the new Jira."""

    destination: uuid.UUID


class MoveRowListing(Listing):
    kind: str | None = None
    verdict: str | None = None
