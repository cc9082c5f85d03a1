"""Mapping many projects together: a plan is made, a person looks and decides, and it is carried out.

`plan` → each project is read by a worker (boards, what of the template fits) → `decide` on rows →
`confirm` → each project is mapped by a worker, and its import begins. A project that fails holds up no
other: its row says why, and can be tried again.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.concurrent_deletion import ends_with
from connections.access.gateway import NotReady, jira_for
from connections.access.readiness import must_not_be_in_a_move
from connections.access.sealing import SealBroken
from connections.health import health
from connections.models import Connection
from jira_client import own_board
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_client.values import Project
from planning import own_projects
from planning.models import Art, Pi, Team
from sync.core import template
from sync.core.levels import STORY
from sync.core.propose import Metadata, propose
from sync.core.template import Misfit
from sync.mapping import mapped_together, templates
from sync.models import MappingPlan, MappingTemplate, PlannedProject, PlannedState
from sync.outbox import refusals
from sync.pairs import hierarchy, metadata
from sync.pairs.create_screens import CreateScreens
from sync.pairs.metadata import SiteWide
from sync.worker.lease import Held, LeaseLost, holding
from sync.worker.wake import MAP_PLANNED, wake

MOST = 500  # projects of one plan
SLICE_SECONDS = 10.0
AGAIN_SECONDS = 30.0  # after a failure of the connection
OPEN = (PlannedState.READING, PlannedState.WAITING)


def plan(
    connection: Connection,
    keys: Sequence[str],
    *,
    actor: User,
    template_id: uuid.UUID | None = None,
    art: Art | None = None,
    pi: Pi | None = None,
) -> MappingPlan:
    """Begin a plan for these projects, by key or id; a worker looks at each. Nothing is mapped yet.

    Raises Refused 404 for a template that is not there, 422 for projects that the account does not see,
    for none or too many, 409 during a move; JiraError, NotReady, SealBroken.
    """
    must_not_be_in_a_move(connection)
    by_template = _template(template_id) if template_id else None
    wanted = list(dict.fromkeys(key.strip().upper() for key in keys if key.strip()))
    if not 0 < len(wanted) <= MOST:
        words = _("Choose between 1 and %(most)d projects.") % {"most": MOST}
        raise Refused(words, fields={"projects": [words]})
    there = jira_for(connection).projects.list()
    known = {name: one for one in there for name in (one.key.upper(), one.id)}
    unknown = [key for key in wanted if key not in known or known[key].archived]
    if unknown:
        words = _("The account sees no project %(keys)s in Jira, or it is archived there.")
        words %= {"keys": ", ".join(unknown)}
        raise Refused(words, fields={"projects": [words]})
    found = {known[key].id: known[key] for key in wanted}
    with transaction.atomic():
        row = MappingPlan.objects.create(
            connection=connection,
            template_name=by_template.name if by_template else "",
            content=by_template.content if by_template else {},
            art=art,
            pi=pi,
            author=actor,
            author_name=str(actor)[:255],
        )
        PlannedProject.objects.bulk_create(_row(row, one) for one in found.values())
        audit.record(
            "mapping_plan.created",
            actor=actor,
            target=row,
            connection_id=connection.pk,
            after={"projects": sorted(one.key for one in found.values())},
        )
    wake(MAP_PLANNED, row.pk)
    return row


def decide(row: PlannedProject, values: Mapping[str, Any]) -> PlannedProject:
    """What a person says of one project: `left_out`, `belongs`, `team` (id) or `team_name`, `board_id`,
    `chosen`. Raises Refused 409 for a project that is mapped or being mapped, 422 for what cannot be.
    """
    if row.state not in (PlannedState.PROPOSED, PlannedState.LEFT_OUT, PlannedState.FAILED):
        words = _("%(key)s is %(state)s, so it cannot be decided on now.")
        raise _conflict(words % {"key": row.key, "state": row.get_state_display().lower()})
    if "belongs" in values:
        row.belongs = values["belongs"]
    if "team" in values:
        row.team, row.team_name = _team(values["team"]), ""
    if "team_name" in values and not values.get("team"):
        row.team, row.team_name = None, " ".join(str(values["team_name"]).split())[:100]
    if "board_id" in values:
        row.board_id = _offered(row, values["board_id"])
    if "chosen" in values:
        row.chosen = {part: dict(words) for part, words in values["chosen"].items()}
    if row.belongs == "team" and row.team is None and not row.team_name:
        words = _("Say the team of %(key)s.") % {"key": row.key}
        raise Refused(words, fields={"team_name": [words]})
    if "left_out" in values:
        row.state = PlannedState.LEFT_OUT if values["left_out"] else PlannedState.PROPOSED
    row.save()
    return row


def undecided(row: PlannedProject) -> list[dict[str, Any]]:
    """The misfits of which a person must say what is meant."""
    return [
        one
        for one in row.misfits
        if one["kind"] in template.TO_DECIDE
        and one["word"] not in (row.chosen.get(one["part"]) or {})
        and one["part"] in template.MAPS
    ]


def confirm(plan_row: MappingPlan, *, actor: User) -> int:
    """Have every proposed and failed project mapped; how many. Raises Refused 409 while projects are being
    looked at, where something is to be decided, and where nothing is left to map.
    """
    must_not_be_in_a_move(plan_row.connection)
    rows = plan_row.rows.all()
    if rows.filter(state=PlannedState.READING).exists():
        raise _conflict(_("The projects are still being looked at."))
    left = rows.filter(state__in=(PlannedState.PROPOSED, PlannedState.FAILED))
    open_keys = [row.key for row in left if undecided(row)]
    if open_keys:
        words = _("Decide first what is meant in %(keys)s.")
        raise _conflict(words % {"keys": ", ".join(open_keys)})
    with transaction.atomic():
        count = left.update(state=PlannedState.WAITING, message="")
        if not count:
            raise _conflict(_("There is no project left to map."))
        plan_row.confirmed = timezone.now()
        plan_row.save(update_fields=["confirmed"])
        audit.record(
            "mapping_plan.confirmed",
            actor=actor,
            target=plan_row,
            connection_id=plan_row.connection_id,
            after={"projects": count},
        )
    wake(MAP_PLANNED, plan_row.pk)
    return count


def due() -> list[str]:
    """The plans with something to do, of connections that work, by id."""
    rows = MappingPlan.objects.filter(rows__state__in=OPEN, due__lte=timezone.now())
    running = rows.filter(connection__in=Connection.objects.running())
    return [str(key) for key in running.order_by().values_list("pk", flat=True).distinct()]


def work(plan_id: uuid.UUID) -> bool:
    """One slice: project after project; True if more is left."""
    row = MappingPlan.objects.select_related("connection", "art", "pi", "author").filter(pk=plan_id)
    found = row.first()
    if found is None or not found.connection.is_running:
        return False
    with ends_with(found.connection.pk), holding(f"mapping_plan:{plan_id}") as held:
        if held is None:
            return False
        try:
            return _slice(found, held)
        except (JiraError, SealBroken) as error:
            health.note_failure(found.connection, error)
            later = timezone.now() + timedelta(seconds=AGAIN_SECONDS)
            MappingPlan.objects.filter(pk=found.pk).update(due=later)
        except (NotReady, LeaseLost):
            return False
    return False


def _slice(plan_row: MappingPlan, held: Held) -> bool:
    jira = jira_for(plan_row.connection)
    site, until = SiteWide(jira), time.monotonic() + SLICE_SECONDS
    for row in _open(plan_row).select_related("team").order_by("key"):
        held.renew()
        try:
            if row.state == PlannedState.READING:
                _look(plan_row, row, jira, site)
            else:
                mapped_together.carry_out(plan_row, row, site)
        except Refused as refusal:
            _failed(row, refusal.message)
        except JiraError as error:
            if refusals.of_connection(error):
                raise
            _failed(row, str(error))
        if time.monotonic() > until:
            break
    return _open(plan_row).exists()


def _open(plan_row: MappingPlan) -> QuerySet[PlannedProject]:
    return PlannedProject.objects.filter(plan=plan_row, state__in=OPEN)


def _look(plan_row: MappingPlan, row: PlannedProject, jira: JiraClient, site: SiteWide) -> None:
    """Boards, team and misfits of one project, as a proposal."""
    project = Project(id=row.remote_id, key=row.key, name=row.name, style=row.style)
    data = metadata.read_metadata(jira, project, site)
    proposal = propose(data)
    if plan_row.content:
        levels = templates.levels_where_asked(jira, project.key, data, plan_row.content)
        misfits = templates.fit(plan_row.content, data, levels=levels).misfits
        row.misfits = [_kept(one) for one in misfits]
    row.boards = [
        {
            "id": one.id,
            "name": one.name,
            "type": one.type,
            "own": not own_board.is_another(one, project),
            "sprints": one.type == "scrum" or (data.board is not None and one.id == data.board.id),
        }
        for one in data.boards
    ]
    row.board_id = proposal.board_id
    there = plan_row.connection.projects.filter(remote_id=row.remote_id).first()
    row.project = there
    row.team, row.team_name = mapped_together.proposed_team(plan_row, row, there)
    if (
        proposal.board_id is None
        and row.team is None
        and _is_of_the_art(plan_row, jira, project, data)
    ):
        row.belongs = "art"
    row.state, row.message = PlannedState.PROPOSED, ""
    row.save()


def _is_of_the_art(
    plan_row: MappingPlan, jira: JiraClient, project: Project, data: Metadata
) -> bool:
    """Of a project without sprints: whether the plan's ART is rather to have it than a team. So it is where
    nothing of it is of a team's level, or where the ART has no project yet, nor is to get one.
    """
    if plan_row.art is None:
        return False
    screens, known = CreateScreens(jira, project.key), hierarchy.known_in(plan_row.connection)
    found = hierarchy.levels_of(jira, screens, data.types, known)
    levels = [found.get(one.id) for one in data.types if not one.subtask]
    if levels and all(level is not None and level > STORY for level in levels):
        return True
    has_one = own_projects.ids_of(plan_row.art) or plan_row.rows.filter(belongs="art").exists()
    return not has_one


def _kept(one: Misfit) -> dict[str, Any]:
    return {**asdict(one), "choices": dict(list(one.choices.items())[:200])}


def _failed(row: PlannedProject, why: str) -> None:
    row.state, row.message = PlannedState.FAILED, why[:1000]
    row.save(update_fields=["state", "message"])


def _row(plan_row: MappingPlan, one: Project) -> PlannedProject:
    return PlannedProject(
        plan=plan_row, remote_id=one.id, key=one.key, name=one.name[:255], style=one.style[:20]
    )


def _template(key: uuid.UUID) -> MappingTemplate:
    found = MappingTemplate.objects.filter(pk=key).first()
    if found is None:
        raise Refused(_("There is no such template."), code="not_found", status=404)
    return found


def _team(key: Any) -> Team | None:
    if key is None:
        return None
    found = Team.objects.filter(pk=key).first()
    if found is None:
        words = _("There is no such team.")
        raise Refused(words, fields={"team": [words]})
    return found


def _offered(row: PlannedProject, board: int | None) -> int | None:
    if board is not None and board not in {one["id"] for one in row.boards if one["sprints"]}:
        words = _("%(key)s has no board %(board)s with sprints.")
        words %= {"key": row.key, "board": board}
        raise Refused(words, fields={"board_id": [words]})
    return board


def _conflict(words: str) -> Refused:
    return Refused(words, code="not_ready", status=409)
