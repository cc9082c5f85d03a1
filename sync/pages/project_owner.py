"""What a mapped project belongs to, and its sprints: from a valid form to the board's verbs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from connections.models import MappedProject
from planning import own_project_editing
from planning.models import Pi, Team
from planning.own_projects import OWNERS, Leaving, of_project
from planning.structure_editing import MODELS, add_part, edit_part, find_part
from sync.mapping import project_mapping
from sync.mapping.forms import NONE, Owner


@dataclass(frozen=True, slots=True)
class Given:
    """`team`: what it belongs to now, where that is a team; `leaving`: what followed where ARTs and trains
    gave it up."""

    team: Team | None
    leaving: tuple[Leaving, ...]


@transaction.atomic
def give(project: MappedProject, owner: Owner, *, actor: User) -> Given:
    """Make `owner` what the project belongs to, and nothing else.

    Raises Refused (422) for a name that is taken by now, 404 for a part that is gone.
    """
    team = _add(project, owner, actor)
    return Given(team, tuple(_release(project, owner, actor)))


def _add(project: MappedProject, owner: Owner, actor: User) -> Team | None:
    if owner.kind == NONE:
        return None
    if owner.kind in OWNERS and owner.id is not None:
        own_project_editing.give(owner.kind, owner.id, project.pk, actor=actor)
        return None
    values = {"project": project.pk}
    if owner.id is None:
        part = add_part(owner.kind, actor=actor, values={**values, "name": owner.name})
    else:
        part = edit_part(owner.kind, owner.id, actor=actor, values=values)
    if not isinstance(part, Team):
        return None
    project_mapping.assign_team(project, part.pk)
    return part


def _release(project: MappedProject, owner: Owner, actor: User) -> list[Leaving]:
    """Whatever else had it gives it up; found by name where `owner` is new."""
    keep = owner.id
    if keep is None and owner.kind != NONE:
        keep = MODELS[owner.kind]._default_manager.get(name=owner.name).pk
    for key in set(project.teams.values_list("pk", flat=True)) - {keep}:
        edit_part("team", key, actor=actor, values={"project": None})
    found = []
    for kind, model in OWNERS.items():
        having = model._default_manager.filter(of_project(project.pk))
        for key in set(having.values_list("pk", flat=True)) - {keep}:
            follows = own_project_editing.take(kind, key, project.pk, actor=actor)
            found += [follows] if follows else []
    return found


def pi_for(wanted: tuple[uuid.UUID | None, str], team: Team, *, actor: User) -> Pi:
    """The chosen PI, or a new one of the team's ART. Raises Refused (404, 422)."""
    key, name = wanted
    if key is None:
        part = add_part("pi", actor=actor, values={"name": name, "art": team.art_id})
    else:
        part = find_part("pi", key)
    if not isinstance(part, Pi):
        raise TypeError("A PI was asked for.")
    return part
