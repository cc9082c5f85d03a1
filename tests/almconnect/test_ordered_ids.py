"""Ids that rise with time are ids as any other, and stand in their order."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
import time_machine

from almconnect.lib.ordered_id import ordered_id


def test_it_is_an_id_of_version_seven() -> None:
    ids = [ordered_id() for _ in range(1000)]
    assert {(one.version, one.variant) for one in ids} == {(7, uuid.RFC_4122)}
    assert len(set(ids)) == 1000
    either = [0, 0]
    for one in ids:
        either = [either[0] | one.int, either[1] | ~one.int]
    random = ((1 << 12) - 1) << 64 | (1 << 62) - 1
    assert either[0] & random == either[1] & random == random  # every bit that may be is random


@pytest.mark.parametrize("later", ["2026-11-25T10:00:00.001Z", "2061-01-01T00:00:00Z"])
def test_a_later_one_is_greater_as_number_and_as_text(later: str) -> None:
    with time_machine.travel(datetime(2026, 11, 25, 10, tzinfo=UTC), tick=False):
        first = [ordered_id() for _ in range(100)]
    with time_machine.travel(datetime.fromisoformat(later), tick=False):
        second = [ordered_id() for _ in range(100)]
    assert max(first) < min(second)
    assert max(one.hex for one in first) < min(one.hex for one in second)
    assert first[0].int >> 80 == datetime(2026, 11, 25, 10, tzinfo=UTC).timestamp() * 1000
