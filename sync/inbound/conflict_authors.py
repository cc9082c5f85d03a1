"""Who wrote Jira's value of a conflict, as far as the webhooks that came have told it already.

A body is a hint: what it says of an author is only shown. The value itself has been read from Jira.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connections.models import MappedProject
from jira_client.errors import BadPayload
from jira_client.values import History, Issue
from jira_client.webhook import told_change
from sync.core.history import setting
from sync.core.merge import Clash
from sync.models import Delivery
from sync.pairs.rules import lookups_for, rules_of

EVENT = "jira:issue_updated"
NEWEST = 5  # deliveries of an issue that are looked at


def by_webhooks(
    project: MappedProject,
    issues: Sequence[Issue],
    disputed: Mapping[str, Sequence[Clash]],
    names: Mapping[str, str],
) -> list[Issue]:
    """Those of `issues` of whose disputed values a delivery tells who set them, with what was told as
    their history.
    """
    rules, lookups = rules_of(project), lookups_for(project, ())
    signed = []
    for issue in issues:
        if issue.id not in disputed:
            continue
        changes = told(project, issue.id)
        if all(
            setting(rules, lookups, changes, names, clash.field, clash.jira)
            for clash in disputed[issue.id]
        ):
            signed.append(replace(issue, history=changes))
    return signed


def told(project: MappedProject, issue_id: str) -> tuple[History, ...]:
    """The changes that the newest deliveries of an issue told, oldest first."""
    rows = Delivery.objects.filter(
        connection_id=project.connection_id, issue_id=issue_id, event=EVENT
    )
    bodies = rows.order_by("-id").values_list("body", flat=True)[:NEWEST]
    return tuple(
        change for body in reversed(bodies) if (change := _change(bytes(body))) is not None
    )


def _change(body: bytes) -> History | None:
    try:
        return told_change(body)
    except BadPayload:  # it was let in, so of an older version's making: it tells nothing
        return None
