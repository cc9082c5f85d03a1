"""A draft of a mapping: changes collected, looked at and tried before they are applied as one version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.readiness import must_not_be_in_a_move
from connections.models import MappedProject
from sync.mapping import project_mapping, sprints
from sync.mapping.project_mapping import MAPS
from sync.models import MappingDraft, Run, RunKind, VersionOrigin
from sync.pairs import mapping_versions
from sync.pairs.mapping_versions import Cause, Difference
from sync.runs import project_runs
from sync.worker.wake import WORK, wake

_BY_ENTRY = (*MAPS, "field_directions", "transition_defaults", "create_defaults")


@dataclass(frozen=True, slots=True)
class Compared:
    """A draft beside the mapping as it stands: what applying it would change."""

    draft: MappingDraft
    differences: list[Difference]


def add(
    project: MappedProject,
    values: Mapping[str, Any],
    *,
    actor: User,
    categories: Mapping[str, str] | None = None,
) -> Compared:
    """Put changes into the project's draft, over what it holds: entries of maps one by one, all else as a
    whole. They are judged as if they were applied, and nothing of the mapping changes.

    `values`, `categories`: as `project_mapping.change` takes them, without the team. Raises Refused 422
    for what cannot be, 409 during a move; JiraError, NotReady.
    """
    must_not_be_in_a_move(project.connection)
    found = MappingDraft.objects.filter(project=project).first()
    both = _merged(found.values if found else {}, values)
    known = {**(found.categories if found else {}), **(categories or {})}
    compared = _differences(project, both, known)
    with transaction.atomic():
        draft, _made = MappingDraft.objects.update_or_create(
            project=project,
            defaults={"values": both, "categories": known, "author_name": str(actor)[:255]},
        )
    return Compared(draft, compared)


def compare(project: MappedProject) -> Compared:
    """The draft beside the mapping as it stands now. Raises Refused 404 without a draft, 422 where it
    does not fit any more; JiraError, NotReady.
    """
    draft = of_project(project)
    return Compared(draft, _differences(project, draft.values, draft.categories))


def of_project(project: MappedProject) -> MappingDraft:
    """Raises Refused (404) where there is none."""
    draft = MappingDraft.objects.filter(project=project).first()
    if draft is None:
        words = _("%(key)s has no draft of its mapping.") % {"key": project.key}
        raise Refused(words, code="not_found", status=404)
    return draft


def dry_run(project: MappedProject) -> Run:
    """What a sync by the draft would change on either side: a run that writes nothing. Raises as
    `compare`.
    """
    draft = of_project(project)
    tried = _copy(project)
    project_mapping.prepare(tried, draft.values, draft.categories)
    columns = {**mapping_versions.content_of(tried), "facts": tried.facts}
    run = project_runs.request(project, RunKind.DRY_RUN, columns)
    wake(WORK, run.pk)
    return run


def apply(project: MappedProject, *, actor: User, reason: str) -> MappedProject:
    """The draft becomes the mapping, as one version, and every issue is read again by it.

    Raises Refused 404 without a draft, 422 where it does not fit any more and nothing is changed then;
    JiraError, NotReady.
    """
    draft = of_project(project)
    changed = project_mapping.change(
        project,
        actor=actor,
        values=draft.values,
        categories=draft.categories,
        cause=Cause(VersionOrigin.DRAFT, reason),
    )
    # What was added meanwhile is another draft, and stays.
    MappingDraft.objects.filter(pk=draft.pk, updated=draft.updated).delete()
    sprints.read_again(changed)
    return changed


def discard(project: MappedProject) -> None:
    """Raises Refused (404) where there is none."""
    of_project(project).delete()


def _differences(
    project: MappedProject, values: Mapping[str, Any], categories: Mapping[str, str]
) -> list[Difference]:
    tried = _copy(project)
    project_mapping.prepare(tried, values, categories)
    before = mapping_versions.content_of(project)
    return mapping_versions.difference(before, mapping_versions.content_of(tried))


def _copy(project: MappedProject) -> MappedProject:
    """The row once more, to be tried on; it is never saved."""
    return MappedProject.objects.select_related("connection").get(pk=project.pk)


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(old)
    for name, value in new.items():
        if name in _BY_ENTRY:
            both[name] = {**both.get(name, {}), **value}
        else:
            both[name] = value
    return both
