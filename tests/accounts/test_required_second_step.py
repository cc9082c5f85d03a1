"""Roles that must have a second step get no further than to setting one up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import User
from tests.accounts.openid import Provider
from tests.accounts.signing_on import sign_on
from tests.accounts.test_single_sign_on import provider as provider
from tests.callers import ApiCaller


@pytest.fixture(autouse=True)
def _for_admins(settings: Any) -> None:
    settings.SECOND_FACTOR_FOR = ["admin", "ops"]


@pytest.mark.parametrize("path", ["/", "/people/", "/profile/", "/tokens/", "/system/", "/audit/"])
def test_every_page_leads_to_setting_it_up(
    admin: User, client_of: Callable[..., Client], path: str
) -> None:
    browser = client_of(admin)
    for answer in (browser.get(path), browser.post(path, {"name": "x", "role": "admin"})):
        assert answer["Location"] == "/account/2fa/"
    assert "Your role needs a second step" in browser.get("/account/2fa/").content.decode()
    partial = browser.get(path, headers={"HX-Request": "true"})
    assert partial["HX-Redirect"] == "/account/2fa/"
    assert not admin.api_tokens.exists()


@pytest.mark.parametrize("kind", ["totp", "webauthn"])
def test_with_one_the_pages_open(admin: User, client_of: Callable[..., Client], kind: str) -> None:
    Authenticator.objects.create(user=admin, type=kind, data={})
    assert client_of(admin).get("/people/").status_code == 200


def test_recovery_codes_alone_are_none(admin: User, client_of: Callable[..., Client]) -> None:
    Authenticator.objects.create(user=admin, type="recovery_codes", data={})
    assert client_of(admin).get("/people/").status_code == 302


def test_other_roles_and_tokens_go_on(
    admin: User,
    rte: User,
    client_of: Callable[..., Client],
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
) -> None:
    assert client_of(rte).get("/profile/").status_code == 200
    assert api(token_of(admin)).get("/people").status_code == 200


def test_it_can_be_set_up_and_left(admin: User, client_of: Callable[..., Client]) -> None:
    browser = client_of(admin)
    for path in ("/account/2fa/", "/account/password/change/"):
        assert browser.get(path).status_code == 200
    assert browser.get("/account/2fa/totp/activate/")["Location"].startswith(
        "/account/reauthenticate/"
    )
    assert browser.post("/account/logout/").status_code == 302


def test_the_providers_word_is_taken(provider: Provider, client: Client, settings: Any) -> None:
    settings.OIDC_ROLES = [("Bosses", "admin")]
    provider.person["groups"] = ["Bosses"]
    sign_on(client)
    assert client.get("/people/").status_code == 200
