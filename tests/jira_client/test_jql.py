"""JQL literals: nothing escapes its quotes, and no moment is later than meant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jira_client.jql import and_, by_id, moment, quote, without_order


def test_quotes_and_backslashes_are_escaped() -> None:
    assert quote('a" OR "b') == '"a\\" OR \\"b"'
    assert quote("back\\slash") == '"back\\\\slash"'
    assert quote("line\nbreak\x00") == '"line\\nbreak "'


@given(st.text())
def test_no_text_ends_its_literal(text: str) -> None:
    inner = quote(text)[1:-1].replace("\\\\", "").replace('\\"', "")
    assert '"' not in inner
    assert "\n" not in inner


def test_a_moment_is_cut_to_the_minute_in_the_users_zone() -> None:
    when = datetime(2026, 11, 23, 10, 4, 59, tzinfo=UTC)
    assert moment(when, "Europe/Berlin") == '"2026-11-23 11:04"'
    assert moment(when, "America/Los_Angeles") == '"2026-11-23 02:04"'


def test_an_unknown_zone_finds_too_much_rather_than_too_little() -> None:
    when = datetime(2026, 11, 23, 10, 4, tzinfo=UTC)
    for zone in (None, "", "No/Where", "../etc/passwd"):
        assert moment(when, zone) == '"2026-11-22 22:04"'


def test_an_hour_that_occurs_twice_is_avoided() -> None:
    for minute in (15, 75):
        when = datetime(2026, 10, 25, 0, 0, tzinfo=UTC) + timedelta(minutes=minute)
        assert moment(when, "Europe/Berlin") == '"2026-10-25 01:15"'


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"]),
)
def test_no_reading_of_the_literal_is_later_than_the_moment(plain: datetime, zone: str) -> None:
    when = plain.replace(tzinfo=UTC)
    local = datetime.strptime(moment(when, zone), '"%Y-%m-%d %H:%M"')  # noqa: DTZ007 - a wall clock
    for fold in (0, 1):
        read = local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
        assert read <= when
        assert when - read < timedelta(hours=3)


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        moment(datetime(2026, 1, 1), "UTC")  # noqa: DTZ001 - that is the point


def test_clauses_are_kept_apart() -> None:
    assert and_("a = 1 OR b = 2", "", "id > 5") == "(a = 1 OR b = 2) AND (id > 5)"
    assert and_("", "a = 1") == "a = 1"
    assert and_() == ""


def test_order_by_is_cut_outside_quotes_only() -> None:
    assert (
        without_order('summary ~ "a order by b" Order  By rank, id') == 'summary ~ "a order by b"'
    )
    assert without_order("summary ~ 'order by'") == "summary ~ 'order by'"
    assert without_order("ORDER BY id") == ""
    assert without_order(r'summary ~ "it\"s" order by id') == r'summary ~ "it\"s"'


def test_ascending_ids_replace_another_order() -> None:
    assert by_id("project = A ORDER BY rank") == "project = A ORDER BY id ASC"
    assert by_id("") == "ORDER BY id ASC"
