"""Histories of the day: new every day, so that CI walks new ones, and the same all day, so that a
failure can be walked again."""

from __future__ import annotations

import datetime
from typing import TypeVar

from hypothesis import seed
from hypothesis.stateful import RuleBasedStateMachine

M = TypeVar("M", bound=type[RuleBasedStateMachine])


def of_today(machine: M) -> M:
    """The machine, whose chances are the day's. Needs settings without `derandomize`."""
    made: M = seed(datetime.datetime.now(datetime.UTC).toordinal())(
        type(machine)(machine.__name__, (machine,), {})
    )
    return made
