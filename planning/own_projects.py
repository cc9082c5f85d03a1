"""The Jira projects that an ART or a solution train has of its own: features and capabilities lie there.

The first is where a new one goes unless a person says otherwise (`project`); there may be more
(`further_projects`). What the teams bring is theirs and not asked for here (planning.team_boards).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.models import MappedProject
from planning.models import Art, SolutionTrain, WorkItem

Owner = Art | SolutionTrain
OWNERS: Final[dict[str, type[Owner]]] = {"art": Art, "train": SolutionTrain}


def projects_of(owner: Owner) -> list[MappedProject]:
    """Those of its own, the first one first; where that was unmapped, the next takes its place."""
    if owner._state.adding:
        return [owner.project] if owner.project else []
    further = list(owner.further_projects.all())
    return list(dict.fromkeys([*([owner.project] if owner.project else []), *further]))


def ids_of(owner: Owner) -> list[uuid.UUID]:
    return [one.pk for one in projects_of(owner)]


def of_project(key: uuid.UUID) -> Q:
    """The ARTs, or the trains, that have this project, among others perhaps."""
    return Q(project=key) | Q(further_projects=key)


def owners_of(project: MappedProject) -> list[Owner]:
    """The ARTs and trains of which it is an own project, by name within their kind."""
    return [
        one
        for model in OWNERS.values()
        for one in model._default_manager.filter(of_project(project.pk)).distinct()
    ]


def arranged(owner: Owner, first: uuid.UUID | None) -> list[uuid.UUID]:
    """What it has when `first` takes the place of its first project; None: the next takes it."""
    present = ids_of(owner)
    return list(dict.fromkeys([*([first] if first else []), *present[1:]]))


def keep(owner: Owner, projects: Sequence[uuid.UUID]) -> None:
    """These are its further projects from now on; the first stands on the row itself."""
    owner.further_projects.set(MappedProject.objects.filter(pk__in=projects))


@dataclass(frozen=True, slots=True)
class Leaving:
    """What follows where an ART or a train is without a project that it has now.

    `items`: how many live ones the project has; `loose`: how many of them have neither team nor iteration,
    which leave the board of the ART; `first`: where its new features go afterwards, None: nowhere yet;
    `orphaned`: the project then belongs to no ART, train or team.
    """

    owner: Owner
    project: MappedProject
    items: int
    loose: int
    first: MappedProject | None
    orphaned: bool

    @property
    def words(self) -> str:
        """One sentence after the other, for the person who decides."""
        key, owner = self.project.key, self.owner.name
        said = [
            ngettext(
                "%(key)s stays mapped: its %(count)d work item stays on the board and in step with Jira.",
                "%(key)s stays mapped: its %(count)d work items stay on the board and in step with Jira.",
                self.items,
            )
            % {"key": key, "count": self.items}
        ]
        if self.loose and isinstance(self.owner, Art):
            said.append(
                ngettext(
                    "%(count)d of them has no team and leaves the board of %(owner)s.",
                    "%(count)d of them have no team and leave the board of %(owner)s.",
                    self.loose,
                )
                % {"count": self.loose, "owner": owner}
            )
        if self.orphaned:
            said.append(_("It then belongs to no team, ART or solution train."))
        if self.first is not None:
            said.append(
                _("What is new of %(owner)s goes to %(first)s unless somebody says otherwise.")
                % {"owner": owner, "first": self.first.key}
            )
        else:
            said.append(_("%(owner)s then has no project of its own.") % {"owner": owner})
        return " ".join(said)


def leaving(owner: Owner, kept: Iterable[uuid.UUID]) -> list[Leaving]:
    """For each project that `owner` has and `kept` does not name: what follows. Reads only."""
    stay = set(kept)
    there = projects_of(owner)
    left = [one for one in there if one.pk in stay]
    return [
        Leaving(
            owner=owner,
            project=one,
            items=(items := WorkItem.objects.live().filter(project=one)).count(),
            loose=0 if _is_brought(one, owner) else items.filter(team=None, iteration=None).count(),
            first=left[0] if left else None,
            orphaned=not _has_another_owner(one, owner),
        )
        for one in there
        if one.pk not in stay
    ]


def _is_brought(project: MappedProject, owner: Owner) -> bool:
    """Whether a team of the ART works in it too, so that it stays on the ART's board."""
    if not isinstance(owner, Art):
        return False
    return owner.teams.filter(Q(project=project) | Q(boards__project=project)).exists()


def _has_another_owner(project: MappedProject, owner: Owner) -> bool:
    if project.teams.exists() or project.team_boards.exists():
        return True
    return any(
        model._default_manager.filter(of_project(project.pk)).exclude(pk=owner.pk).exists()
        for model in OWNERS.values()
    )
