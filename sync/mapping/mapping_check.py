"""Does the mapping fit the project? Screens and required fields as the permission report saw them last,
workflows as Jira tells them now. Reads only; each finding says what will not work and whom to ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from connections.access.gateway import jira_for
from connections.models import MappedProject
from connections.report import project_setup
from jira_client.client import JiraClient
from jira_client.values import IssueType, Status
from planning.custom_names import called
from sync.core.links import LinkTable
from sync.mapping import link_rules
from sync.pairs import hierarchy, link_names, metadata, new_choices, new_statuses, new_types
from sync.pairs.create_screens import CreateScreens
from sync.pairs.rules import link_rules_of


@dataclass(frozen=True, slots=True)
class Finding:
    """`state`: missing (will not work) or unknown (could not be asked). `text` is for the Jira admin."""

    part: str  # screens | types | fields | boards | workflow | statuses | links
    state: str
    message: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """`looked_at`: when the screens were read; None if they never were."""

    findings: Sequence[Finding]
    looked_at: datetime | None


def check(project: MappedProject) -> Checked:
    """Asks Jira for the project's workflows and for its link types.

    Raises JiraError, NotReady, SealBroken.
    """
    jira = jira_for(project.connection)
    of_types = jira.projects.statuses(project.remote_id)
    new_statuses.pair(project, [one for some in of_types.values() for one in some])
    types = metadata.link_types(jira)
    link_names.learn(project, types)
    there = [one.name for one in types]
    setup = project_setup.earlier(project.connection).get(project.remote_id)
    screens = _screens(setup) if setup else []
    at = parse_datetime(setup["at"]) if setup else None
    kinds = jira.projects.issue_types(project.remote_id)
    _pair_types(project, jira, kinds)
    new = [*unread_types(project, kinds), *paired(project)]
    found = [*workflow(project, of_types), *new, *links(project, there), *screens]
    return Checked(found, at)


def _pair_types(project: MappedProject, jira: JiraClient, kinds: Sequence[IssueType]) -> None:
    """What is paired now has issues that were never read: a comparison reads them."""
    ids = [one.id for one in kinds]
    if not new_types.unseen(project, ids):
        return
    levels = hierarchy.levels_of(jira, CreateScreens(jira, project.key), kinds)
    if new_types.pair(project, ids, kinds, levels):
        due = MappedProject.objects.filter(pk=project.pk, reconcile_due__gt=timezone.now())
        due.update(reconcile_due=timezone.now())


def _screens(setup: Mapping[str, Any]) -> list[Finding]:
    return [
        Finding("screens", one["state"], one["message"], one["text"])
        for one in setup.get("obstacles", ())
    ]


def workflow(project: MappedProject, of_types: Mapping[str, Sequence[Status]]) -> list[Finding]:
    """Statuses that a mapped type can never reach, and Jira's statuses that no board word stands for.

    `of_types`: issue type id → the statuses of its workflow.
    """
    found: list[Finding] = []
    every = {one.id: one.name for statuses in of_types.values() for one in statuses}
    for word, status in project.status_map.items():
        if str(status) not in every:
            words = _("“%(word)s” is mapped to a status that %(key)s does not have any more.")
            found.append(Finding("statuses", "missing", words % {"word": word, "key": project.key}))
    for kind, type_id in project.type_map.items():
        there = {one.id for one in of_types.get(str(type_id), ())}
        if not there:
            words = _("%(key)s has no issue type for “%(kind)s” any more.")
            found.append(Finding("types", "missing", words % {"kind": kind, "key": project.key}))
            continue
        out = [w for w, s in project.status_map.items() if str(s) in every and str(s) not in there]
        if out:
            found.append(_unreachable(project, kind, out))
    known = {str(status) for status in project.status_map.values()}
    by_itself = sorted(set(project.facts.get(new_statuses.BY_ITSELF, ())) & set(project.status_map))
    if by_itself:
        words = _(
            "New in Jira since the mapping, and paired by itself, by name and category: %(names)s. "
            "Change the pair below if another board status is meant."
        )
        found.append(Finding("statuses", "unknown", words % {"names": ", ".join(by_itself)}))
    left = sorted(name for status, name in every.items() if status not in known)
    if left:
        words = _("No board status stands for %(names)s; Jira's own name is shown for these.")
        found.append(Finding("statuses", "unknown", words % {"names": ", ".join(left)}))
    return found


def unread_types(project: MappedProject, kinds: Sequence[IssueType]) -> list[Finding]:
    """Jira's types that no board type stands for, so that issues of them are not read; sub-tasks only where
    others of them are."""
    known = {str(one) for one in project.type_map.values()}
    below = any(one.subtask and one.id in known for one in kinds)
    left = sorted(one.name for one in kinds if one.id not in known and (below or not one.subtask))
    if not left:
        return []
    words = _("No board type stands for %(names)s: issues of these types are not read.")
    return [Finding("types", "unknown", words % {"names": ", ".join(left)})]


def paired(project: MappedProject) -> list[Finding]:
    """Types that were paired by themselves, and choices that came later."""
    found = []
    if names := sorted(set(project.facts.get(new_types.BY_ITSELF, ())) & set(project.type_map)):
        words = _(
            "New in Jira since the mapping, and paired by itself, by name and level: %(names)s. Change the "
            "pair below if it is something else on the board, or take it out."
        )
        found.append(Finding("types", "unknown", words % {"names": ", ".join(names)}))
    for word, choices in new_choices.said(project).items():
        names = sorted(choices)
        if word == new_choices.TEAM:
            given = set(project.team_source.get("values", {}).values())
            mine = [one for one in names if one in given]
            names = [one for one in names if one not in given]
            if mine:
                words = _("New in Jira, and paired with the team of the same name: %(names)s.")
                found.append(Finding("fields", "unknown", words % {"names": ", ".join(mine)}))
            words = _("New in Jira, and no team's yet: %(names)s. Say below which team it is.")
        else:
            words = _("New choices of “%(field)s” in Jira, which the board offers too: %(names)s.")
        if names:
            values = {"field": called(word), "names": ", ".join(names)}
            found.append(Finding("fields", "unknown", words % values))
    return found


def links(project: MappedProject, there: Sequence[str]) -> list[Finding]:
    """Link types that were renamed or removed in Jira, and rules between types that are not paired.

    `there`: the names of Jira's link types.
    """
    table = LinkTable(project.link_map, link_rules_of(project))
    found = []
    for name in sorted(table.link_types.difference(there)):
        rules = [rule.word for rule in table.rules if rule.link_type == name]
        words = [word for word, link_type in table.words.items() if link_type == name]
        values = {"name": name, "words": ", ".join(dict.fromkeys(words + rules))}
        message = _(
            "Jira has no link type “%(name)s” any more, which stands for: %(words)s. It was renamed or "
            "removed there. Such links are parked; choose another link type for them."
        )
        text = _("Please add the link type “%(name)s”: Settings → Issues → Issue linking → “Add”.")
        found.append(Finding("links", "missing", message % values, text % values))
    known = link_rules.types_of(project.connection)
    for word in dict.fromkeys(one for rule in table.rules for one in (rule.source, rule.target)):
        if word not in known:
            message = _("A rule for links names the type “%(word)s”, which is not paired any more.")
            found.append(Finding("links", "missing", message % {"word": word}))
    return found


def _unreachable(project: MappedProject, kind: str, words: Sequence[str]) -> Finding:
    values = {"kind": kind, "names": ", ".join(words), "key": project.key}
    return Finding(
        "workflow",
        "missing",
        _("The workflow of %(kind)s in %(key)s has no %(names)s: moving one there is parked.")
        % values,
        _("Please add the status %(names)s to the workflow of %(kind)s in project %(key)s.")
        % values,
    )
