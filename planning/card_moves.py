"""Moving a card: into another cell of the board, or to another place in the same one."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from almconnect.lib.api import Refused
from planning.item_editing import edit_item
from planning.models import WorkItem
from planning.rank import between, order_of


class Keep:
    """The team or iteration stays as it is; None would mean “no iteration”."""


KEEP: Final = Keep()


def move_item(
    item_id: uuid.UUID,
    *,
    actor: User | None,
    iteration: uuid.UUID | str | Keep | None = KEEP,
    team: uuid.UUID | str | Keep | None = KEEP,
    before: uuid.UUID | None = None,
    after: uuid.UUID | None = None,
    expected_version: int | None = None,
) -> WorkItem:
    """Put a card into a cell, and there before or after another card. Refuses as `edit_item` does."""
    values: dict[str, Any] = {}
    if not isinstance(iteration, Keep):
        values["iteration"] = iteration
    if not isinstance(team, Keep):
        values["team"] = team
    with transaction.atomic():
        if before or after:
            rank = _rank_beside(item_id, before, after)
            if rank is not None:
                values["rank"] = rank
        return edit_item(item_id, actor=actor, values=values, expected_version=expected_version)


def _rank_beside(
    item_id: uuid.UUID, before: uuid.UUID | None, after: uuid.UUID | None
) -> str | None:
    """The rank that puts the item beside its new neighbour; None where it stands there already.

    Only the neighbour's cell is looked at: a rank between two cards of it is right there. A card that
    has no rank yet stands behind all that have, and so the item goes to the end of those.
    """
    beside = before or after
    assert beside is not None  # noqa: S101  (the caller asked for one of them)
    neighbour = WorkItem.objects.live().filter(pk=beside).exclude(pk=item_id).first()
    if neighbour is None:
        raise Refused(
            _("The card beside which you dropped this one is gone."), code="not_found", status=404
        )
    cell = WorkItem.objects.live().filter(
        team=neighbour.team_id, iteration=neighbour.iteration_id, project=neighbour.project_id
    )
    others = cell.exclude(pk=item_id)
    row = sorted(others.only("rank", "created"), key=order_of)
    place = next(i for i, other in enumerate(row) if other.pk == neighbour.pk)
    place += 0 if before else 1
    ranked = [other.rank for other in row if other.rank]
    low = ranked[min(place, len(ranked)) - 1] if place and ranked else ""
    high = ranked[place] if place < len(ranked) else ""
    try:
        return between(low, high)[:255]
    except ValueError:  # two cards share a rank, so that nothing fits between: order by age stays
        return None
