"""Giving an ART or a solution train one more project of its own, and taking one away.

What it has is read and written under a lock on its row: two who give it a project each lose none.
"""

from __future__ import annotations

import uuid

from django.db import transaction

from accounts.models import User
from planning import own_projects
from planning.own_projects import OWNERS, Leaving, Owner
from planning.structure_editing import edit_part, find_part


@transaction.atomic
def give(kind: str, part_id: uuid.UUID, project: uuid.UUID, *, actor: User | None) -> Owner:
    """The project is one of its own from now on, after those that it has. Raises Refused 404,
    422.
    """
    owner = _locked(kind, part_id)
    present = own_projects.ids_of(owner)
    if project in present:
        return owner
    return _with(kind, owner, [*present, project], actor)


@transaction.atomic
def take(
    kind: str, part_id: uuid.UUID, project: uuid.UUID, *, actor: User | None, dry_run: bool = False
) -> Leaving | None:
    """The project is none of its own any more; what followed, None where it was none. With `dry_run`
    nothing is changed. Raises Refused 404.
    """
    owner = _locked(kind, part_id)
    kept = [one for one in own_projects.ids_of(owner) if one != project]
    follows = own_projects.leaving(owner, kept)
    if follows and not dry_run:
        _with(kind, owner, kept, actor)
    return follows[0] if follows else None


def _with(kind: str, owner: Owner, projects: list[uuid.UUID], actor: User | None) -> Owner:
    part = edit_part(kind, owner.pk, actor=actor, values={"projects": projects})
    if not isinstance(part, Owner):
        raise TypeError("An ART or a solution train was asked for.")
    return part


def _locked(kind: str, part_id: uuid.UUID) -> Owner:
    found = OWNERS[kind]._default_manager.select_for_update().filter(pk=part_id).first()
    if found is None:
        find_part(kind, part_id)  # refuses
        raise TypeError("An ART or a solution train was asked for.")
    return found
