"""Which way a project's comments go: chosen by a person, refused where internal notes could slip out."""

from __future__ import annotations

from typing import Final

from almconnect.lib.api import Refused
from connections.models import CommentDirection, MappedProject
from jira_client.client import JiraClient
from jira_client.values import Project
from sync.pairs import metadata

_HIDDEN: Final = (
    "{key} is a service project, and this Jira does not say of its comments which are internal notes. So "
    "its comments are not synced: leave them off."
)


def of_new(jira: JiraClient, project: Project, asked: str | None) -> str:
    """For a new mapping: as asked, else both ways where that is safe. Raises Refused (422)."""
    if not _hides_notes(jira, project):
        return asked or CommentDirection.BOTH
    if asked not in (None, CommentDirection.OFF):
        raise _refusal(project.key)
    return CommentDirection.OFF


def judge(jira: JiraClient, project: MappedProject, asked: str) -> None:
    """For a mapping that stands. Raises Refused (422), JiraError."""
    found = metadata.find_project(jira, project.remote_id)
    if asked != CommentDirection.OFF and _hides_notes(jira, found):
        raise _refusal(project.key)


def _hides_notes(jira: JiraClient, project: Project) -> bool:
    return project.service and not jira.flavour.internal_notes_told


def _refusal(key: str) -> Refused:
    words = _HIDDEN.format(key=key)
    return Refused(words, fields={"comments": [words]})
