"""Calls are taken out of one row: imports leave a fifth to live edits, and what Jira says is heeded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.budget.token_bucket import AT_ONCE, News, take
from connections.models import AuthMethod, Connection, RateBudget
from jira_client.ratelimit import Pace

pytestmark = pytest.mark.django_db
DC = Pace(limit=50, remaining=50, fill=10, interval=1.0)


@pytest.fixture
def connection() -> Connection:
    return Connection.objects.create(
        name="Limited", base_url="https://jira.example.com", auth_method=AuthMethod.BASIC
    )


def taken(connection: Connection, purpose: str, news: News = News()) -> int:  # noqa: B008
    return take(connection.pk, purpose, "GET /x", news).calls


def drained(connection: Connection, purpose: str) -> int:
    total = 0
    while calls := taken(connection, purpose):
        total += calls
    return total


def test_an_import_leaves_a_fifth(connection: Connection) -> None:
    first = taken(connection, "bulk", News(pace=DC))
    assert first + drained(connection, "bulk") in (40, 41)  # a call may come back meanwhile
    assert drained(connection, "live") >= 10
    assert taken(connection, "bulk") == 0


def test_several_calls_cost_one_write(connection: Connection) -> None:
    assert taken(connection, "bulk", News(pace=DC)) >= 10
    assert 0 < taken(connection, "live") <= 10


def test_calls_come_back_at_the_told_rate(connection: Connection) -> None:
    taken(connection, "live", News(pace=DC))
    drained(connection, "live")
    RateBudget.objects.update(filled=timezone.now() - timedelta(seconds=2), tokens=0)
    assert 19 <= drained(connection, "live") <= 22


def test_the_fewest_that_remained_counts(connection: Connection) -> None:
    assert taken(connection, "bulk", News(pace=DC, lowest=3)) == 0
    assert taken(connection, "live") == 1
    assert RateBudget.objects.get().remaining == 3


def test_a_quota_that_resets_later_is_not_refilled_before(connection: Connection) -> None:
    pace = Pace(limit=65000, remaining=0, reset=timezone.now() + timedelta(minutes=20))
    grant = take(connection.pk, "live", "GET /x", News(pace=pace, lowest=0))
    assert grant.calls == 0
    assert grant.wait == pytest.approx(1200, abs=5)
    RateBudget.objects.update(resets=timezone.now() - timedelta(seconds=1))
    assert taken(connection, "bulk") > 0


def test_a_held_endpoint_holds_no_other(connection: Connection) -> None:
    holds = {"POST /search": timezone.now() + timedelta(seconds=30)}
    assert take(connection.pk, "live", "POST /search", News(holds=holds)).calls == 0
    assert take(connection.pk, "live", "GET /myself", News()).calls > 0
    held = RateBudget.objects.get().held_until("POST /search")
    assert held is not None
    assert RateBudget.objects.get().held_until() is None


def test_an_untold_rate_is_learned_from_refusals(connection: Connection) -> None:
    cloud = Pace(limit=100, remaining=10)
    taken(connection, "bulk", News(pace=cloud))
    assert RateBudget.objects.get().per_second == 100
    taken(connection, "bulk", News(pace=cloud, refused=True))
    assert RateBudget.objects.get().per_second == 70
    long_ago = timezone.now() - timedelta(minutes=1)
    RateBudget.objects.update(refused=long_ago, filled=long_ago)
    taken(connection, "bulk")
    eased = RateBudget.objects.get().per_second
    assert eased is not None
    assert 70 < eased < 100


def test_a_limit_that_nobody_tells_is_guessed_from_refusals_and_forgotten(
    connection: Connection,
) -> None:
    over = News(holds={"": timezone.now() - timedelta(seconds=1)}, refused=True)
    assert taken(connection, "bulk") == AT_ONCE["bulk"]
    assert taken(connection, "bulk", over) == 0
    row = RateBudget.objects.get()
    assert (row.limit, row.per_second) == (None, pytest.approx(7))
    long_ago = timezone.now() - timedelta(minutes=1)
    RateBudget.objects.update(filled=long_ago)
    assert drained(connection, "bulk") in (5, 6)  # of seven, a fifth for live edits
    assert drained(connection, "live") >= 1
    for _ in range(60):
        RateBudget.objects.update(refused=long_ago, filled=long_ago)
        taken(connection, "live")
    assert RateBudget.objects.get().per_second is None
    assert taken(connection, "bulk") == AT_ONCE["bulk"]


def test_a_refused_endpoint_is_no_guess_of_the_whole(connection: Connection) -> None:
    holds = {"POST /search": timezone.now() + timedelta(seconds=30)}
    taken(connection, "live", News(holds=holds, refused=True))
    assert RateBudget.objects.get().per_second is None
    assert taken(connection, "bulk") == AT_ONCE["bulk"]


def test_a_limit_of_one_starves_no_import(connection: Connection) -> None:
    assert (
        taken(connection, "bulk", News(pace=Pace(limit=1, remaining=1, fill=1, interval=1.0))) == 1
    )
