"""A dry run: what a sync would change on either side, found by reading alone. It writes its run only.

The same decisions as a real sync's (`core.mapping.see`, `decision.decide`) are taken and counted, with
some samples of each kind, so that a person can look before switching a mapping on. A paused project is
judged as if it went both ways: that is what switching it on would do.
"""

from __future__ import annotations

import time
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.utils import timezone

from connections.models import Direction, MappedProject
from jira_client.client import JiraClient
from jira_client.values import Issue
from planning.models import Change, ChangeKind, ChangeState, WorkItem
from sync.core.echo import same
from sync.core.mapping import parent_reference, see
from sync.core.values import Rules, Seen
from sync.inbound import pair_merge, polls
from sync.models import Run, RunPart, RunState, Shadow, ShadowState
from sync.pairs import decision, link_names, metadata, parents, site_proof
from sync.pairs.references import Known, known_to_jira, outgoing
from sync.pairs.rules import lookups_for, rules_of, values_of
from sync.pairs.states import UNDER_WAY
from sync.runs import dry_links, parts
from sync.worker.lease import Held

AT_ONCE = 100
SLICE_SECONDS = 15.0
SAMPLES = 10  # of each kind of finding

BOARD_CREATE, BOARD_UPDATE = "board_create", "board_update"
JIRA_CREATE, JIRA_UPDATE, JIRA_DELETE = "jira_create", "jira_update", "jira_delete"
CONFLICT, NOT_MAPPED, SAME = "conflict", "type_not_mapped", "same"
# What a Jira that was put back to an earlier state shows; the last of them any Jira may
ANOTHER_ISSUE, OLDER, NOT_THERE = "another_issue", "older_in_jira", "not_in_jira"
SEEN = "seen"  # the phase of a run's parts that hold the ids which were listed


def work(run: Run, jira: JiraClient, held: Held) -> bool:
    """One slice of a dry run, with its beginning and end; True if another must follow.

    No watermark and no schedule is written. Raises JiraError, LeaseLost.
    """
    if run.started is None:
        run.started, run.state = timezone.now(), RunState.RUNNING
        run.save(update_fields=["started", "state"])
    if _step(run, jira, held):
        return True
    run.state, run.finished = RunState.FINISHED, timezone.now()
    run.save(update_fields=["state", "finished"])
    RunPart.objects.filter(run=run).delete()
    return False


def _step(run: Run, jira: JiraClient, held: Held) -> bool:
    project = as_if_on(_tried(run))
    link_names.learn(project, metadata.link_types(jira))
    after = int(run.cursor.get("after", 0))
    if not after:
        run.total = jira.search.count(polls.scope(project))
        run.findings = {"counts": {}, "samples": {}, "kept_on_board": {}}
        run.save(update_fields=["total", "findings"])
    until = time.monotonic() + SLICE_SECONDS
    for part in _parts(jira.search.ids(_query(project, after))):
        held.renew()
        issues = jira.issues.fetch(part, rules_of(project).read_fields).issues
        look(project, issues, run.findings)
        parts.add(run, SEEN, part, AT_ONCE)
        run.done += len(part)
        run.total = max(run.total or 0, run.done)  # Cloud's count is approximate
        run.cursor = {"after": part[-1]}
        run.save(update_fields=["done", "total", "cursor", "findings"])
        if time.monotonic() > until:
            return True
    not_there(project, parts.Listed(run, SEEN), run.findings)
    waiting(project, jira, run.findings)
    run.total = run.done
    run.save(update_fields=["total", "findings"])
    return False


def _tried(run: Run) -> MappedProject:
    """The run's project, with the mapping that is tried where that is not the stored one."""
    for name, value in run.mapping.items():
        setattr(run.project, name, value)  # of this copy alone; it is never saved
    return run.project


def as_if_on(project: MappedProject) -> MappedProject:
    if project.direction == Direction.PAUSED:
        project.direction = Direction.BOTH  # of this copy alone; it is never saved
    return project


def _query(project: MappedProject, after: int) -> str:
    seek = f" AND id > {after}" if after else ""
    return f"{polls.scope(project)}{seek} ORDER BY id ASC"


def _parts(ids: Iterator[str]) -> Iterator[Sequence[str]]:
    while part := list(islice(ids, AT_ONCE)):
        yield sorted(part, key=int)


def look(project: MappedProject, issues: Sequence[Issue], findings: dict[str, Any]) -> None:
    """What applying these issues would do, added to `findings`. Reads rows, writes none."""
    rules = rules_of(project)
    lookups = lookups_for(project, [parent_reference(rules, issue) for issue in issues])
    shadows = {
        shadow.remote_id: shadow
        for shadow in Shadow.objects.select_related("item").filter(
            connection_id=project.connection_id, remote_id__in=[issue.id for issue in issues]
        )
    }
    known = known_to_jira([shadow.item for shadow in shadows.values()])
    every = [see(rules, lookups, issue) for issue in issues]
    for issue, seen in zip(issues, every, strict=True):
        shadow = shadows.get(seen.remote_id)
        if shadow is not None and site_proof.is_other(shadow, issue):
            _add(findings, ANOTHER_ISSUE, _another(shadow, seen))
        elif shadow is not None and pair_merge.is_older(shadow, issue):
            _add(findings, *_older(shadow, seen))
        elif shadow is not None:
            _pair(project, rules, known, seen, shadow, findings)
        elif seen.type is None:
            _add(findings, NOT_MAPPED, {"key": seen.remote_key, "type": seen.names.get("type", "")})
        elif project.reads_jira:
            summary = seen.values.get("summary", "")
            _add(findings, BOARD_CREATE, {"key": seen.remote_key, "summary": summary})
    for kind, sample in dry_links.on_the_board(project, rules, every):
        _add(findings, kind, sample)


