"""A middleware of their own ends deliveries: few statements, nothing that people need, a quota."""

from __future__ import annotations

import json
import threading

import psycopg
import pytest
from django.conf import settings
from django.db import connection as database
from django.db import connections
from django.test import Client

from connections.models import Connection
from sync.models import Delivery
from sync.webhook import hooks, inbox
from sync.webhook.inbox import Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(db: None) -> Connection:
    return Connection.objects.create(name="Jira", base_url="https://jira.example.com")


def send(connection: Connection, number: int = 1, **headers: str):
    event = {"webhookEvent": "jira:issue_updated", "timestamp": number, "issue": {"id": "10"}}
    path = f"/hooks/jira/{connection.webhook_token}"
    return Client().post(path, json.dumps(event), "application/json", headers=headers)


def test_one_statement_and_no_session(connection: Connection, django_assert_num_queries):
    send(connection, 1)  # notes that Jira speaks, and counts what waits
    with django_assert_num_queries(2):  # its connection, its row
        send(connection, 2)
    with django_assert_num_queries(1):  # its row, if the connection is what it was
        answer = send(connection, 3)
    assert (answer.status_code, answer.content, dict(answer.cookies)) == (204, b"", {})


def test_the_door_stands_before_what_costs():
    place = settings.MIDDLEWARE.index("sync.webhook.hooks.WebhookMiddleware")
    assert settings.MIDDLEWARE[:place] == ["django.middleware.security.SecurityMiddleware"]


def test_a_refusal_is_still_json_and_not_sniffed(connection: Connection):
    answer = Client().post(f"/hooks/jira/{connection.webhook_token}", b"no", "text/plain")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_payload")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_host_that_is_not_ours_is_refused(connection: Connection):
    assert send(connection, host="evil.example.com").status_code == 400
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("path", ["/hooks/jira/", "/hooks/jira/a/b", "/hooks/jira"])
def test_other_addresses_are_nothing(path: str):
    assert Client().post(path, b"{}", "application/json").status_code == 404


def test_above_the_quota_jira_is_asked_to_come_back(connection: Connection, monkeypatch):
    monkeypatch.setattr(inbox, "QUOTA", 2)
    monkeypatch.setattr(inbox, "room", Room())
    assert [send(connection, n).status_code for n in range(3)] == [204, 204, 204]
    answer = send(connection, 3)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert Delivery.objects.count() == 3


def test_once_some_are_worked_off_there_is_room(connection: Connection, monkeypatch):
    monkeypatch.setattr(inbox, "QUOTA", 0)
    monkeypatch.setattr(inbox, "room", Room())
    assert [send(connection, n).status_code for n in range(2)] == [204, 429]
    Delivery.objects.update(state="done")
    assert send(connection, 1).status_code == 429  # counted less than a second ago
    monkeypatch.setattr(Room, "EVERY_SECONDS", 0.0)
    assert send(connection, 1).status_code == 204


def test_another_connections_backlog_fills_no_room(connection: Connection, monkeypatch):
    monkeypatch.setattr(inbox, "QUOTA", 0)
    monkeypatch.setattr(inbox, "room", Room())
    other = Connection.objects.create(name="Other", base_url="https://other.example.com")
    assert [send(connection, n).status_code for n in range(2)] == [204, 429]
    assert send(other).status_code == 204


def test_only_a_new_delivery_wakes_the_drain(connection: Connection, monkeypatch):
    woken: list[object] = []
    monkeypatch.setattr(hooks, "wake_soon", lambda name, key: woken.append((name, key)))
    for number in (1, 1, 2):
        send(connection, number)
    assert woken == [("sync.drain", connection.pk)] * 2


@pytest.mark.django_db(transaction=True)
def test_the_same_delivery_from_many_sides_at_once_is_stored_once(connection: Connection):
    answers: list[int] = []

    def one() -> None:
        answers.append(send(connection).status_code)
        connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [204] * 8
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_is_committed_when_it_is_answered(connection: Connection):
    assert send(connection).status_code == 204
    assert not database.in_atomic_block
    database.close()
    assert Delivery.objects.count() == 1


@pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite's connection is a file")
@pytest.mark.django_db(transaction=True)
def test_a_database_that_came_back_loses_no_delivery(connection: Connection):
    assert send(connection, 1).status_code == 204
    with psycopg.connect(
        host=database.settings_dict["HOST"], port=database.settings_dict["PORT"] or None,
        user=database.settings_dict["USER"], password=database.settings_dict["PASSWORD"] or None,
        dbname=database.settings_dict["NAME"],
    ) as other:  # fmt: skip
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (ours,) = cursor.fetchone()
        other.execute("SELECT pg_terminate_backend(%s)", (ours,))
    assert send(connection, 2).status_code == 204
    assert Delivery.objects.count() == 2
