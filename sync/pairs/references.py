"""What Jira already knows of items: their issues, their parents' issues, their teams' sprints."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planning.models import SprintLink, WorkItem
from sync.core.mapping import Outgoing, say
from sync.core.values import Rules
from sync.models import Shadow, ShadowState


@dataclass(frozen=True, slots=True)
class Known:
    """`parents`: item id → (issue id, key); `sprints`: team id → iteration id → sprint id."""

    parents: dict[str, tuple[str, str]] = field(default_factory=dict)
    sprints: dict[uuid.UUID | None, dict[str, int]] = field(default_factory=dict)


def live_pair(item: uuid.UUID) -> Shadow | None:
    """The pair of an item whose issue it still belongs to, with its project."""
    rows = Shadow.objects.select_related("project")
    return rows.filter(item=item, state=ShadowState.LIVE).first()


def known_to_jira(items: Iterable[WorkItem], parents: Iterable[uuid.UUID | str] = ()) -> Known:
    """Two queries, however many items. `parents`: further items that may be named as a parent."""
    rows = list(items)
    above = {item.parent_id for item in rows if item.parent_id}
    above |= {uuid.UUID(str(one)) for one in parents}
    teams = {item.team_id for item in rows if item.team_id}
    pairs = Shadow.objects.filter(item__in=above, state=ShadowState.LIVE)
    sprints: dict[uuid.UUID | None, dict[str, int]] = {}
    for link in SprintLink.objects.filter(team__in=teams):
        sprints.setdefault(link.team_id, {})[str(link.iteration_id)] = link.sprint_id
    return Known(
        parents={str(shadow.item_id): (shadow.remote_id, shadow.remote_key) for shadow in pairs},
        sprints=sprints,
    )


def outgoing(rules: Rules, known: Known, item: WorkItem, values: Mapping[str, Any]) -> Outgoing:
    """What these values of an item mean to Jira, as far as it knows what they refer to."""
    sprints = known.sprints.get(item.team_id, {})
    return say(rules.of_type(item.type), values, sprints=sprints, parents=known.parents)
