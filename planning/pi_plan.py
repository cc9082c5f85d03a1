"""A PI from three numbers: its start, how many iterations, how long each is."""

from __future__ import annotations

import datetime
import uuid
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from planning.item_validation import refused
from planning.models import Pi
from planning.structure_editing import add_part

MOST_ITERATIONS: Final = 26


def plan_pi(
    *,
    actor: User | None,
    name: str,
    art: uuid.UUID | None,
    start: datetime.date,
    iterations: int,
    weeks: int,
    closing_ip: bool = False,
) -> Pi:
    """A PI with its iterations, back to back from `start`; the last may be called IP.

    Raises Refused 422 with the sentences by field.
    """
    if not 1 <= iterations <= MOST_ITERATIONS:
        raise refused({"iterations": [_("A PI has 1 to 26 iterations.")]})
    if not 1 <= weeks <= 8:
        raise refused({"weeks": [_("An iteration takes 1 to 8 weeks.")]})
    length = datetime.timedelta(weeks=weeks)
    try:
        end = start + length * iterations - datetime.timedelta(days=1)
    except OverflowError as problem:
        raise refused({"start": [_("No calendar goes that far.")]}) from problem
    with transaction.atomic():
        values = {"name": name, "art": art, "start": start, "end": end}
        pi = add_part("pi", actor=actor, values=values)
        assert isinstance(pi, Pi)  # noqa: S101  (the kind was asked for)
        for index in range(1, iterations + 1):
            first = start + length * (index - 1)
            last = first + length - datetime.timedelta(days=1)
            closing = closing_ip and index == iterations
            add_part(
                "iteration",
                actor=actor,
                values={
                    "pi": pi.pk,
                    "index": index,
                    "name": "IP" if closing else f"Iteration {index}",
                    "start": first,
                    "end": last,
                },
            )
    return pi
