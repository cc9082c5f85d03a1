"""A Jira to test on, and one project in it: what is made there is deleted at the end."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from jira_client.client import JiraClient
from jira_client.errors import NotFound
from jira_client.values import Created, IssueType, Project

GIVEN = {"summary", "project", "issuetype", "reporter"}  # what a create says, or Jira fills in
PATIENCE = 90.0  # the search index of Jira Cloud lags


@dataclass
class Place:
    """`real`: not the sandbox. `new` makes an issue of a type that needs a summary and no more."""

    client: JiraClient
    project: Project
    real: bool
    mark: str = field(default_factory=lambda: f"contract-{uuid.uuid4().hex[:10]}")
    issues: list[str] = field(default_factory=list)
    sprints: list[int] = field(default_factory=list)

    def kind(self) -> IssueType:
        for kind in self.client.projects.issue_types(self.project.id):
            if kind.subtask or kind.name == "Epic":
                continue
            metas = self.client.fields.create_fields(self.project.key, kind.id)
            needed = {one.id for one in metas if one.required and not one.has_default}
            if needed <= GIVEN:
                return kind
        raise AssertionError(f"{self.project.key} has no issue type that asks for a summary alone")

    def fields(self, summary: str) -> dict[str, object]:
        return {
            "project": {"id": self.project.id},
            "issuetype": {"id": self.kind().id},
            "summary": summary,
        }

    def new(self, summary: str, **fields: object) -> Created:
        body = {**self.fields(summary), **fields}
        made = self.client.issues.create(body, properties={"alm": {"op": summary}})
        return self.keep(made)

    def keep(self, made: Created) -> Created:
        """Delete it at the end."""
        self.issues.append(made.id)
        return made

    def wait_for(self, what: str, true: Callable[[], bool]) -> None:
        until = time.monotonic() + (PATIENCE if self.real else 2.0)
        while not true():
            assert time.monotonic() < until, f"{what} did not come"
            time.sleep(0.5 if self.real else 0.02)

    def clean(self) -> None:
        for issue in self.issues:
            self._gone(lambda issue=issue: self.client.issues.delete(issue))  # type: ignore[misc]
        for sprint in self.sprints:
            self._gone(lambda sprint=sprint: self.client.sprints.delete(sprint))  # type: ignore[misc]

    @staticmethod
    def _gone(delete: Callable[[], None]) -> None:
        try:
            delete()
        except NotFound:
            return  # the test has deleted it itself
