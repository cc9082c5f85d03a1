"""What Jira's admins do to issues and screens, and put right at the end: hidden, moved, clocks, fields."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jira_sandbox.model.issue_changes import record
from jira_sandbox.model.issues import Issue, Item
from jira_sandbox.model.links_and_moves import move
from sync.pairs.rules import rules_of
from tests.soak.scene import Scene

COMING_AND_GOING = ("story_points", "labels", "priority", "description")
MOST_FIELDS = 2  # at once


class AdminHands(Scene):
    def hide_jira(self) -> None:
        """Issue security: the service account sees it no more, until the end."""
        issue = self.issue()
        self.leaving(str(issue.id), lambda: self._secure(issue, frozenset({"admin"})))
        self.written.away.add(str(issue.id))

    def _secure(self, issue: Issue, seen_by: frozenset[str] | None) -> None:
        """By the issue's own field, which is an edit; or by its scheme, of which nobody is told."""
        silent = self.ways.polls and self.rng.random() < 0.5
        with self.site.lock:
            issue.seen_by = seen_by
            if not silent:
                old, new = (None, "Admins") if seen_by else ("Admins", None)
                entry = Item("security", "security", old, old, new, new)
                record(self.site, self.site.users["admin"], issue, [entry], self.site.now())
        if silent:
            self.written.unheard.add(str(issue.id))

    def move_jira(self) -> None:
        """To a project that is not mapped, until the end."""
        issue = self.issue()
        self.leaving(str(issue.id), lambda: self._move(issue, "OTTER"))
        self.written.away.add(str(issue.id))

    def _move(self, issue: Issue, project: str) -> None:
        with self.site.lock:
            move(self.site, self.site.users["admin"], issue, self.site.project(project))

    def step_clock(self) -> None:
        """Jira's clock goes wrong, or right again; and one issue is from another time."""
        self.site.skew = timedelta(hours=self.rng.choice((0, 0, 1, -1, 26, -26)))
        if not self.rng.randrange(4):
            self.issue().updated = datetime(2099, 1, 1, tzinfo=UTC)

    def field_goes(self) -> None:
        """A field leaves the screens of the project, or has no context for one type any more."""
        home = self.site.project(self.world.project.key)
        gone = len(home.hidden_fields) + sum(map(len, home.without.values()))
        if gone >= MOST_FIELDS:
            self.fields_back()
            return
        field = self.world.project.field_map[self.rng.choice(COMING_AND_GOING)]
        kind = self.rng.choice(home.type_ids)
        with self.site.lock:
            if self.rng.random() < 0.5:
                home.hidden_fields.add(field)
            elif field not in home.without.setdefault(kind, []):
                home.without[kind].append(field)

    def fields_back(self) -> None:
        home = self.site.project(self.world.project.key)
        with self.site.lock:
            self.written.came_back |= {
                (str(issue.id), name)
                for issue in self.site.issues.values()
                for name, field in rules_of(self.world.project).fields.items()
                if issue.project is home and home.lacks(field, issue.type.id)
            }
            home.hidden_fields.clear()
            home.without.clear()

    def all_back(self) -> None:
        """Everything is where it was, and the clock is right."""
        self.site.skew = timedelta(0)
        self.fields_back()
        with self.site.lock:
            away = [one for one in self.site.issues.values() if str(one.id) in self.written.away]
        for issue in away:
            if issue.seen_by is not None:
                self._secure(issue, None)
            if issue.project.key != self.world.project.key:
                self._move(issue, self.world.project.key)
