"""The vendor's calendar: whom each change hits, in which order, and that it is looked at in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from jira_client import vendor_calendar as calendar


def codes(deployment: str, version: tuple[int, ...], way: str) -> list[str]:
    return [one.code for one in calendar.of_jira(deployment, version, way)]


@pytest.mark.parametrize(
    ("deployment", "version", "way", "wanted"),
    [
        ("cloud", (1001, 0), "oauth1", ["oauth1_on_cloud"]),
        ("cloud", (1001, 0), "basic", ["tokens_end_within_a_year"]),
        ("datacenter", (9, 12, 4), "basic", ["jira_9_unsupported", "data_center_read_only"]),
        (
            "datacenter",
            (9, 17),
            "oauth1",
            ["jira_9_unsupported", "data_center_read_only", "oauth1_on_data_center"],
        ),
        ("datacenter", (11, 3, 1), "pat", ["jira_11_3_unsupported", "data_center_read_only"]),
        ("datacenter", (10, 3), "pat", ["data_center_read_only"]),
        ("datacenter", (), "pat", ["data_center_read_only"]),
        ("", (), "oauth1", []),
    ],
)
def test_it_tells_what_concerns_this_jira(
    deployment: str, version: tuple[int, ...], way: str, wanted: list[str]
) -> None:
    assert codes(deployment, version, way) == wanted


def test_nothing_falls_due_unlooked_at() -> None:
    """Fails a month before such a day. Read the vendor's page then, and note the day in `looked`."""
    assert calendar.unlooked(datetime.now(UTC).date()) == []


def test_a_day_that_nobody_looked_at_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    near = date(2030, 1, 20)
    late = replace(calendar.CHANGES[0], due=near, looked=near - timedelta(days=40))
    monkeypatch.setattr(calendar, "CHANGES", (late, replace(late, code="seen", looked=near)))
    assert calendar.unlooked(near - timedelta(days=30)) == [late.code]
    assert calendar.unlooked(near - timedelta(days=32)) == []


def test_each_names_the_vendors_page() -> None:
    assert all(one.page.startswith("https://") for one in calendar.CHANGES)
    assert len({one.code for one in calendar.CHANGES}) == len(calendar.CHANGES)
