"""Random edits by people on both sides, each acknowledged before it is noted down."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from almconnect.lib.api import Refused
from jira_sandbox.model.linking import move
from planning.linking import remove_link
from planning.models import Iteration, Link, Pi, SprintLink, WorkItem
from planning.moving import move_item
from sync import placing
from tests.sync.world import World

MOST_JIRA_DELETES = 6  # the delete brake is proven elsewhere; here nobody is to be asked
FIELDS = ("summary", "description", "labels", "story_points")


@dataclass
class Written:
    """What people wrote: (item or issue id, field) → values in order; what they deleted and created."""

    board: dict[tuple[str, str], list[Any]] = field(default_factory=lambda: defaultdict(list))
    jira: dict[tuple[str, str], list[Any]] = field(default_factory=lambda: defaultdict(list))
    board_deleted: set[str] = field(default_factory=set)  # item ids
    jira_deleted: set[str] = field(default_factory=set)  # issue ids
    board_created: dict[str, str] = field(default_factory=dict)  # item id → summary
    jira_created: dict[str, str] = field(default_factory=dict)  # issue key → summary
    # Issue ids that were hidden or moved away for a while: nothing may be written to them meanwhile
    away: set[str] = field(default_factory=set)


class Hands:
    def __init__(self, world: World, rng: random.Random) -> None:
        self.world, self.rng, self.written = world, rng, Written()
        self.count = 0
        self.sprints = [(0, None), *_planned(world)]  # sprint and iteration; none: the backlog

    def act(self, actions: int, *, calm: bool = False) -> None:
        """`calm`: nothing is hidden, moved or given another time, for what is arranged meanwhile."""
        verbs = {
            self.edit_board: 6,
            self.edit_jira: 6,
            self.create_board: 3,
            self.create_jira: 2,
            self.plan_board: 2,
            self.plan_jira: 1,
            self.link_board: 2,
            self.delete_board: 1,
            self.delete_jira: 1,
        }
        if not calm:
            verbs |= {self.hide_jira: 1, self.move_jira: 1, self.step_clock: 1}
        for verb in self.rng.choices(list(verbs), list(verbs.values()), k=actions):
            self.count += 1
            verb()

    def act_by_every_verb(self) -> None:
        """So that every kind of change waits for a worker."""
        self.count += 1
        self.create_board()
        self.edit_board()
        self.link_board()
        self.rank_board()
        self.unlink_board()
        self.delete_board(at_least=1)

    def edit_board(self) -> None:
        item = self._item()
        if item is None:
            return
        name, value = self._value()
        try:
            self.world.edit(item, **{name: value})
        except Refused as refusal:
            if refusal.status not in (404, 409):  # deleted meanwhile by Jira's side
                raise
            return
        self.written.board[str(item.pk), name].append(value)

    def edit_jira(self) -> None:
        key, issue_id = self._issue()
        name, value = self._value()
        remote = self.world.project.field_map[name]
        self._told(lambda: self.world.edit_issue(key, **{remote: value}))
        self.written.jira[issue_id, name].append(value)

    def create_board(self) -> None:
        summary = f"Board {self.count}"
        item = self.world.create(summary, story_points=float(self.count % 9))
        self.written.board_created[str(item.pk)] = summary

    def create_jira(self) -> None:
        summary = f"Jira {self.count}"
        key = self._told(lambda: self.world.create_issue(summary))
        self.written.jira_created[key] = summary

    def plan_board(self) -> None:
        """Into an iteration that is a sprint, or out of it."""
        item = self._item()
        if item is None:
            return
        _, iteration = self.rng.choice(self.sprints)
        if item.iteration_id == (iteration and uuid.UUID(iteration)):
            return  # nobody writes what stands there
        try:
            self.world.edit(item, iteration=iteration)
        except Refused as refusal:
            if refusal.status not in (404, 409):
                raise
            return
        self.written.board[str(item.pk), "iteration"].append(iteration)

    def plan_jira(self) -> None:
        key, issue_id = self._issue()
        sprint, iteration = self.rng.choice(self.sprints)
        path = f"sprint/{sprint}" if sprint else "backlog"
        self._told(lambda: self.world.jira("POST", f"/rest/agile/1.0/{path}/issue", issues=[key]))
        self.written.jira[issue_id, "iteration"].append(iteration)

    def link_board(self) -> None:
        source, target = self._item(), self._item()
        if source is None or target is None or source == target:
            return
        if Link.objects.filter(source=source, target=target, deleted=None).exists():
            return
        try:
            self.world.link(source, target)
        except Refused as refusal:
            if refusal.status not in (404, 409, 422):  # an end is gone, or it would be a circle
                raise

    def unlink_board(self) -> None:
        mine = Link.objects.filter(source__project=self.world.project, deleted=None)
        link = mine.exclude(remote_id="").first()
        if link is not None:
            remove_link(link.pk, actor=self.world.person)

    def rank_board(self) -> None:
        """Put some item in front of another."""
        item, before = self._item(), self._item()
        if item is not None and before is not None and item != before:
            move_item(item.pk, actor=self.world.person, before=before.pk)

    def delete_board(self, at_least: int = 10) -> None:
        item = self._item()
        if item is None or WorkItem.objects.filter(deleted=None).count() < at_least:
            return
        try:
            self.world.delete(item)
        except Refused as refusal:
            if refusal.status not in (404, 409):
                raise
            return
        self.written.board_deleted.add(str(item.pk))

    def delete_jira(self) -> None:
        if len(self.written.jira_deleted) >= MOST_JIRA_DELETES:
            return
        key, issue_id = self._issue()
        self._told(lambda: self._delete(key))
        self.written.jira_deleted.add(issue_id)

    def _delete(self, key: str) -> None:
        site = self.world.handle.site
        if key in site.keys:  # else the answer to an earlier try was lost
            self.world.jira("DELETE", f"/rest/api/2/issue/{key}")

    def hide_jira(self) -> None:
        """Issue security: the service account sees it no more, until the end."""
        key, issue_id = self._issue()
        self.world.handle.site.keys[key].seen_by = frozenset({"admin"})
        self.written.away.add(issue_id)

    def move_jira(self) -> None:
        """To a project that is not mapped, until the end."""
        _, issue_id = self._issue()
        self._move(issue_id, "OTTER")
        self.written.away.add(issue_id)

    def step_clock(self) -> None:
        """Jira's clock goes wrong, or right again; and one issue is from another time."""
        site = self.world.handle.site
        site.skew = timedelta(hours=self.rng.choice((0, 0, 1, -1, 26, -26)))
        if not self.rng.randrange(4):
            key, _ = self._issue()
            site.keys[key].updated = datetime(2099, 1, 1, tzinfo=UTC)

    def all_back(self) -> None:
        """At the end everything is where it was, and the clock is right."""
        site = self.world.handle.site
        site.skew = timedelta(0)
        with site.lock:
            away = [one for one in site.issues.values() if str(one.id) in self.written.away]
        for issue in away:
            issue.seen_by = None
            if issue.project.key != self.world.project.key:
                self._move(str(issue.id), self.world.project.key)

    def _move(self, issue_id: str, project: str) -> None:
        site = self.world.handle.site
        with site.lock:
            move(site, site.users["admin"], site.issue(issue_id), site.project(project))

    # ── What there is to act on ──────────────────────────────────────────────────────────────────
    def _item(self) -> WorkItem | None:
        rows = WorkItem.objects.filter(project=self.world.project, deleted=None)
        rows = rows.order_by(
            "summary", "pk"
        )  # keys are drawn anew for each history, by nobody's seed
        count = rows.count()
        return rows[self.rng.randrange(count)] if count else None

    def _issue(self) -> tuple[str, str]:
        site = self.world.handle.site
        with site.lock:
            here = [
                one for one in site.issues.values() if one.project.key == self.world.project.key
            ]
        issue = self.rng.choice(here)
        return issue.key, str(issue.id)

    def _value(self) -> tuple[str, Any]:
        name = self.rng.choice(FIELDS)
        word = f"{name} {self.count}"
        values = {"labels": [f"label-{self.count}"], "story_points": float(self.count % 100)}
        return name, values.get(name, word)

    def _told(self, write: Any) -> Any:
        """People in Jira see its faults too, and press the button again until it takes."""
        for _ in range(50):
            try:
                return write()
            except (requests.RequestException, ValueError) as error:
                last = error
        raise AssertionError(f"Jira never took an edit of its own people: {last!r}")


def _planned(world: World) -> list[tuple[int, str]]:
    """The sprints to come, each an iteration of a PI of its own now."""
    path = f"/rest/agile/1.0/board/{world.project.board_id}/sprint"
    rows = world.jira("GET", path)["values"]
    pi = Pi.objects.create(name=f"PI {uuid.uuid4().hex[:8]}")
    found = []
    for index, sprint in enumerate((row for row in rows if row["state"] != "closed"), 1):
        iteration = Iteration.objects.create(pi=pi, index=index, name=sprint["name"])
        SprintLink.objects.create(iteration=iteration, team=world.team, sprint_id=sprint["id"])
        found.append((sprint["id"], str(iteration.pk)))
    placing.place(world.project.pk)  # what is in these sprints already
    return found
