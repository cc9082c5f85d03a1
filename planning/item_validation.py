"""From what a caller sent for one work item to what changes on it, or to a refusal in words.

Decides in memory over planning.lookups's rows; writes only to the unsaved instance it is given.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning import custom_values, levels, rules
from planning.fields import EDITABLE, differs, value_of, write
from planning.lookups import Lookups
from planning.models import Iteration, Team, WorkItem
from planning.rules import Unfit

Values = dict[str, Any]
NAMED = {"fix_versions": gettext_lazy("version"), "components": gettext_lazy("component")}


def fit(
    lookups: Lookups, item: WorkItem, values: Mapping[str, Any]
) -> tuple[Values, Values, set[str]]:
    """Change `item` as `values` ask: (new values, old values, columns touched), of what changed only.

    Raises Refused: 422 with the sentences by field, 409 for what must be changed in Jira.
    """
    errors: dict[str, list[str]] = {
        name: [_("There is no such field.")]
        for name in values
        if name not in EDITABLE and name not in lookups.custom
    }
    changed: Values = {}
    for name in (*EDITABLE, *lookups.custom):
        if name in values:
            try:
                value = _clean(lookups, item, name, values[name])
            except Unfit as problem:
                errors[name] = [str(problem)]
                continue
            if differs(item, name, value):
                changed[name] = value
    if not errors:
        errors = _place(lookups, item, changed) or _below(lookups, item, changed)
    if errors:
        raise refused(errors)
    before = {name: value_of(item, name) for name in changed}
    columns = {column for name, value in changed.items() for column in write(item, name, value)}
    if "status" in changed:
        item.status_category = rules.category_of(item.project, item.status, item.status_category)
        columns.add("status_category")
    if "parent" in changed:
        lookups.parent_of[item.pk] = item.parent_id
    return changed, before, columns


def refused(errors: dict[str, list[str]]) -> Refused:
    only = next(iter(errors.values()))[0] if len(errors) == 1 else ""
    return Refused(only or _("Some fields cannot be accepted."), fields=errors)


def project_of(lookups: Lookups, value: Any) -> MappedProject | None:
    """The mapped project a new item is to belong to. Raises Refused where there is none such."""
    try:
        key = rules.reference(value)
    except Unfit as problem:
        raise refused({"project": [str(problem)]}) from problem
    if key is None:
        return None
    found = lookups.projects.get(uuid.UUID(key))
    if found is None:
        raise refused({"project": [_("There is no such mapped project.")]})
    return found


def _clean(lookups: Lookups, item: WorkItem, name: str, raw: Any) -> Any:
    """The value in the project's own spelling. What equals the present value is never refused."""
    own = lookups.custom.get(name)
    value = custom_values.clean(own.kind, raw) if own else rules.CLEANERS[name](raw)
    if not differs(item, name, value) and not (name == "type" and not value):
        return value
    project = item.project
    if name != "summary" or item.remote_id:  # without one there is no issue to begin with
        rules.refuse_from_jira(project, name)
    if own is not None:
        return custom_values.offered(project, own, value) if lookups.typed else value
    if name in NAMED and value and project and (project.pk, name) in lookups.named:
        there = dict.fromkeys([*lookups.named[project.pk, name], *value_of(item, name)])
        return list(
            dict.fromkeys(rules.one_of(one, there, NAMED[name], closed=True) for one in value)
        )
    if name == "type":
        return _clean_type(item, project, value)
    if name == "status" and value and project:
        return rules.one_of(value, project.status_map, _("status"))
    if name == "priority" and value and project and project.pk in lookups.offered:
        return rules.one_of(value, dict.fromkeys(lookups.offered[project.pk]), _("priority"))
    if name == "parent" and value:
        _check_parent(lookups, item, uuid.UUID(value))
    elif name == "team" and value and uuid.UUID(value) not in lookups.teams:
        raise Unfit(_("There is no such team."))
    elif name == "iteration" and value and uuid.UUID(value) not in lookups.iterations:
        raise Unfit(_("There is no such iteration."))
    return value


