"""The audit page: found by person, action, connection and day; exported without running formulas."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts import audit
from accounts.models import AuditEntry, User

CONNECTION = uuid.UUID(int=42)


@pytest.fixture
def trail(rte: User) -> None:
    audit.record(
        "connection.changed",
        actor=rte,
        connection_id=CONNECTION,
        before={"name": "Old <name>", "password": "hunter2-hunter2"},
        after={"name": "New name"},
    )
    audit.record("run.finished", actor=None, after={"count": 7})
    entry = audit.record("item.moved", actor=rte)
    AuditEntry.objects.filter(pk=entry.pk).update(at=datetime(2024, 5, 1, 12, tzinfo=UTC))


def shown(browser: Client, query: str = "") -> list[str]:
    answer = browser.get(f"/audit/?{query}")
    assert answer.status_code == 200
    actions = [entry.action for entry, _changes in answer.context["rows"]]
    return [action for action in actions if not action.startswith("person.")]  # the sign-in itself


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("", ["item.moved", "run.finished", "connection.changed"]),
        ("person=RTE", ["item.moved", "connection.changed"]),
        ("action=connection", ["connection.changed"]),
        (f"connection={CONNECTION}", ["connection.changed"]),
        ("until=2024-05-01", ["item.moved"]),
        ("since=2024-05-02", ["run.finished", "connection.changed"]),
        ("person=nobody", []),
        ("connection=nonsense", []),
    ],
)
def test_filters(
    trail: None, ops: User, client_of: Callable[..., Client], query: str, actions: list[str]
) -> None:
    assert shown(client_of(ops), query) == actions


def test_before_and_after_are_shown_safely_and_without_secrets(
    trail: None, ops: User, client_of: Callable[..., Client]
) -> None:
    words = client_of(ops).get("/audit/").content.decode()
    assert "<del>Old &lt;name&gt;</del>" in words
    assert "<ins>New name</ins>" in words
    assert "hunter2" not in words


def test_nothing_found_says_what_to_do(ops: User, client_of: Callable[..., Client]) -> None:
    browser = client_of(ops)
    assert "No entry fits this filter" in browser.get("/audit/?person=nobody").content.decode()


def test_a_filter_that_cannot_be_read_says_so(
    trail: None, ops: User, client_of: Callable[..., Client]
) -> None:
    browser = client_of(ops)
    assert "Enter a valid UUID" in browser.get("/audit/?connection=nonsense").content.decode()
    assert browser.get("/audit/export.csv?since=yesterday").status_code == 400


def exported(browser: Client, query: str = "") -> list[list[str]]:
    answer = browser.get(f"/audit/export.csv?{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="audit.csv"'
    content = b"".join(answer.streaming_content)  # type: ignore[arg-type]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_file_holds_what_the_filter_shows(
    trail: None, ops: User, client_of: Callable[..., Client]
) -> None:
    header, *rows = exported(client_of(ops), "action=connection")
    assert header[:3] == ["at", "person", "action"]
    assert [row[2] for row in rows] == ["connection.changed"]
    assert "hunter2" not in repr(rows)


def test_a_formula_stays_text(ops: User, client_of: Callable[..., Client]) -> None:
    evil = '=HYPERLINK("http://evil.example","x")'
    User.objects.filter(pk=ops.pk).update(first_name=evil)
    ops.refresh_from_db()
    audit.record("item.moved", actor=ops)
    cells = [cell for row in exported(client_of(ops)) for cell in row]
    assert "'" + evil in cells
    assert evil not in cells


def test_the_api_pages_through_the_trail_newest_first(
    trail: None, ops: User, api: Callable[..., object], token_of: Callable[..., str]
) -> None:
    caller = api(token_of(ops))
    AuditEntry.objects.filter(action__startswith="person.").delete()
    seen, cursor = [], ""
    for _ in range(3):
        page = caller.get(f"/audit?limit=1{cursor}").json()  # type: ignore[attr-defined]
        seen.append(page["items"][0]["action"])
        cursor = f"&cursor={page['next']}"
    assert seen == ["item.moved", "run.finished", "connection.changed"]
    assert page["next"] is None
