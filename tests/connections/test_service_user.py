"""Whoever authorises a connection as a person or as a Jira admin is told that a service user is better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.credentials import service_user
from connections.models import Connection
from connections.probes import checkup
from connections.report import permission_report
from jira_client.values import Person
from jira_sandbox.server import Handle
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of

PEOPLE = [
    (Person("tom", "Tom Falconer", None, username="tom"), True),
    (Person("5b10", "Ada Admin", "ada@example.com"), True),
    (Person("jdoe", "Doe, Jane", None, username="jdoe"), True),
    (Person("svc-alm", "ALM Service", None, username="svc-alm"), False),
    (Person("5b10", "Jane Doe", "sync-bot@example.com"), False),
    (Person("5b10", "Jane Doe", "abc@serviceaccount.atlassian.com"), False),
    (Person("x", "PiPlanning Board", None, username="x"), False),
    (Person("x", "Railways", None, username="railways"), False),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("person", "personal"), PEOPLE)
def test_what_an_account_is_called(person: Person, personal: bool) -> None:
    assert service_user.is_personal(person) is personal


def test_who_signs_in_here_is_a_person(rte: Any) -> None:
    rte.email = "railways@example.com"
    rte.save()
    assert service_user.is_personal(Person("x", "Railways", "Railways@Example.com"))


def row_of(connection: Connection) -> checkup.Row:
    return {row.name: row for row in checkup.run(connection).rows}["account"]


def test_a_service_user_is_no_matter_of_concern(
    connected: Callable[..., Connection], jira: Handle
) -> None:
    assert row_of(connected(jira)).state == "pass"


def test_one_that_is_jira_admin_on_purpose_is_told_so(
    connected: Callable[..., Connection], jira: Handle
) -> None:
    jira.site.users["svc-alm"].global_permissions.add("ADMINISTER")
    row = row_of(connected(jira))
    assert row.state == "pass"
    assert "is a Jira admin" in row.message


@pytest.mark.parametrize(
    ("name", "codes"),
    [("rita", ["account_is_personal"]), ("admin", ["account_is_admin", "account_is_personal"])],
)
def test_a_persons_account_and_an_admins(
    name: str,
    codes: list[str],
    connected: Callable[..., Connection],
    jira: Handle,
    admin: Any,
    client_of: Callable[..., Client],
    token_of: Callable[..., str],
) -> None:
    connection = connected(jira, name)
    row = row_of(connection)
    assert (row.state, row.code) == ("warning", codes[0])
    assert "service user" in row.remedy
    waiting = permission_report.request(connection, ["FALCON"], actor=None)
    permission_report.take(waiting.pk)
    api = ApiCaller(token_of(admin))
    told = api.get(f"/connections/{connection.pk}").json()
    assert [one["code"] for one in told["account_warnings"]] == codes
    listed = api.get("/connections").json()["items"][0]
    assert listed["account_warnings"] == told["account_warnings"]
    page = client_of(admin).get(f"/connections/{connection.pk}/").content.decode()
    for one in told["account_warnings"]:
        assert one["message"].replace("'", "&#x27;") in page


def test_the_page_after_connecting_says_it(
    jira: Handle, admin: Any, client_of: Callable[..., Client]
) -> None:
    mine = basic_of(jira, "rita")
    form = {"method": "basic", "name": "Railways", "base_url": jira.url, "verify_tls": "on"}
    form |= {"username": mine.username, "password": mine.secret.reveal()}
    words = client_of(admin).post("/connections/new/jira/", form, follow=True).content.decode()
    assert "acts as Rita Train" in words
    assert words.count("looks like a person&#x27;s own account") == 2, "said now, and kept in sight"
