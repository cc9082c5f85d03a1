"""What both sides' hands act on: the world, the dice, what was written, and what there is to choose."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import requests

from jira_sandbox.model.issues import Issue
from jira_sandbox.model.projects import Component, Version
from planning.models import Iteration, Pi, SprintLink, Team, WorkItem
from sync.core.field_directions import FROM_JIRA
from sync.inbound import sprint_placement
from tests.soak.held import person_id
from tests.soak.ways import Ways
from tests.soak.written import Written
from tests.sync.world import World

STATUSES = (
    "To Do",
    "In Progress",
    "In Review",
    "Done",
)  # each one step away; Rejected asks for more
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
PEOPLE = ("tom", "rita", "")
BEGIN = date(2027, 1, 1)
FIELDS = (
    "summary", "description", "labels", "story_points", "status", "parent", "assignee", "priority",
    "fix_versions", "components", "due_date", "original_estimate", "flagged",
)  # fmt: skip


BOARD, JIRA = "board", "jira"
CHOICES = ("North", "South", "West")


class Scene:
    def __init__(self, world: World, rng: random.Random, ways: Ways = Ways.ALL) -> None:
        self.world, self.rng, self.ways = world, rng, ways
        self.written = Written()
        self.count = 0
        # Fields of the customer's choice: word → (kind, the way it goes)
        self.own: dict[str, tuple[str, str]] = {}
        self.teams: dict[str, str] = {}  # team id → Jira's word, where issues say their team
        # Sprint and iteration; none: the backlog
        self.sprints: list[tuple[int, str | None]] = [(0, None), *_planned(world)]
        self.names = named(world)  # what fix versions, and components, are chosen from

    @property
    def site(self) -> Any:
        return self.world.handle.site

    @property
    def fields(self) -> tuple[str, ...]:
        start = ("start_date",) if "start_date" in self.world.project.field_map else ()
        return (*FIELDS, *start, *(("team",) if self.teams else ()))

    def fields_of(self, side: str) -> tuple[str, ...]:
        """What people on this side, BOARD or JIRA, may set: in Jira, whatever is on a screen."""
        shut = FROM_JIRA if side == BOARD else ""
        return (*self.fields, *(word for word, (_, way) in self.own.items() if way != shut))

    def value(self, name: str) -> Any:
        """Another value for this board field, in the board's words."""
        match name:
            case "labels":
                return [f"label-{self.count}"]
            case "story_points":
                return float(self.count % 100)
            case "status":
                return self.rng.choice(STATUSES)
            case "priority":
                return self.rng.choice(PRIORITIES)
            case "assignee":
                who = self.rng.choice(PEOPLE)
                return person_id(self.world, self.site.users[who]) if who else ""
            case "parent":
                return self.rng.choice([None, *self._features()])
            case "team":
                return self.rng.choice([None, *self.teams])
            case "fix_versions" | "components":
                some = self.names[name]
                size = self.rng.choice([1, 1, 2, 2, 3, 0])  # now and then nothing is left
                return sorted(self.rng.sample(some, size))
            case "original_estimate":
                return self.rng.choice([*[self.count % 100 * 1800] * 5, None])
            case "flagged":
                return self.rng.choice([True, False])
            case "start_date" | "due_date":
                day = BEGIN + timedelta(days=self.count % 300)
                return self.rng.choice([*[day.isoformat()] * 5, None])
        if name in self.own:
            return self._of_kind(self.own[name][0])
        return f"{name} {self.count}"

    def _of_kind(self, kind: str) -> Any:
        if kind == "number":
            return self.rng.choice([float(self.count % 100), None])
        if kind == "choices":
            return sorted(self.rng.sample(CHOICES, self.rng.choice([1, 1, 2, 3])))
        return f"Own {self.count}"

    def _features(self) -> list[str]:
        mine = WorkItem.objects.filter(project__connection=self.world.connection, deleted=None)
        rows = mine.filter(project__key="ART", remote_key__gt="").order_by("remote_key")
        return [str(key) for key in rows.values_list("pk", flat=True)]

    def item(self) -> WorkItem | None:
        # Not by key: keys are drawn anew for each history, by nobody's seed.
        rows = WorkItem.objects.filter(project=self.world.project, deleted=None)
        rows = rows.order_by("summary", "pk")
        count = rows.count()
        return rows[self.rng.randrange(count)] if count else None

    def issue(self) -> Issue:
        with self.site.lock:
            here = [
                one
                for one in self.site.issues.values()
                if one.project.key == self.world.project.key
            ]
        chosen: Issue = self.rng.choice(here)
        return chosen

    def told(self, write: Any) -> Any:
        """People in Jira see its faults too, and press the button again until it takes."""
        for _ in range(50):
            try:
                return write()
            except (requests.RequestException, ValueError) as error:
                last = error
        raise AssertionError(f"Jira never took an edit of its own people: {last!r}")

    def leaving(self, issue_id: str, leave: Any) -> None:
        """An issue leaves; noted, where no webhook tells of it."""
        before = self.lost_webhooks()
        leave()
        if not self.ways.hears or self.lost_webhooks() > before:
            self.written.unheard.add(issue_id)

    def lost_webhooks(self) -> int:
        taken = self.site.parts["faults"].taken
        return int(taken["webhooks_lost"] + taken["webhooks_off"])

    def become_sprint(self, sprint: int, name: str) -> str:
        """The iteration that this sprint is from now on, for each team of the project."""
        pi = Pi.objects.filter(name=f"PI of {self.world.team}").first()
        pi = pi or Pi.objects.create(name=f"PI of {self.world.team}")
        index = Iteration.objects.filter(pi=pi).count() + 1
        iteration = Iteration.objects.create(pi=pi, index=index, name=name)
        teams = Team.objects.filter(pk__in=self.teams) if self.teams else [self.world.team]
        for team in teams:
            SprintLink.objects.create(iteration=iteration, team=team, sprint_id=sprint)
        return str(iteration.pk)


def named(world: World) -> dict[str, list[str]]:
    """Three versions and three components; every project has them, so that a move takes none away."""
    site, names = world.handle.site, ["Alpha", "Beta", "Gamma"]
    with site.lock:
        for project in site.projects.values():
            known = {one.name for one in project.versions.values()}
            for name in (name for name in names if name not in known):
                one, other = (str(site.next_id(kind)) for kind in ("version", "component"))
                project.versions[one] = Version(one, name, project.id)
                project.components[other] = Component(other, name, project.id)
    return {"fix_versions": names, "components": names}


def _planned(world: World) -> list[tuple[int, str]]:
    """The sprints to come, each an iteration of a PI of its own now."""
    path = f"/rest/agile/1.0/board/{world.project.board_id}/sprint"
    rows = world.jira("GET", path)["values"]
    pi = Pi.objects.create(name=f"PI of {world.team}")
    found = []
    for index, sprint in enumerate((row for row in rows if row["state"] != "closed"), 1):
        iteration = Iteration.objects.create(pi=pi, index=index, name=sprint["name"])
        SprintLink.objects.create(iteration=iteration, team=world.team, sprint_id=sprint["id"])
        found.append((sprint["id"], str(iteration.pk)))
    sprint_placement.place(world.project.pk)  # what is in these sprints already
    return found
