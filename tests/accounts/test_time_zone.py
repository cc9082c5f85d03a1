"""Pages speak in the person's time zone; the API in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.test import Client

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.time_zone import known_zone


def noon(user: User, zone: str) -> None:
    User.objects.filter(pk=user.pk).update(time_zone=zone)
    entry = audit.record("item.moved", actor=user)
    AuditEntry.objects.filter(pk=entry.pk).update(at=datetime(2024, 1, 15, 12, tzinfo=UTC))


def test_the_exact_moment_is_in_the_persons_zone(
    ops: User, client_of: Callable[..., Client]
) -> None:
    noon(ops, "America/New_York")
    words = client_of(ops).get("/audit/").content.decode()
    assert 'datetime="2024-01-15T12:00:00Z" title="15 January 2024, 07:00:00 EST"' in words


def test_the_next_person_is_not_affected(
    ops: User, admin: User, client_of: Callable[..., Client]
) -> None:
    noon(ops, "Asia/Tokyo")
    client_of(ops).get("/audit/")
    assert "15 January 2024, 12:00:00 UTC" in client_of(admin).get("/audit/").content.decode()


def test_the_api_stays_in_utc(
    ops: User, api: Callable[..., object], token_of: Callable[..., str]
) -> None:
    noon(ops, "Asia/Tokyo")
    item = api(token_of(ops)).get("/audit").json()["items"][0]  # type: ignore[attr-defined]
    assert datetime.fromisoformat(item["at"]).utcoffset() == UTC.utcoffset(None)
    assert item["at"].startswith("2024-01-15T12:00:00")


def test_the_profile_takes_only_zones_that_exist(
    rte: User, client_of: Callable[..., Client]
) -> None:
    browser = client_of(rte)
    browser.post("/profile/", {"full_name": "Rita Rail", "time_zone": "Europe/Berlin"})
    rte.refresh_from_db()
    assert (str(rte), rte.time_zone) == ("Rita Rail", "Europe/Berlin")
    answer = browser.post("/profile/", {"full_name": "Rita", "time_zone": "Mars/Base"})
    assert "time_zone" in answer.context["form"].errors
    entry = AuditEntry.objects.get(action="person.profile_changed")
    assert entry.after == {"full_name": "Rita Rail", "time_zone": "Europe/Berlin"}


def test_a_zone_that_went_away_is_utc() -> None:
    assert str(known_zone("Mars/Base")) == str(known_zone("../etc/passwd")) == "UTC"
