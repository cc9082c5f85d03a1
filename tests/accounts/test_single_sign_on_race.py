"""One person who comes in for the first time in two browsers at once. Runs on PostgreSQL.

Both have looked for the person before either writes: a lock on a table holds the writers until both wait.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection, transaction
from django.test import Client

from accounts.models import AuditEntry, Role, User
from tests.accounts import openid
from tests.accounts.openid import Provider
from tests.accounts.signing_on import sign_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider(on_postgres: None, settings: Any) -> Iterator[Provider]:
    User.objects.create_user("admin", role=Role.ADMIN)
    with openid.running() as one:
        settings.OIDC_ISSUER = one.issuer
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = openid.CLIENT, openid.SECRET
        yield one


def both_at_once(table: str, people: list[dict[str, str]], provider: Provider) -> list[Client]:
    """Two browsers, signed on while nobody could write to `table` before both wanted to."""
    browsers = [Client(), Client()]
    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{table}" IN SHARE MODE')
            answers = []
            for number, browser in enumerate(browsers):
                provider.person = people[number]
                answers.append(threads.submit(_signed_on, browser))
                _wait_for_writers(cursor, number + 1)
        assert [answer.result(30).status_code for answer in answers] == [302, 302]
    return browsers


def _signed_on(browser: Client) -> Any:
    try:
        return sign_on(browser, next="/profile/")
    finally:
        connection.close()


def _wait_for_writers(cursor: Any, count: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first one
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        if cursor.fetchone()[0] == count:
            return
        time.sleep(0.02)
    pytest.fail(f"{count} writers never waited")


def who(browser: Client) -> User:
    page = browser.get("/profile/")
    assert page.status_code == 200
    return page.context["user"]  # type: ignore[no-any-return]


def told(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def test_one_new_person_in_two_browsers_is_one_row(provider: Provider) -> None:
    anna = dict(provider.person)
    browsers = both_at_once("accounts_user", [anna, anna], provider)
    assert {who(browser).username for browser in browsers} == {"anna"}
    assert User.objects.count() == 2
    assert SocialAccount.objects.count() == 1
    assert (told("person.added"), told("person.signed_in")) == (1, 2)


def test_two_new_people_of_one_name_are_two_rows(provider: Provider) -> None:
    anna = dict(provider.person)
    browsers = both_at_once("accounts_user", [anna, {**anna, "sub": "u-2"}], provider)
    assert len({who(browser).pk for browser in browsers}) == 2
    assert SocialAccount.objects.count() == 2
    assert (told("person.added"), told("person.signed_in")) == (2, 2)


def test_a_person_of_here_is_tied_once(provider: Provider) -> None:
    rte = User.objects.create_user("rte", role=Role.RTE, email="rte@example.com")
    known: dict[str, Any] = {**provider.person, "email": "rte@example.com", "email_verified": True}
    browsers = both_at_once("socialaccount_socialaccount", [known, known], provider)
    assert [who(browser) for browser in browsers] == [rte, rte]
    assert SocialAccount.objects.count() == 1
    assert (told("person.sign_on_linked"), told("person.signed_in")) == (1, 2)
