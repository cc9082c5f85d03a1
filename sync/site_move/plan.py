"""The plan of a move: both sides are read, a row is kept for each thing that is looked for.

In slices, each committed with the place to go on from. It reads both Jiras and writes its own rows alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from almconnect.lib.api import Refused
from connections.models import MappedProject
from jira_client.client import JiraClient
from jira_client.values import Issue
from planning.team_boards import links_of
from sync.core import site_match
from sync.core.site_match import CERTAIN, IssueFacts, Verdict
from sync.models import MoveKind, MoveRow, MoveState, Shadow, SiteMove
from sync.pairs import metadata
from sync.site_move import gate, mapping_plan, people_match, sides
from sync.worker.failpoints import point
from sync.worker.lease import Held

SLICE_SECONDS = 12.0
PAGE = 500
AT_ONCE = 100
_FIELDS = ("summary", "created", "project")


def work(move: SiteMove, held: Held) -> bool:
    """One slice; True if another must follow. Raises JiraError, NotReady, SealBroken, LeaseLost, and
    Refused where the destination is not proven any more."""
    until = time.monotonic() + SLICE_SECONDS
    while move.state == MoveState.PLANNING:
        held.renew()
        _step(move)
        point("move.planned_part")
        if time.monotonic() > until:
            return True
    return False


def _step(move: SiteMove) -> None:
    destination = move.destination
    if destination is None:
        raise Refused("The destination is gone.", code="destination_unproven", status=409)
    match move.phase:
        case "":
            gate.prove(destination)
            _begin(move)
        case "projects":
            _project(move, sides.client_of(destination))
        case "issues":
            _issues(move, sides.client_of(destination))
        case "rest":
            _rest(move, sides.client_of(destination))
        case "people":
            if not people_match.some(move, sides.client_of(destination)):
                end(move)


def _begin(move: SiteMove) -> None:
    with transaction.atomic():
        pairs = Shadow.objects.filter(connection=move.connection)
        move.total, move.fingerprint = pairs.count(), gate.fingerprint(move)
        projects = MappedProject.objects.filter(connection=move.connection).order_by("key", "pk")
        keys = [str(pk) for pk in projects.values_list("pk", flat=True)]
        old = sides.old_client(move.connection)
        move.notes = {"projects": keys, "old_read": old is not None}
        _go_on(move, "projects", {"at": 0})


def _go_on(move: SiteMove, phase: str, place: Mapping[str, Any]) -> None:
    move.phase, move.place = phase, dict(place)
    move.attempts, move.message = 0, ""
    move.save(
        update_fields=[
            "phase", "place", "notes", "done", "total", "fingerprint", "attempts", "message",
        ]
    )  # fmt: skip


def _current(move: SiteMove) -> MappedProject | None:
    """The mapped project that is looked at; None behind the last. One that was unmapped meanwhile makes
    the plan outdated, which the gate says."""
    keys, at = move.notes["projects"], int(move.place["at"])
    return MappedProject.objects.filter(pk=keys[at]).first() if at < len(keys) else None


def _project(move: SiteMove, jira: JiraClient) -> None:
    """One mapped project: its mapping as it would be there."""
    at, project = int(move.place["at"]), _current(move)
    if at >= len(move.notes["projects"]):
        _go_on(move, "issues", {"at": 0, "after": None})
        return
    rows: list[MoveRow] = []
    if project is not None:
        rows = _rows_of(move, jira, project)
    with transaction.atomic():
        _keep(move, rows)
        _go_on(move, "projects", {"at": at + 1})


def _rows_of(move: SiteMove, jira: JiraClient, project: MappedProject) -> list[MoveRow]:
    head = MoveRow(
        kind=MoveKind.PROJECT,
        verdict=Verdict.MISSING,
        project=project,
        old_id=project.remote_id,
        old_name=project.key,
    )
    new = sides.read(jira, project.key)
    if new is None or new.project.archived or new.project.key != project.key:
        head.why = (
            "It is archived there."
            if new is not None and new.project.archived
            else "The account sees no project of this key there. Let it see it, if it is there."
        )
        return [head]
    old_jira = sides.old_client(move.connection) if move.notes["old_read"] else None
    old = sides.read(old_jira, project.remote_id) if old_jira is not None else None
    facts = sides.facts_of(jira, new, [one.id for one in new.data.types])
    planned = mapping_plan.plan(project, old, new, facts)
    same = (new.project.id, new.project.name) == (project.remote_id, project.name)
    head.verdict = Verdict.SAME if same else Verdict.CHANGED
    head.new_id, head.new_name = new.project.id, f"{new.project.key} · {new.project.name}"[:300]
    head.data = {"mapping": planned.mapping}
    return [head, *_filter(jira, project, new), *planned.rows, *_sprints(project, old, new)]


def _filter(jira: JiraClient, project: MappedProject, new: sides.Side) -> list[MoveRow]:
    if not project.jql.strip():
        return []
    row = MoveRow(kind=MoveKind.FILTER, verdict=Verdict.SAME, project=project, old_name=project.key)
    row.new_name = project.jql[:300]
    if mapping_plan.filter_has_ids(project.jql):
        row.verdict = Verdict.UNCERTAIN
        row.why = "It names things by number, which would be others there. Write it by names."
        return [row]
    try:
        metadata.prove_filter(jira, new.project, project.jql)
    except Refused as refused:
        row.verdict, row.why = Verdict.MISSING, refused.message[:300]
    return [row]


def _sprints(project: MappedProject, old: sides.Side | None, new: sides.Side) -> list[MoveRow]:
    links = list(links_of(project).select_related("iteration", "team").order_by("pk"))
    told = {one.id: sides.sprint_of(one) for one in old.sprints} if old else {}
    ours = [
        told.get(one.sprint_id)
        or site_match.SprintFacts(one.sprint_id, one.sprint_name, one.sprint_start, one.sprint_end)
        for one in links
    ]
    # Two teams may share a sprint: it is matched once, and both keep it.
    distinct = list({one.id: one for one in ours}.values())
    found = site_match.apart(
        site_match.sprints(distinct, [sides.sprint_of(one) for one in new.sprints]),
        lambda one: one.id,
    )
    by_id = {one.ours.id: one for one in found}
    rows = []
    for link in links:
        one = by_id[link.sprint_id]
        rows.append(
            MoveRow(
                kind=MoveKind.SPRINT,
                verdict=one.verdict,
                project=project,
                old_id=str(link.sprint_id),
                old_name=(one.ours.name or str(link.iteration))[:300],
                new_id=str(one.theirs.id) if one.theirs else "",
                new_name=one.theirs.name[:300] if one.theirs else "",
                why=one.why,
                data={"link": link.pk},
            )
        )
    return rows


def _issues(move: SiteMove, jira: JiraClient) -> None:
    """A page of one project's issues there, compared with the pairs by key."""
    at, after = int(move.place["at"]), move.place["after"]
    if at >= len(move.notes["projects"]):
        _go_on(move, "rest", {"after": None})
        return
    project, head = _current(move), None
    if project is not None:
        head = MoveRow.objects.filter(move=move, kind=MoveKind.PROJECT, project=project).first()
    if project is None or head is None or not head.is_certain:
        _go_on(move, "issues", {"at": at + 1, "after": None})
        return
    # By id, which is read from the other Jira itself a moment ago.
    found, following = jira.search.kept_page(f"project = {head.new_id}", _FIELDS, after, PAGE)
    pairs = Shadow.objects.filter(
        connection=move.connection, remote_key__in=[one.key for one in found]
    )
    rows = _judged(move, list(pairs.select_related("item")), found)
    known = {row.old_name for row in rows}
    rows += [
        MoveRow(
            kind=MoveKind.ISSUE,
            verdict=Verdict.FOREIGN,
            project=project,
            new_id=one.id,
            new_name=one.key,
            why="It comes in with the comparison, if the mapping takes it.",
        )
        for one in found
        if one.key not in known
    ]
    with transaction.atomic():
        _keep(move, rows)
        move.done += sum(1 for row in rows if row.pair)
        if following is None:
            _witnessed(move, project, head)
            _go_on(move, "issues", {"at": at + 1, "after": None})
        else:
            _go_on(move, "issues", {"at": at, "after": following})


