"""Properties are tested on a busy machine as on an idle one: no deadline, no complaint of slowness."""

from __future__ import annotations

import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SLOW = 0.25  # seconds; Hypothesis' own deadline is 0.2, and a second of drawing is too slow for it


@st.composite
def drawn_slowly(draw: st.DrawFn) -> int:
    time.sleep(SLOW)
    return draw(st.integers())


@settings(max_examples=6, database=None)
@given(drawn_slowly())
def test_a_slow_draw_and_a_slow_example_are_no_failure(number: int) -> None:
    time.sleep(SLOW)
    assert isinstance(number, int)


def test_the_profile_says_so() -> None:
    assert settings.default is not None
    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check
