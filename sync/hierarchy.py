"""In which field issues of a type name their parent, where Jira has a field apiece: Data Center.

Stories do so by Epic Link, sub-tasks by `parent`, and with Advanced Roadmaps epics and what is above
them by Parent Link. Both links hold the parent's key as text (so does opendatahub-io/odh-dashboard,
.claude/rules/jira-creation.md, of one such Jira; the vendor shows no answer). Jira offers no Epic Link on
the screens of epics: a type that has Parent Link there and no Epic Link is one of those.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from jira_client.client import JiraClient
from jira_client.errors import Gone, Invalid, NotFound, PermissionRefused
from jira_client.known_fields import EPIC_LINK, PARENT_LINK, of_schema
from jira_client.values import FieldInfo, IssueType
from sync.core.values import PARENT
from sync.patience import Patience

_SILENT = (Gone, Invalid, NotFound, PermissionRefused)


def facts_of(
    jira: JiraClient,
    key: str,
    types: Sequence[IssueType],
    fields: Sequence[FieldInfo],
    patience: Patience | None = None,
) -> dict[str, Any]:
    """What of MappedProject.facts says where parents are named. One call a type where Jira has a Parent
    Link, else none; tried again as `patience` allows, where somebody waits once. Raises JiraError.
    """
    calm = patience or Patience(time.monotonic())
    link = of_schema(fields, PARENT_LINK) or ""
    rest = [one.id for one in types if not one.subtask]
    asked = bool(link) and jira.flavour.parent_style != PARENT
    return {
        "subtask_types": [one.id for one in types if one.subtask],
        "parent_link": link if asked else "",
        "parent_link_types": [one for one in rest if asked and _is_above(jira, key, one, calm)],
    }


def _is_above(jira: JiraClient, key: str, type_id: str, calm: Patience) -> bool:
    try:
        offered = calm.ask(lambda: jira.fields.create_fields(key, type_id))
    except _SILENT:
        return False  # it may not create there: then nothing is known of the screens
    screen = {meta.schema_custom for meta in offered}
    return PARENT_LINK in screen and EPIC_LINK not in screen
