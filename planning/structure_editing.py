"""The structure of the board: solution trains, ARTs, teams, PIs, iterations, and their sprints.

Jira knows none of these, so there is no Change; each verb writes its audit entry and an event. A thing
that work items are planned in is not removed under them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning import own_projects, rules
from planning.item_validation import refused
from planning.models import Art, Iteration, Pi, SolutionTrain, Team, WorkItem
from planning.outbox import Outbox
from planning.own_projects import Owner
from planning.sprints import (
    read_drift,
    read_further_sprints,
    read_sprints,
    set_further_sprints,
    set_sprints,
)
from planning.structure_rules import index_of, read_date, read_name

Part = SolutionTrain | Art | Team | Pi | Iteration
MODELS: Final[Mapping[str, type[Part]]] = {
    "train": SolutionTrain,
    "art": Art,
    "team": Team,
    "pi": Pi,
    "iteration": Iteration,
}
REFERENCES: Final[Mapping[str, Mapping[str, type[models.Model]]]] = {
    "train": {"project": MappedProject},
    "art": {"train": SolutionTrain, "project": MappedProject},
    "team": {"art": Art, "project": MappedProject},
    "pi": {"art": Art},
    "iteration": {"pi": Pi},
}
DATED: Final = frozenset({"pi", "iteration"})
SPRINTS: Final = {"sprints": set_sprints, "further_sprints": set_further_sprints}


def add_part(kind: str, *, actor: User | None, values: Mapping[str, Any]) -> Part:
    """A new `kind` of planning.structure_editing.MODELS. An iteration without index or name gets the next.

    Raises Refused 422 with the sentences by field.
    """
    with transaction.atomic():
        part = MODELS[kind]()
        if isinstance(part, Iteration):
            values = _numbered(values)
        _write(kind, part, {"name": "", **values}, actor, "created")
    return part


def edit_part(
    kind: str, part_id: uuid.UUID, *, actor: User | None, values: Mapping[str, Any]
) -> Part:
    """Change some of its fields. Raises Refused 404 and 422."""
    with transaction.atomic():
        part = find_part(kind, part_id)
        _write(kind, part, values, actor, "updated")
    return part


def remove_part(kind: str, part_id: uuid.UUID, *, actor: User | None) -> None:
    """Remove it. Raises Refused 404, and 409 where work items are planned in it."""
    with transaction.atomic():
        part = find_part(kind, part_id)
        planned = _planned_in(part)
        if planned:
            words = ngettext(
                "%(count)d work item is planned in %(name)s. Move it elsewhere first; then this can "
                "be removed.",
                "%(count)d work items are planned in %(name)s. Move them elsewhere first; then this "
                "can be removed.",
                planned,
            )
            raise Refused(words % {"count": planned, "name": part.name}, code="in_use", status=409)
        outbox = Outbox(actor)
        audit.record(f"{kind}.deleted", actor=actor, target=part, before=show_part(kind, part))
        outbox.note_event(f"{kind}.deleted", part.pk, [])
        part.delete()
        outbox.flush()


def find_part(kind: str, part_id: uuid.UUID) -> Part:
    rows: models.QuerySet[Any] = MODELS[kind]._default_manager.all()
    found: Part | None = rows.filter(pk=part_id).first()
    if found is None:
        raise Refused(_("There is no such thing on the board."), code="not_found", status=404)
    return found


def show_part(kind: str, part: Part) -> dict[str, Any]:
    """The part as JSON: ids as text, dates as ISO 8601; an iteration with `{team id: sprint id}`."""
    shown: dict[str, Any] = {"id": str(part.pk), "name": part.name}
    for name in REFERENCES[kind]:
        key = getattr(part, f"{name}_id")
        shown[name] = str(key) if key else None
    if isinstance(part, Owner):
        projects = [str(key) for key in own_projects.ids_of(part)]
        shown |= {"project": projects[0] if projects else None, "projects": projects}
    if isinstance(part, Pi | Iteration):
        shown["start"] = part.start.isoformat() if part.start else None
        shown["end"] = part.end.isoformat() if part.end else None
    if isinstance(part, Iteration):
        shown["index"] = part.index
        shown["sprints"] = read_sprints(part)
        shown["drift"] = read_drift(part)
        shown["further_sprints"] = read_further_sprints(part)
    return shown


def _write(kind: str, part: Part, values: Mapping[str, Any], actor: User | None, told: str) -> None:
    before = show_part(kind, part) if told == "updated" else {}
    apart = SPRINTS if kind == "iteration" else {}
    plain = {name: value for name, value in values.items() if name not in apart}
    own = _own_projects(part, plain) if isinstance(part, Owner) else None
    _apply(kind, part, plain)
    try:
        with transaction.atomic():
            part.save()
    except IntegrityError as problem:
        raise _taken(kind) from problem
    if isinstance(part, Owner) and own is not None:
        own_projects.keep(part, own[1:])
    if isinstance(part, Iteration):
        for name, set_them in SPRINTS.items():
            if values.get(name) is not None:
                set_them(part, values[name])
    after = show_part(kind, part)
    changed = [name for name, value in after.items() if before.get(name) != value]
    if not changed:
        return
    audit.record(
        f"{kind}.{told}",
        actor=actor,
        target=part,
        before={name: before[name] for name in changed if name in before},
        after={name: after[name] for name in changed},
    )
    outbox = Outbox(actor)
    outbox.note_event(f"{kind}.{told}", part.pk, changed)
    outbox.flush()


def _apply(kind: str, part: Part, values: Mapping[str, Any]) -> None:
    """Put clean values on the part. Raises Refused 422 with everything that does not fit."""
    errors: dict[str, list[str]] = {}
    for name, value in values.items():
        try:
            if name == "name":
                part.name = read_name(value)
            elif name in REFERENCES[kind]:
                setattr(part, f"{name}_id", _pointed_at(kind, name, value))
            elif name in {"start", "end"} and kind in DATED:
                setattr(part, name, read_date(value))
            elif name == "index" and isinstance(part, Iteration):
                part.index = index_of(value)
            else:
                errors[name] = [_("There is no such field.")]
        except rules.Unfit as problem:
            errors[name] = [str(problem)]
    if isinstance(part, Pi | Iteration) and part.start and part.end and part.end < part.start:
        errors["end"] = [_("It ends before it starts.")]
    if errors:
        raise refused(errors)


def _pointed_at(kind: str, name: str, value: Any) -> uuid.UUID | None:
    key = rules.reference(value)
    if key is None:
        if kind == "iteration":
            raise rules.Unfit(_("Choose the PI that it belongs to."))
        return None
    rows: models.QuerySet[Any] = REFERENCES[kind][name]._default_manager.all()
    if not rows.filter(pk=key).exists():
        raise rules.Unfit(_("There is none with this id."))
    return uuid.UUID(key)


def _own_projects(owner: Owner, values: dict[str, Any]) -> list[uuid.UUID] | None:
    """The projects that it is to have, the first one first, taken out of `values` but for the first;
    None where nothing is said of them. `project` alone changes the first. Raises Refused 422.
    """
    if "projects" not in values:
        if "project" not in values:
            return None
        key = _reference_or_refused("project", values["project"])
        values["project"] = key
        wanted = own_projects.arranged(owner, uuid.UUID(key) if key else None)
    else:
        if "project" in values:
            raise refused({"projects": [_("Say either project or projects.")]})
        keys = [_reference_or_refused("projects", one) for one in values.pop("projects") or ()]
        wanted = list(dict.fromkeys(uuid.UUID(key) for key in keys if key))
        there = set(MappedProject.objects.filter(pk__in=wanted).values_list("pk", flat=True))
        if len(there) < len(wanted):
            raise refused({"projects": [_("There is none with this id.")]})
    values["project"] = str(wanted[0]) if wanted else None
    return wanted


def _reference_or_refused(name: str, value: Any) -> str | None:
    try:
        return rules.reference(value)
    except rules.Unfit as problem:
        raise refused({name: [str(problem)]}) from problem


def _numbered(values: Mapping[str, Any]) -> dict[str, Any]:
    """An iteration's values with the next free index and a name, where the caller gave none."""
    filled = {"pi": None, **values}
    if filled.get("index") is None:
        try:
            key = rules.reference(filled["pi"])
        except rules.Unfit:
            key = None
        of_pi = Iteration.objects.filter(pi=uuid.UUID(key)) if key else Iteration.objects.none()
        last = of_pi.aggregate(last=models.Max("index"))["last"]
        filled["index"] = (last or 0) + 1
    if not filled.get("name"):
        filled["name"] = f"Iteration {filled['index']}"
    return filled


def _planned_in(part: Part) -> int:
    items = WorkItem.objects.live()
    if isinstance(part, Team):
        return items.filter(team=part).count()
    if isinstance(part, Pi):
        return items.filter(iteration__pi=part).count()
    if isinstance(part, Iteration):
        return items.filter(iteration=part).count()
    return 0


def _taken(kind: str) -> Refused:
    if kind == "iteration":
        return refused({"index": [_("This PI has an iteration of that number already.")]})
    return refused({"name": [_("This name is taken.")]})
