"""What the calls of mapped projects and runs answer: the fields, and how they come from the rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self

from django.db.models import Count, Q
from pydantic import Field

from almconnect.lib.api import Answer, Page, words
from connections.models import Connection, MappedProject
from planning.levels import level_of
from planning.models import Release, SprintLink, Team
from sync.mapping import teams
from sync.mapping.mapping_check import Checked, Finding
from sync.models import Run, RunKind
from sync.runs import restore_comparison
from sync.runs.restore_comparison import Compared

RunWord = Annotated[str, words("waiting", "running", "finished", "failed")]


class ProgressOut(Answer):
    id: str | None
    state: RunWord
    done: int
    total: int | None
    rate: float | None = Field(description="Issues a second.")
    eta: float | None = Field(description="Seconds left.")
    message: str

    @classmethod
    def of(cls, row: Run) -> Self:
        return cls(
            id=str(row.pk),
            state=row.state,
            done=row.done,
            total=row.total,
            rate=row.rate,
            eta=row.eta,
            message=row.message,
        )


NOT_BEGUN = ProgressOut(
    id=None, state="waiting", done=0, total=None, rate=None, eta=None, message=""
)


class RunOut(ProgressOut):
    kind: str
    project: str
    findings: Any
    created: datetime
    started: datetime | None
    finished: datetime | None

    @classmethod
    def of(cls, row: Run) -> Self:
        return cls(
            id=str(row.pk),
            state=row.state,
            done=row.done,
            total=row.total,
            rate=row.rate,
            eta=row.eta,
            message=row.message,
            kind=row.kind,
            project=str(row.project_id),
            findings=row.findings,
            created=row.created,
            started=row.started,
            finished=row.finished,
        )


class DifferingOut(Answer):
    project: str
    key: str
    counts: dict[str, int] = Field(
        description="`older_in_jira`, `not_in_jira`, `another_issue`, `same`; `board_create`: only in Jira."
    )
    run: RunOut | None

    @classmethod
    def of(cls, row: Compared) -> Self:
        return cls(
            project=str(row.project.pk),
            key=row.project.key,
            counts=row.counts(),
            run=RunOut.of(row.run) if row.run is not None else None,
        )


class RestoredOut(Answer):
    held: bool = Field(description="Whether the connection is held since Jira was put back.")
    compared: bool = Field(description="Whether every project is, so that it can be answered.")
    projects: list[DifferingOut]

    @classmethod
    def of(cls, connection: Connection) -> Self:
        rows = restore_comparison.comparisons(connection)
        return cls(
            held=connection.may_be_compared,
            compared=all(row.is_done for row in rows),
            projects=[DifferingOut.of(row) for row in rows],
        )


class SprintOut(Answer):
    iteration: str
    team: str
    sprint: int
    name: str
    state: str
    drift: dict[str, str] = Field(description="Where the sprint differs from the iteration.")

    @classmethod
    def of(cls, row: SprintLink) -> Self:
        return cls(
            iteration=str(row.iteration_id),
            team=str(row.team_id),
            sprint=row.sprint_id,
            name=row.sprint_name,
            state=row.sprint_state,
            drift=row.drift,
        )


class FindingOut(Answer):
    part: Annotated[
        str, words("screens", "types", "fields", "boards", "workflow", "statuses", "links")
    ]
    state: str = Field(description="missing, or unknown where Jira could not be asked.")
    message: str
    text: str = Field(description="What to send to the Jira admin.")

    @classmethod
    def of(cls, one: Finding) -> Self:
        return cls(part=one.part, state=one.state, message=one.message, text=one.text)


class CheckedOut(Answer):
    looked_at: datetime | None = Field(description="When the screens were read last.")
    findings: list[FindingOut]

    @classmethod
    def of(cls, found: Checked) -> Self:
        return cls(
            looked_at=found.looked_at, findings=[FindingOut.of(one) for one in found.findings]
        )


class CountsOut(Answer):
    items: int
    synced: int
    waiting: int
    parked: int
    conflicts: int

    @classmethod
    def of(cls, project: MappedProject) -> Self:
        found = project.items.filter(deleted=None).aggregate(
            items=Count("pk"),
            synced=Count("pk", filter=Q(sync_state="synced")),
            waiting=Count("pk", filter=Q(sync_state="waiting")),
            parked=Count("pk", filter=Q(sync_state="parked")),
            conflicts=Count("pk", filter=Q(sync_state="conflict")),
        )
        return cls(**found)


class TeamSourceOut(Answer):
    kind: Annotated[str, words("project", "field", "label", "component", "board")]
    field: str = Field(description="Of kind field: the id of Jira's field.")
    values: dict[str, str] = Field(description="Team id to what it is called in Jira.")

    @classmethod
    def of(cls, project: MappedProject) -> Self:
        return cls(**teams.shown(project))


class LinkRuleOut(Answer):
    source: str = Field(serialization_alias="from", description="The source's type on the board.")
    word: str = Field(description="The board's word for the link.")
    to: str = Field(description="The target's type on the board.")
    link_type: str = Field(description="The name of Jira's link type.")

    @classmethod
    def of(cls, rule: dict[str, str]) -> Self:
        return cls(
            source=rule["from"], word=rule["word"], to=rule["to"], link_type=rule["link_type"]
        )


class ProjectOut(Answer):
    id: str
    connection: str
    project_key: str
    key: str
    name: str
    remote_id: str
    team: str | None
    direction: Annotated[str, words("both", "from_jira", "to_jira", "paused")]
    conflict_policy: Annotated[str, words("jira_wins", "board_wins", "ask")]
    deletion_policy: Annotated[str, words("delete", "unlink")]
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
    progress: ProgressOut = Field(serialization_alias="import")
    counts: CountsOut
    created: datetime
    updated: datetime
    field_directions: dict[str, str] = Field(
        description="Board field to from_jira or to_jira; the others go both ways."
    )
    comments: Annotated[str, words("off", "from_jira", "both")]

    levels: dict[str, int] = Field(
        description="Board type to its level in Jira's hierarchy, as far as it is known: -1 sub-tasks, "
        "0 stories and their like, 1 features, 2 capabilities."
    )

    @classmethod
    def of(cls, row: MappedProject) -> Self:
        """With its import and counts."""
        imported = Run.objects.filter(project=row, kind=RunKind.IMPORT).first()
        team = Team.objects.filter(project=row).values_list("pk", flat=True).first()
        return cls(
            id=str(row.pk),
            connection=str(row.connection_id),
            project_key=row.key,
            key=row.key,
            name=row.name,
            remote_id=row.remote_id,
            team=str(team) if team else None,
            direction=row.direction,
            conflict_policy=row.conflict_policy,
            deletion_policy=row.deletion_policy,
            jql=row.jql,
            type_map=row.type_map,
            field_map=row.field_map,
            status_map=row.status_map,
            link_map=row.link_map,
            link_rules=[LinkRuleOut.of(rule) for rule in row.link_rules],
            transition_defaults=row.transition_defaults,
            create_defaults=row.create_defaults,
            team_source=TeamSourceOut.of(row),
            board_id=row.board_id,
            progress=ProgressOut.of(imported) if imported else NOT_BEGUN,
            counts=CountsOut.of(row),
            created=row.created,
            updated=row.updated,
            field_directions=row.field_directions,
            levels={
                word: level for word in row.type_map if (level := level_of(row, word)) is not None
            },
            comments=row.comments,
        )


class ProjectsOut(Page[ProjectOut]):
    pass


class ReleaseOut(Answer):
    id: str
    name: str
    remote_id: str = Field(description="The version's id in Jira.")
    start: date | None
    release: date | None
    released: bool
    archived: bool

    @classmethod
    def of(cls, row: Release) -> Self:
        return cls(
            id=str(row.pk),
            name=row.name,
            remote_id=row.remote_id,
            start=row.start,
            release=row.release,
            released=row.released,
            archived=row.archived,
        )


class ReleasesOut(Answer):
    items: list[ReleaseOut]
