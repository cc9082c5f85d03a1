"""Single sign-on may be limited to domains and groups, and give roles from groups, at each sign-in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from almconnect.lib.env import EnvironmentInvalid, among, pairs
from tests.accounts.openid import Provider
from tests.accounts.signing_on import sign_on
from tests.accounts.test_single_sign_on import here
from tests.accounts.test_single_sign_on import provider as provider

EMAIL = {"email": "anna@example.com", "email_verified": True}


@pytest.mark.parametrize(
    ("claims", "let_in"),
    [
        (EMAIL, True),
        ({**EMAIL, "email": "anna@EXAMPLE.com"}, True),
        ({**EMAIL, "email": "anna@example.com.evil.test"}, False),
        ({**EMAIL, "email": "anna@evilexample.com"}, False),
        ({**EMAIL, "email_verified": False}, False),
        ({**EMAIL, "email_verified": "true"}, False),
        ({}, False),
    ],
)
def test_only_checked_emails_of_the_domains_come_in(
    provider: Provider, client: Client, settings: Any, claims: dict[str, Any], let_in: bool
) -> None:
    settings.OIDC_DOMAINS = ["example.com"]
    provider.person |= claims
    answer = sign_on(client)
    assert here(client) is let_in
    assert User.objects.filter(username="anna").exists() is let_in
    if not let_in:
        assert answer.status_code == 401
        assert "certain domains" in answer.content.decode()


@pytest.mark.parametrize(
    ("groups", "let_in"),
    [
        (["Board users"], True),
        (["x", "Board users"], True),
        ("Board users", True),
        (["board users"], False),
        ([], False),
        (None, False),
        ({"Board users": 1}, False),
        ([["Board users"]], False),
    ],
)
def test_only_the_groups_come_in(
    provider: Provider, client: Client, settings: Any, groups: Any, let_in: bool
) -> None:
    settings.OIDC_GROUPS = ["Board users"]
    provider.person["groups"] = groups
    answer = sign_on(client)
    assert here(client) is let_in
    assert let_in or "certain groups" in answer.content.decode()


def test_who_left_the_group_stays_out(provider: Provider, client: Client, settings: Any) -> None:
    settings.OIDC_GROUPS = ["Board users"]
    provider.person["groups"] = ["Board users"]
    sign_on(client)
    assert here(client)
    provider.person["groups"] = []
    again = Client()
    assert sign_on(again).status_code == 401
    assert not here(again)


def test_groups_give_roles_at_each_sign_in(
    provider: Provider, client: Client, settings: Any
) -> None:
    settings.OIDC_ROLES = [("Bosses", "admin"), ("Engineers", "rte")]
    provider.person["groups"] = ["Engineers"]
    for groups, role in (
        (["Engineers"], "rte"),
        (["Engineers", "Bosses"], "admin"),
        ([], "viewer"),
    ):
        provider.person["groups"] = groups
        sign_on(Client())
        assert User.objects.get(username="anna").role == role
    changes = AuditEntry.objects.filter(action="person.role_changed").values_list(
        "after", flat=True
    )
    assert [change["role"] for change in changes] == ["viewer", "admin"]


def test_without_roles_by_group_a_role_stays(provider: Provider, client: Client) -> None:
    sign_on(client)
    User.objects.filter(username="anna").update(role="ops")
    sign_on(Client())
    assert User.objects.get(username="anna").role == "ops"


def test_the_last_admin_stays_one(provider: Provider, client: Client, settings: Any) -> None:
    sign_on(client)
    User.objects.filter(username="anna").update(role="admin")
    User.objects.exclude(username="anna").delete()
    settings.OIDC_ROLES = [("Engineers", "rte")]
    again = Client()
    sign_on(again)
    assert here(again)
    assert User.objects.get(username="anna").role == "admin"


def test_settings_are_judged_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "ALM admins=admin, a=b=rte")
    assert pairs("X", ("admin", "rte")) == [("ALM admins", "admin"), ("a=b", "rte")]
    for wrong in ("admin", "=admin", "a=", "a=boss"):
        monkeypatch.setenv("X", wrong)
        with pytest.raises(EnvironmentInvalid, match="X must read"):
            pairs("X", ("admin", "rte"))
    monkeypatch.setenv("X", "boss")
    with pytest.raises(EnvironmentInvalid, match="X may hold"):
        among("X", ("admin", "rte"))