def _witnessed(move: SiteMove, project: MappedProject, head: MoveRow) -> None:
    """A project of which not one issue is certain is another one, whatever its key."""
    mine = MoveRow.objects.filter(move=move, kind=MoveKind.ISSUE, project=project)
    if mine.filter(verdict__in=CERTAIN).exists():
        return
    if Shadow.objects.filter(project=project).exists():
        head.verdict = Verdict.UNCERTAIN
        head.why = "Not one of its issues is found there for certain, so it may be another project."
        head.save(update_fields=["verdict", "why"])


def _rest(move: SiteMove, jira: JiraClient) -> None:
    """Pairs that no page showed: of projects that are not mapped now, or whose issue is elsewhere."""
    rows = MoveRow.objects.filter(move=move, pair=OuterRef("pk"))
    left = Shadow.objects.filter(~Exists(rows), connection=move.connection)
    pairs = list(left.select_related("item").order_by("pk")[:AT_ONCE])
    if not pairs:
        _go_on(move, "people", {})
        return
    keys = sorted({one.remote_key for one in pairs if one.remote_key})
    found = jira.issues.fetch(keys, _FIELDS).issues if keys else ()
    wanted = [one for one in found if one.key in set(keys)]
    with transaction.atomic():
        rows_of_them = _judged(move, pairs, wanted)
        _keep(move, rows_of_them)
        move.done += len(rows_of_them)
        _go_on(move, "rest", {})


def _judged(move: SiteMove, pairs: Sequence[Shadow], found: Iterable[Issue]) -> list[MoveRow]:
    theirs = [
        IssueFacts(one.id, one.key, str(one.fields.get("summary") or ""), one.created)
        for one in found
    ]
    ours = [
        IssueFacts(
            one.remote_id,
            one.remote_key,
            str(one.agreed.get("summary") or one.item.summary),
            one.remote_created,
        )
        for one in pairs
    ]
    rows = []
    for pair, one in zip(pairs, site_match.issues(ours, theirs), strict=True):
        made = one.theirs.made if one.theirs else None
        rows.append(
            MoveRow(
                kind=MoveKind.ISSUE,
                verdict=one.verdict,
                project=pair.project,
                pair=pair.pk,
                item=pair.item,
                old_id=pair.remote_id,
                old_name=pair.remote_key,
                new_id=one.theirs.id if one.theirs else "",
                new_name=one.theirs.key if one.theirs else "",
                why=one.why,
                data={"made": made.isoformat() if made else None},
            )
        )
    return rows


def _keep(move: SiteMove, rows: Iterable[MoveRow]) -> None:
    made = list(rows)
    for row in made:
        row.move = move
    MoveRow.objects.bulk_create(made, batch_size=500)


def end(move: SiteMove) -> None:
    """The plan is whole. Waits for a person's word from here."""
    move.state, move.planned, move.phase, move.place = MoveState.PLANNED, timezone.now(), "", {}
    move.message = ""
    move.save(update_fields=["state", "planned", "phase", "place", "message", "notes"])