def _clean_type(item: WorkItem, project: MappedProject | None, value: str) -> str:
    if not value:
        raise Unfit(_("Choose what kind of work item it is."))
    word = rules.one_of(value, project.type_map, _("type")) if project else value
    if item.remote_id and word != item.type:
        message = _("%(key)s is in Jira, where its type must be changed (in Jira: Move).")
        raise Refused(message % {"key": item.remote_key}, code="type_fixed", status=409)
    return word


def _check_parent(lookups: Lookups, item: WorkItem, parent: uuid.UUID) -> None:
    if parent not in lookups.parents:
        raise Unfit(_("There is no such work item."))
    seen: uuid.UUID | None = parent
    steps = 0
    while seen is not None:
        if seen == item.pk or steps > len(lookups.parent_of):
            raise Unfit(_("A work item cannot be above itself: this would close a circle."))
        seen, steps = lookups.parent_of.get(seen), steps + 1


def _place(lookups: Lookups, item: WorkItem, changed: Values) -> dict[str, list[str]]:
    """Check team and iteration together; a missing team is filled in with the project's own."""
    if "iteration" not in changed and "team" not in changed:
        return {}
    team_id = changed.get("team", value_of(item, "team"))
    iteration_id = changed.get("iteration", value_of(item, "iteration"))
    if iteration_id is None:
        return _stays_closed(lookups, item, changed)
    if team_id is None:
        own = lookups.default_team.get(item.project_id) if item.project_id else None
        if own is None or "team" in changed:
            field = "team" if "team" in changed else "iteration"
            return {field: [_("An iteration is planned by a team: choose the team too.")]}
        team_id = changed["team"] = str(own.pk)
        lookups.teams[own.pk] = own
    team = lookups.teams[uuid.UUID(team_id)]
    art = lookups.iterations[uuid.UUID(iteration_id)].pi.art_id
    if art and team.art_id and art != team.art_id:
        words = _("Team %(team)s is in another ART than this iteration.") % {"team": team.name}
        return {"iteration": [words]}
    return _is_closed(lookups, item, team, lookups.iterations[uuid.UUID(iteration_id)])


def _below(lookups: Lookups, item: WorkItem, changed: Values) -> dict[str, list[str]]:
    """Whether Jira's hierarchy takes the parent that somebody typed."""
    if "parent" not in changed or not item.project or not item.project.writes_jira:
        return {}
    word = changed.get("type", item.type)
    if changed["parent"] is None:
        why = levels.why_not_alone(item, word) if lookups.typed else ""
    else:
        parent = lookups.judged.get(uuid.UUID(changed["parent"]))
        why = levels.why_not(item.project, word, parent) if parent else ""
    return {"parent": [why]} if why else {}


def _is_closed(
    lookups: Lookups, item: WorkItem, team: Team, iteration: Iteration
) -> dict[str, list[str]]:
    """Jira takes no issue into a sprint that is closed: said here, before it is tried."""
    sprint = lookups.closed.get((team.pk, iteration.pk))
    if sprint is None or not rules.plans_in_jira(item.project):
        return {}
    words = _("“%(sprint)s” is closed in Jira, which puts nothing more into it: choose another.")
    return {"iteration": [words % {"sprint": sprint or iteration.name}]}


def _stays_closed(lookups: Lookups, item: WorkItem, changed: Values) -> dict[str, list[str]]:
    """What was finished in a sprint stays in it in Jira once that is closed."""
    place = (item.team_id, item.iteration_id)
    if place not in lookups.closed or not (item.remote_id and rules.plans_in_jira(item.project)):
        return {}
    category = item.status_category
    if "status" in changed:
        category = rules.category_of(item.project, changed["status"], category)
    if category != "done":
        return {}  # carried over: Jira has it in the backlog
    words = _(
        "It was finished in “%(sprint)s”, which is closed in Jira: there it stays in that sprint. Put "
        "it into an open iteration, or set another status first."
    )
    return {"iteration": [words % {"sprint": lookups.closed[place] or str(item.iteration)}]}
