"""What the create screens of a project offer, each asked for once: Jira tells of fields nowhere else.

A screen that the account may not see says nothing of the project, so its absence is no fault:
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/ (create metadata needs
"Create issues" in the project).
"""

from __future__ import annotations

import time

from jira_client.client import JiraClient
from jira_client.errors import NOT_TOLD
from jira_client.values import FieldMeta
from sync.worker.retry_policy import Patience


class CreateScreens:
    """The screens of one project. One call a type, tried again as `patience` allows; somebody who waits
    for a page asks once."""

    def __init__(
        self, jira: JiraClient, project_key: str, patience: Patience | None = None
    ) -> None:
        self._jira = jira
        self._key = project_key
        self._patience = patience or Patience(time.monotonic())
        self._seen: dict[str, tuple[FieldMeta, ...] | None] = {}

    def of(self, type_id: str) -> tuple[FieldMeta, ...] | None:
        """The fields of this issue type's screen; None where Jira does not tell. Raises JiraError."""
        if type_id not in self._seen:
            self._seen[type_id] = self._read(type_id)
        return self._seen[type_id]

    def _read(self, type_id: str) -> tuple[FieldMeta, ...] | None:
        try:
            return tuple(
                self._patience.ask(lambda: self._jira.fields.create_fields(self._key, type_id))
            )
        except NOT_TOLD:
            return None
