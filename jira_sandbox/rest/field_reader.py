"""The fields of one request, checked and turned into slot values.

Every field on no screen, unknown or ill-formed lands in `errors` by its id. It must not write.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-post
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from ..model.fields import Field
from ..model.issues import Issue
from ..model.people import User
from ..model.projects import IssueType, Project
from ..model.site import Site
from ..refusal import Refusal
from .values import Bad, Values, off_screen

Changes = dict[str, Any]


class Reader(Values):
    """Reads the values of one request for one issue, or for one that is to be."""

    def __init__(
        self, site: Site, actor: User, api: str, project: Project, kind: IssueType,
        issue: Issue | None = None, allowed: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(site, actor, api, project, kind, issue)
        self.allowed = allowed
        self.errors: dict[str, str] = {}
        self.changes: Changes = {}

    def on_screen(self, field: Field) -> bool:
        if field.id in self.project.hidden_fields or self.project.lacks(field.id, self.kind.id):
            return False
        if self.allowed:
            return field.id in self.allowed
        if not (field.on_edit if self.issue else field.on_create):
            return False
        if field.id == "reporter":
            return self.site.may(self.actor, "MODIFY_REPORTER", self.project)
        if field.id == "assignee":
            return self.site.may(self.actor, "ASSIGN_ISSUES", self.project)
        if field.id == "duedate" or field.kind == "sprint":
            return self.site.may(self.actor, "SCHEDULE_ISSUES", self.project)
        if field.id == "parent" and not self.site.cloud:
            return self.kind.subtask and self.issue is None
        return True

    def set(self, id: str, raw: Any) -> None:
        field = self.site.fields.get(id)
        if field is None or not self.on_screen(field):
            self.errors[id] = off_screen(field.name if field else id)
            return
        if field.kind == "project":
            return
        if field.required and (raw is None or raw == ""):
            self.errors[id] = (
                f"{field.name} is required."
                if field.id != "summary"
                else ("You must specify a summary of the issue.")
            )
            return
        try:
            read = self._kinds[field.kind](field, raw)
            self.changes |= read if field.kind == "timetracking" else {self._slot(field): read}
        except Bad as error:
            self.errors[id] = str(error)

    def _slot(self, field: Field) -> str:
        return "type" if field.kind == "issuetype" else field.slot

    def operate(self, id: str, operations: Any) -> None:
        """The `update` form: a list of {operation: value}."""
        field = self.site.fields.get(id)
        if field is None or not self.on_screen(field):
            self.errors[id] = off_screen(field.name if field else id)
            return
        for operation in operations if isinstance(operations, list) else [operations]:
            if not isinstance(operation, dict) or len(operation) != 1:
                self.errors[id] = "Each operation must be an object with one verb."
                return
            ((verb, raw),) = operation.items()
            if verb not in field.operations:
                self.errors[id] = f"Field '{id}' does not support update '{verb}'"
                return
            if verb == "set":
                self.set(id, raw)
            else:
                self._add_or_remove(field, verb, raw)

    def _add_or_remove(self, field: Field, verb: str, raw: Any) -> None:
        try:
            ((one),) = self._kinds[field.kind](field, [raw])
        except Bad as error:
            self.errors[field.id] = str(error)
            return
        have = self.changes.get(field.slot)
        if have is None:
            have = (self.issue.values.get(field.slot) or ()) if self.issue else ()
        rest = tuple(value for value in have if value != one)
        self.changes[field.slot] = (
            (*rest, one) if verb == "add" and one not in have else (have if verb == "add" else rest)
        )

    def done(self) -> Changes:
        """The changes. Raises Refusal 400 with everything that was wrong."""
        if self.errors:
            raise Refusal(400, errors=self.errors)
        return self.changes
