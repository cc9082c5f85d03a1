"""What the steps of a project's workflows ask for, and the values the mapping gives there.

Jira shows the fields of a step only on an issue that can take it: so a few issues are looked at, of
different types and statuses. A step that none of them can take is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from almconnect.lib.api import Refused
from connections.models import MappedProject
from jira_client.client import JiraClient
from jira_client.errors import NOT_TOLD
from jira_client.jql import quote
from jira_client.values import FieldMeta, Issue
from sync.pairs.given_values import is_empty, refused_by, without_empty

LOOKED_THROUGH = 50  # issues among which those to ask are chosen
ASKED = 6

Steps = Mapping[str, Mapping[str, FieldMeta]]  # status id → field id → how its screens offer it


def of_project(jira: JiraClient, key: str) -> Steps:
    """The screens of the steps, by the status they lead to. Raises JiraError."""
    try:
        rows = jira.search.page(
            f"project = {quote(key)} ORDER BY updated DESC",
            ("issuetype", "status"),
            limit=LOOKED_THROUGH,
        ).issues
    except NOT_TOLD:
        return {}
    found: dict[str, dict[str, FieldMeta]] = {}
    for issue in _unlike(rows):
        try:
            steps = jira.issues.transitions(issue.id)
        except NOT_TOLD:
            continue
        for step in steps:
            there = found.setdefault(step.to.id, {})
            for meta in step.fields:
                if meta.id not in there or (meta.required and not there[meta.id].required):
                    there[meta.id] = meta
    return found


def _unlike(issues: Sequence[Issue]) -> list[Issue]:
    """A few issues, no two of the same type in the same status."""
    seen: dict[tuple[str, str], Issue] = {}
    for issue in issues:
        kind, status = (issue.fields.get(name) or {} for name in ("issuetype", "status"))
        seen.setdefault((str(kind.get("id")), str(status.get("id"))), issue)
    return list(seen.values())[:ASKED]


def demanded(steps: Steps, status_id: str) -> list[FieldMeta]:
    """The fields without which a step to this status fails."""
    metas = steps.get(status_id, {}).values()
    return [meta for meta in metas if meta.required and not meta.has_default]


def judged(
    jira: JiraClient, project: MappedProject, entries: Mapping[str, Mapping[str, Any] | None]
) -> dict[str, dict[str, Any]]:
    """The project's defaults with these entries over them; an empty entry or value takes one out.

    Raises Refused (422) for what Jira would not take, JiraError.
    """
    steps = of_project(jira, project.key) if any(entries.values()) else {}
    wrong = [
        why
        for word, given in entries.items()
        for name, value in (given or {}).items()
        if not is_empty(value) and (why := _why_not(project, steps, word, name, value))
    ]
    if wrong:
        raise Refused(wrong[0], fields={"transition_defaults": wrong})
    return without_empty({**project.transition_defaults, **entries})


def _why_not(project: MappedProject, steps: Steps, word: str, name: str, value: Any) -> str | None:
    status = project.status_map.get(word)
    if status is None:
        return f"“{word}” is no mapped status of {project.key}."
    offered = steps.get(str(status))
    if offered is None:
        return None  # no issue could take that step just now, so Jira does not tell
    if name not in offered:
        names = ", ".join(sorted(offered)) or "nothing"
        return f"The step to “{word}” does not take “{name}”. It takes: {names}."
    return refused_by(offered[name], value, f"on the step to “{word}”")
