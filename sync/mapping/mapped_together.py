"""One project of a plan: whose it may be, and mapping it as the plan says."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.models import MappedProject
from jira_client.values import Project
from planning import own_project_editing
from planning.models import Team
from planning.structure_editing import add_part, edit_part
from sync.core.propose import Metadata
from sync.core.template import Fitted
from sync.mapping import project_mapping, sprints, team_boards, templates
from sync.mapping.project_mapping import MAPS
from sync.models import MappingPlan, PlannedProject, PlannedState, VersionOrigin
from sync.pairs import mapping_versions, metadata, shared_projects
from sync.pairs.mapping_versions import Cause
from sync.pairs.metadata import SiteWide


def proposed_team(
    plan: MappingPlan, row: PlannedProject, mapped: MappedProject | None
) -> tuple[Team | None, str]:
    """The team whose project it is already, else one that is called like it, else a new one's name."""
    if mapped is not None and (team := mapped.teams.first()):
        return team, ""
    short = re.sub(r"^team\s+", "", row.name, flags=re.IGNORECASE).strip()[:100]
    found = Team.objects.filter(name__in=(short, row.name[:100])).first()
    return (found, "") if found is not None else (None, short or row.key)


def carry_out(plan: MappingPlan, row: PlannedProject, site: SiteWide) -> None:
    """Map the project, or bring its mapping to the template, and give it to its team or ART.

    Each step is found done when it is tried again. Raises Refused with what is in the way, JiraError.
    """
    actor = plan.author
    if actor is None:
        raise Refused(_("Whoever made this plan is no longer here: make it anew."), status=409)
    there = shared_projects.mappings_of(plan.connection, row.remote_id)
    if len(there) > 1:
        raise Refused(
            _(
                "%(key)s is mapped more than once, each part by a filter of its own. Change each mapping "
                "on its own page, and leave the project out here."
            )
            % {"key": row.key},
            code="already_mapped",
            status=409,
        )
    mapped = next(iter(there), None)
    if mapped is None:
        mapped = _map(plan, row, actor, site)
    elif plan.content:
        _bring_to_template(plan, row, mapped, actor, site)
    row.project = mapped
    row.save(update_fields=["project"])
    _belong(plan, row, mapped, actor)
    row.state, row.message = PlannedState.MAPPED, ""
    row.save(update_fields=["state", "message", "team", "team_name"])


def _read(plan: MappingPlan, row: PlannedProject, site: SiteWide) -> Metadata:
    project = Project(id=row.remote_id, key=row.key, name=row.name, style=row.style)
    return metadata.read_metadata(jira_for(plan.connection), project, site)


def _fitted(plan: MappingPlan, row: PlannedProject, data: Metadata) -> Fitted:
    jira = jira_for(plan.connection)
    levels = templates.levels_where_asked(jira, row.key, data, plan.content)
    return templates.fit(plan.content, data, row.chosen, levels)


def _map(plan: MappingPlan, row: PlannedProject, actor: User, site: SiteWide) -> MappedProject:
    data = _read(plan, row, site)
    found = _fitted(plan, row, data) if plan.content else None
    maps = dict(found.values) if found else {}
    mapped, _run = project_mapping.map_project(
        plan.connection,
        row.remote_id,
        actor=actor,
        maps={name: maps.pop(name) for name in MAPS if name in maps},
        whole=found is not None,
        cause=Cause(
            VersionOrigin.TEMPLATE if found else VersionOrigin.MAPPED, source=plan.template_name
        ),
        data=data,
        board_id=row.board_id,
        **maps,
    )
    return mapped


def _bring_to_template(
    plan: MappingPlan, row: PlannedProject, mapped: MappedProject, actor: User, site: SiteWide
) -> None:
    found = _fitted(plan, row, _read(plan, row, site))
    wanted = {**mapping_versions.content_of(mapped), **found.values}
    values = mapping_versions.values_for(mapped, wanted)
    if not values:
        return
    cause = Cause(VersionOrigin.TEMPLATE, source=plan.template_name)
    project_mapping.change(mapped, actor=actor, values=values, cause=cause)
    sprints.read_again(mapped)


def _belong(plan: MappingPlan, row: PlannedProject, mapped: MappedProject, actor: User) -> None:
    if row.belongs == "art" and plan.art is not None:
        own_project_editing.give("art", plan.art.pk, mapped.pk, actor=actor)
        return
    if row.belongs != "team":
        return
    with transaction.atomic():
        team = row.team or _new_team(plan, row, actor)
        if team.art_id is None and plan.art is not None:
            edit_part("team", team.pk, actor=actor, values={"art": plan.art.pk})
        if team.project_id is None:
            edit_part("team", team.pk, actor=actor, values={"project": mapped.pk})
            project_mapping.assign_team(mapped, team.pk)
        row.team, row.team_name = team, ""
    team = Team.objects.get(pk=team.pk)
    own = team.project_id == mapped.pk
    if not own or row.board_id != mapped.board_id:
        team_boards.apply(team_boards.plan(mapped, team, row.board_id), actor=actor)
    if plan.pi is not None and row.board_id is not None:
        _take_sprints(plan, mapped, team, actor)


def _take_sprints(plan: MappingPlan, mapped: MappedProject, team: Team, actor: User) -> None:
    """The board's open sprints become the iterations of the plan's PI; none there is no failure."""
    try:
        left = sprints.left_to_adopt(mapped, team)
    except Refused:
        return
    if left and plan.pi is not None:
        sprints.adopt(mapped, team, plan.pi, actor, found=left)


def _new_team(plan: MappingPlan, row: PlannedProject, actor: User) -> Team:
    same = Team.objects.filter(name=row.team_name).first()
    if same is not None:
        return same  # made by a try before this one, or by another row of the plan
    values = {"name": row.team_name, "art": plan.art_id}
    part = add_part("team", actor=actor, values=values)
    if not isinstance(part, Team):
        raise TypeError("A team was asked for.")
    return part
