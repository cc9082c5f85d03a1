"""What Jira already knows of items: their issues, their parents' issues, their teams' sprints."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planning.models import WorkItem
from planning.team_boards import Place, sprints_at
from sync.core.mapping import Outgoing, say
from sync.core.values import Rules
from sync.models import Shadow, ShadowState


@dataclass(frozen=True, slots=True)
class Known:
    """`parents`: item id → (issue id, key); `sprints`: team and project → iteration id →
    sprint id."""

    parents: dict[str, tuple[str, str]] = field(default_factory=dict)
    sprints: dict[Place, dict[str, int]] = field(default_factory=dict)

    def sprints_of(self, item: WorkItem) -> dict[str, int]:
        """Iteration id → the sprint that it is for the item's team in its project."""
        if item.team_id is None or item.project_id is None:
            return {}
        return self.sprints.get((item.team_id, item.project_id), {})


def live_pair(item: uuid.UUID) -> Shadow | None:
    """The pair of an item whose issue it still belongs to, with its project."""
    rows = Shadow.objects.select_related("project")
    return rows.filter(item=item, state=ShadowState.LIVE).first()


def known_to_jira(items: Iterable[WorkItem], parents: Iterable[uuid.UUID | str] = ()) -> Known:
    """A handful of queries, however many items. `parents`: further items that may be named as a parent."""
    rows = list(items)
    above = {item.parent_id for item in rows if item.parent_id}
    above |= {uuid.UUID(str(one)) for one in parents}
    places = {(one.team_id, one.project_id) for one in rows if one.team_id and one.project_id}
    pairs = Shadow.objects.filter(item__in=above, state=ShadowState.LIVE)
    return Known(
        parents={str(shadow.item_id): (shadow.remote_id, shadow.remote_key) for shadow in pairs},
        sprints=sprints_at(places),
    )


def outgoing(rules: Rules, known: Known, item: WorkItem, values: Mapping[str, Any]) -> Outgoing:
    """What these values of an item mean to Jira, as far as it knows what they refer to."""
    sprints, parents = known.sprints_of(item), known.parents
    return say(rules.of_type(item.type), values, sprints=sprints, parents=parents)
