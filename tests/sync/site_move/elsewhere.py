"""The other Jira of a move: the same projects by key, under other ids, some of which overlap.

`copy_of(handle, ...)` is what a migration makes: keys, summaries, descriptions and days of the old Jira,
and every id another one: projects, issues, sprints, boards, links, statuses, types, fields. The ids begin
so that many of them are ids of *other* things in the old Jira.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from accounts.models import User
from connections.credentials import credentials
from connections.models import Connection
from connections.setup import settings_editing
from jira_sandbox.model.issue_creation import create
from jira_sandbox.model.project_admin import add_project
from jira_sandbox.model.site import Site
from jira_sandbox.seed import art, people
from jira_sandbox.server import Handle, bound, opened
from sync.models import MoveState, Run, SiteMove
from sync.runs import project_runs
from sync.site_move import decisions, move_worker
from tests.sync.world import World, credential

CANARY = "Payroll 2026"


@contextmanager
def serving(site: Site) -> Iterator[Handle]:
    server, handle = bound(site)
    thread = opened(server, 0.02)
    try:
        yield handle
    finally:
        server.end()
        thread.join(5)
        site.close()


@contextmanager
def copy_of(old: Handle, flavour: str = "cloud", version: int = 10) -> Iterator[Handle]:
    site = Site(flavour, version)
    people(site, service_admin=False)
    # Issue 10003 there is another one than issue 10003 here, and so on.
    site.counters |= {"issue": 10002, "project": 10001, "sprint": 3, "board": 2, "link": 10004}
    art(site, 12)
    payroll = add_project(site, "PAY", "Payroll")
    for number in range(3):
        values: dict[str, Any] = {"summary": f"{CANARY} {number}", "description": (CANARY, None)}
        create(site, site.users["rita"], payroll, site.types["10001"], values)
    _renumber(site)
    _same_as(old.site, site)
    with serving(site) as handle:
        yield handle


def _renumber(site: Site) -> None:
    """Types, statuses, link types and custom fields change places, so that each id is another thing's."""
    types, statuses, links = (
        _turned(getattr(site, name), fixed)
        for name, fixed in (("types", ""), ("statuses", "10000"), ("link_types", ""))
    )
    for issue in site.issues.values():
        issue.type, issue.status = types[issue.type.id], statuses[issue.status.id]
    for link in site.links.values():
        link.type = links[link.type.id]
    for project in site.projects.values():
        project.type_ids = tuple(types[one].id for one in project.type_ids)
        project.transitions = {
            key: replace(step, to=statuses[step.to].id) for key, step in project.transitions.items()
        }
    site.types, site.statuses, site.link_types = (
        {one.id: one for one in turned.values()} for turned in (types, statuses, links)
    )
    custom = {key: one for key, one in site.fields.items() if one.custom}
    system = {key: one for key, one in site.fields.items() if not one.custom}
    fields = _turned(custom, "")
    site.fields = system | {
        one.id: replace(one, clauses=(f"cf[{one.id.removeprefix('customfield_')}]", one.name))
        for one in fields.values()
    }


def _turned(rows: dict[str, Any], fixed: str) -> dict[str, Any]:
    """Id before → the thing with its new id: each takes the next one's, but for one that stays."""
    keys = [key for key in rows if key != fixed]
    turned = dict(zip(keys, keys[1:] + keys[:1], strict=True))
    return {key: replace(row, id=turned.get(key, key)) for key, row in rows.items()}


def _same_as(old: Site, new: Site) -> None:
    """What a migration keeps: summaries, days, people; `created` stays as the tool kept it."""
    for key, issue in old.keys.items():
        twin = new.keys.get(key)
        if twin is None:
            continue
        for name in ("summary", "description", "points", "wsjf", "labels"):
            twin.values[name] = issue.values[name]
        twin.created = issue.created
    for one, other in zip(old.sprints.values(), new.sprints.values(), strict=True):
        other.start, other.end, other.state, other.complete = (
            one.start, one.end, one.state, one.complete,
        )  # fmt: skip


def destination(handle: Handle, person: User, name: str = "New Jira") -> Connection:
    """An ordinary second connection, tested, with nothing mapped."""
    made = settings_editing.create(
        actor=person, name=name, base_url=handle.url, auth_method="basic"
    )
    assert credentials.offer(made, credential(handle), actor=person)
    return Connection.objects.get(pk=made.pk)


def at_work(move: SiteMove) -> SiteMove:
    """The workers, until the move waits for a person or is over, with its comparisons."""
    for _ in range(200):
        SiteMove.objects.filter(pk=move.pk).update(due=move.created)
        while move_worker.work(move.pk):
            pass
        move.refresh_from_db()
        if not move.is_at_work:
            break
        for run in Run.objects.filter(state__in=("waiting", "running")):
            while project_runs.work(run.pk):
                pass
    move.refresh_from_db()
    return move


def planned(world: World, there: Connection, person: User) -> SiteMove:
    move = at_work(decisions.plan(world.connection, there, actor=person))
    assert move.state == MoveState.PLANNED, move.message
    return move


def moved(world: World, there: Connection, person: User) -> SiteMove:
    move = planned(world, there, person)
    decisions.confirm(move, actor=person)
    move = at_work(move)
    assert move.state == MoveState.DONE, (move.state, move.message)
    return move
