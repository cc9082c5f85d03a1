"""Every API token ends, and admins see all of them and can revoke any."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry, User
from tests.callers import ApiCaller


def made(browser: Client, **fields: Any) -> ApiToken:
    browser.post("/tokens/", {"name": "Nightly", "role": "viewer", **fields})
    return ApiToken.objects.get()


def test_ninety_days_are_proposed_and_taken(rte: User, client_of: Callable[..., Client]) -> None:
    browser = client_of(rte)
    assert 'value="90"' in browser.get("/tokens/").content.decode()
    lives = made(browser).expires - timezone.now()
    assert timedelta(days=89) < lives <= timedelta(days=90)


@pytest.mark.parametrize("days", ["0", "-1", "366", "99999", "x", "1e3"])
def test_none_lives_longer_than_a_year(
    rte: User, client_of: Callable[..., Client], days: str
) -> None:
    answer = client_of(rte).post("/tokens/", {"name": "x", "role": "viewer", "days": days})
    assert "days" in answer.context["form"].errors
    assert not ApiToken.objects.exists()
    with pytest.raises(ValueError, match="year"):
        ApiToken.issue(rte, "viewer", days=366)


def test_it_ends(
    rte: User, client_of: Callable[..., Client], api: Callable[..., ApiCaller]
) -> None:
    _row, text = ApiToken.issue(rte, "rte", days=7)
    assert api(text).get("/tokens").json()["items"][0]["expires"]
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23), tick=False):
        assert api(text).get("/tokens").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1), tick=False):
        assert api(text).get("/tokens").status_code == 401
        assert api(text).post("/trains", {"name": "x"}, Idempotency_Key="k").status_code == 401
        assert "Ended" in client_of(rte).get("/tokens/").content.decode()


@pytest.mark.django_db
def test_the_command_bounds_it_too() -> None:
    with pytest.raises(CommandError, match="--days"):
        call_command("create_api_token", user="script", role="rte", days=400)
    assert not User.objects.exists()
    call_command("create_api_token", user="script", role="rte", days=30, stdout=io.StringIO())
    assert ApiToken.objects.get().expires < timezone.now() + timedelta(days=31)


def test_admins_see_and_revoke_everybodys(
    admin: User, rte: User, client_of: Callable[..., Client], api: Callable[..., ApiCaller]
) -> None:
    row, text = ApiToken.issue(rte, "rte", "Nightly import")
    api(text).get("/tokens")
    browser = client_of(admin)
    page = browser.get("/people/tokens/").content.decode()
    assert "Nightly import" in page
    assert text not in page
    assert browser.post(f"/people/tokens/{row.pk}/revoke/").status_code == 302
    assert api(text).get("/tokens").status_code == 401
    entry = AuditEntry.objects.get(action="token.revoked")
    assert (entry.actor, entry.object_name) == (admin, "Nightly import of rte")
    assert "Nightly import of rte is revoked" in browser.get("/people/tokens/").content.decode()
    assert client_of(rte).get("/people/tokens/").status_code == 403


@pytest.mark.django_db
def test_a_token_of_before_gets_ninety_days_from_the_upgrade(person: Callable[..., User]) -> None:
    migration = import_module("accounts.migrations.0006_end_api_tokens")
    default = migration.Migration.operations[0].field.default
    assert timedelta(days=89) < default() - timezone.now() <= timedelta(days=90)
