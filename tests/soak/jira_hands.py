"""Random edits by people in Jira: fields, steps, places, types, sprints; each acknowledged, then noted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from jira_sandbox.model.issues import Issue
from planning.models import WorkItem
from sync.core.echo import same
from sync.core.field_directions import TO_JIRA
from tests.soak.held import held
from tests.soak.scene import JIRA, Scene

MOST_DELETES = 6  # the delete brake is proven elsewhere; here nobody is to be asked
TYPES = ("Story", "Task", "Bug", "Enabler")
STEPS = {"To Do": "11", "In Progress": "21", "In Review": "31", "Done": "41"}
LEAST_SPRINTS = 2  # open ones, so that people always have somewhere to plan


class JiraHands(Scene):
    def edit_jira(self) -> None:
        issue, name = self.issue(), self.rng.choice(self.fields_of(JIRA))
        if not self._lacks(issue, name):
            self.write_jira(issue, name, self.value(name))

    def write_jira(self, issue: Issue, name: str, value: Any) -> None:
        """One field of one issue, by the call that Jira's own pages make for it."""
        saw = held(self.world, issue, name)
        if same(name, saw, value):
            return  # nobody writes what stands there
        if name == "status":
            self.told(lambda: self._step(issue, value))
        else:
            field, raw = self._spoken(name, value)
            self.told(lambda: self.world.edit_issue(issue.key, **{field: raw}))
        if self.own.get(name, ("", ""))[1] != TO_JIRA:  # there it is put back, whatever it says
            self.written.in_jira(str(issue.id), name, value, saw)

    def _step(self, issue: Issue, status: str) -> None:
        if issue.status.name != status:  # else the answer to an earlier try was lost
            path = f"/rest/api/2/issue/{issue.id}/transitions"
            self.world.jira("POST", path, transition={"id": STEPS[status]})

    def _spoken(self, name: str, value: Any) -> tuple[str, Any]:
        """The field's id, and the value as a client of Jira sends it."""
        match name:
            case "assignee":
                key = "accountId" if self.site.cloud else "name"
                return "assignee", {key: value} if value else None
            case "priority":
                return "priority", {"name": value}
            case "fix_versions" | "components":
                names = [{"name": one} for one in value]
                return self.world.project.field_map[name], names
            case "original_estimate":
                words = "" if value is None else f"{value // 60}m"
                return "timetracking", {"originalEstimate": words}
            case "flagged":
                choices = [{"value": "Impediment"}] if value else None
                return self.world.project.field_map["flagged"], choices
            case "parent":
                key = WorkItem.objects.get(pk=value).remote_key if value else None
                if self.site.cloud:
                    return "parent", {"key": key} if key else None
                return self.site.field_of("parent", "epic-link").id, key
            case "team":
                word = self.teams.get(value) if value else None
                return self.world.project.team_source["field"], {"value": word} if word else None
        if self.own.get(name, ("", ""))[0] == "choices":
            return self.world.project.field_map[name], [{"value": one} for one in value]
        return self.world.project.field_map[name], value

    def _lacks(self, issue: Issue, name: str) -> bool:
        """Whether the field is taken off the screens of this issue's type now."""
        field = self.world.project.field_map.get(name, "")
        home = issue.project
        return field in home.hidden_fields or home.lacks(field, issue.type.id)

    def create_jira(self) -> None:
        summary = f"Jira {self.count}"
        key = self.told(lambda: self.world.create_issue(summary))
        self.written.jira_created[key] = summary

    def plan_jira(self) -> None:
        sprint, iteration = self.rng.choice(self.sprints)
        issue = self.issue()
        self._plan(issue, sprint, iteration, saw=held(self.world, issue, "iteration"))

    def _plan(self, issue: Issue, sprint: int, iteration: str | None, *, saw: str | None) -> None:
        path = (
            f"/rest/agile/1.0/sprint/{sprint}/issue" if sprint else "/rest/agile/1.0/backlog/issue"
        )
        self.told(lambda: self.world.jira("POST", path, issues=[issue.key]))
        # What is done and in no open sprint stays, for people, in the last that was closed.
        stands = iteration if sprint else held(self.world, issue, "iteration")
        self.written.in_jira(str(issue.id), "iteration", stands, saw)

    def rank_jira(self) -> None:
        issue, before = self.issue(), self.issue()
        if issue is not before:
            body = {"issues": [issue.key], "rankBeforeIssue": before.key}
            self.told(lambda: self.world.jira("PUT", "/rest/agile/1.0/issue/rank", **body))

    def convert_jira(self) -> None:
        """Another issue type; what its screens lack is not shown of the issue from now on."""
        issue, kind = self.issue(), {"name": self.rng.choice(TYPES)}
        self.told(lambda: self.world.edit_issue(issue.key, issuetype=kind))

    def complete_sprint(self) -> None:
        """Jira closes the active one, and moves what is open in it to the next or to the backlog."""
        open_ones = [pair for pair in self.sprints if pair[0]]
        ending, *rest = open_ones
        sprint = self.site.sprints[ending[0]]
        path = f"/rest/agile/1.0/sprint/{sprint.id}"
        if sprint.state == "future":
            begin = self.site.now()
            dates = {
                "startDate": begin.isoformat(),
                "endDate": (begin + timedelta(days=14)).isoformat(),
            }
            self.told(lambda: self.world.jira("POST", path, state="active", **dates))
        with self.site.lock:
            inside = [
                one
                for one in self.site.issues.values()
                if sprint in (one.values["sprints"] or ()) and one.status.category != "done"
            ]
        stood = {one.id: held(self.world, one, "iteration") for one in inside}
        self.told(lambda: self._close(path))
        self.written.sprints_closed.add(sprint.id)
        self.sprints.remove(ending)
        if len(rest) <= LEAST_SPRINTS:
            rest.append(self._another_sprint())
        target = rest[0] if self.rng.random() < 0.5 else self.sprints[0]
        for issue in inside:
            if not any(one.state != "closed" for one in issue.values["sprints"]):
                self._plan(issue, *target, saw=stood[issue.id])

    def _close(self, path: str) -> None:
        if self.world.jira("GET", path)["state"] != "closed":  # else an answer was lost
            self.world.jira("POST", path, state="closed")

    def _another_sprint(self) -> tuple[int, str]:
        name = f"Sprint {self.count}"
        body = {"name": name, "originBoardId": self.world.project.board_id}
        made = self.told(lambda: self.world.jira("POST", "/rest/agile/1.0/sprint", **body))
        pair = (int(made["id"]), self.become_sprint(int(made["id"]), name))
        self.sprints.append(pair)
        return pair

    def delete_jira(self) -> None:
        if len(self.written.jira_deleted) < MOST_DELETES:
            issue = self.issue()
            self.leaving(str(issue.id), lambda: self.told(lambda: self._delete(issue.key)))
            self.written.jira_deleted.add(str(issue.id))

    def _delete(self, key: str) -> None:
        if key in self.site.keys:  # else the answer to an earlier try was lost
            self.world.jira("DELETE", f"/rest/api/2/issue/{key}")