def _pair(
    project: MappedProject,
    rules: Rules,
    known: Known,
    seen: Seen,
    shadow: Shadow,
    findings: dict[str, Any],
) -> None:
    item = shadow.item
    if (item.deleted and not shadow.is_gone) or not (
        shadow.state == ShadowState.LIVE or shadow.may_return
    ):
        return
    ours = values_of(item)
    remote = {name: value for name, value in seen.values.items() if name != "rank"}
    outcome = decision.decide(project, shadow.agreed, ours, remote)
    outcome = parents.guarded(project, shadow, seen, outcome)
    about = {"key": seen.remote_key, "item": str(item.pk), "summary": item.summary}
    sayable = _sayable(rules, known, item, outcome.to_send, findings) if project.writes_jira else {}
    for kind, values in ((BOARD_UPDATE, outcome.take), (JIRA_UPDATE, sayable)):
        if values:
            _add(findings, kind, {**about, "fields": _both(values, ours, remote)})
    for clash in outcome.clashes:
        shown = {"board": clash.board, "jira": clash.jira}
        _add(findings, CONFLICT, {**about, "fields": {clash.field: shown}, "taken": clash.taken})
    if not (outcome.take or sayable or outcome.clashes):
        _add(findings, SAME, None)


def _sayable(
    rules: Rules, known: Known, item: WorkItem, to_send: Mapping[str, Any], findings: dict[str, Any]
) -> dict[str, Any]:
    """What of `to_send` Jira can be told; the rest stays on the board and is counted by field."""
    out = outgoing(rules, known, item, to_send)
    kept = findings["kept_on_board"]
    for name in out.unmapped:
        kept[name] = int(kept.get(name, 0)) + 1
    return {name: value for name, value in to_send.items() if name not in out.unmapped}


def _both(
    values: Mapping[str, Any], ours: Mapping[str, Any], remote: Mapping[str, Any]
) -> dict[str, Any]:
    return {name: {"board": ours.get(name), "jira": remote.get(name)} for name in values}


def _another(shadow: Shadow, seen: Seen) -> dict[str, Any]:
    """The item, and the summary of the issue that has its id by now."""
    item = shadow.item
    both = {"board": item.summary, "jira": seen.values.get("summary", "")}
    about = {"key": shadow.remote_key, "item": str(item.pk), "summary": item.summary}
    return {**about, "fields": {"summary": both}}


def _older(shadow: Shadow, seen: Seen) -> tuple[str, dict[str, Any] | None]:
    """What differs where Jira is older than it was: which side is right only a person can say."""
    item, ours = shadow.item, values_of(shadow.item)
    differs = {
        name: value
        for name, value in seen.values.items()
        if name != "rank" and name in ours and not same(name, ours[name], value)
    }
    if not differs:
        return SAME, None
    about = {"key": seen.remote_key, "item": str(item.pk), "summary": item.summary}
    return OLDER, {**about, "fields": _both(differs, ours, seen.values)}


def not_there(project: MappedProject, listed: Container[str], findings: dict[str, Any]) -> None:
    """The live pairs whose issue is not among those `listed`, added to `findings`."""
    live = Shadow.objects.filter(project=project, state=ShadowState.LIVE, item__deleted=None)
    rows = live.select_related("item").order_by("pk")
    for shadow in rows.iterator(chunk_size=500):
        if shadow.remote_id not in listed:
            item = shadow.item
            sample = {"key": shadow.remote_key, "item": str(item.pk), "summary": item.summary}
            _add(findings, NOT_THERE, sample)


def waiting(project: MappedProject, jira: JiraClient, findings: dict[str, Any]) -> None:
    """What the board has waiting for Jira: creates, deletions and links, which no issue can show.

    Raises JiraError.
    """
    if not project.writes_jira:
        return
    states = (*UNDER_WAY, ChangeState.PARKED)
    rows = Change.objects.filter(project=project, state__in=states).select_related("item")
    for kind, change_kind in ((JIRA_CREATE, ChangeKind.CREATE), (JIRA_DELETE, ChangeKind.DELETE)):
        for change in rows.filter(kind=change_kind).iterator(chunk_size=500):
            item = change.item
            sample = {"key": item.remote_key, "item": str(item.pk), "summary": item.summary}
            _add(findings, kind, sample)
    kept = findings["kept_on_board"]
    for kind, sample in dry_links.in_jira(project, jira):
        if kind:
            _add(findings, kind, sample)
        else:
            kept["links"] = int(kept.get("links", 0)) + 1


def _add(findings: dict[str, Any], kind: str, sample: Mapping[str, Any] | None) -> None:
    counts = findings["counts"]
    counts[kind] = int(counts.get(kind, 0)) + 1
    samples = findings["samples"].setdefault(kind, []) if sample is not None else []
    if sample is not None and len(samples) < SAMPLES:
        samples.append(dict(sample))
