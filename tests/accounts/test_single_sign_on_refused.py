"""What an OpenID provider must not say, and what is said to people when it fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts import bounded_calls
from accounts.models import User
from almconnect.lib import env
from tests.accounts import openid
from tests.accounts.openid import Provider
from tests.accounts.signing_on import leave, sign_on


@pytest.fixture
def provider(settings: Any, admin: User) -> Iterator[Provider]:
    with openid.running() as one:
        settings.OIDC_ISSUER = one.issuer
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = openid.CLIENT, openid.SECRET
        yield one


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        ("token_issuer", "not valid (InvalidIssuerError)"),
        ("audience", "not valid (InvalidAudienceError)"),
        ("expired", "not valid (ExpiredSignatureError)"),
        ("signature", "not valid (InvalidSignatureError)"),
        ("key", "not valid (InvalidKeyError)"),
        ("unsigned", "not valid (InvalidAlgorithmError)"),
        ("hmac", "not valid (InvalidAlgorithmError)"),
        ("nonce", "belongs to another sign-in"),
        ("no_nonce", "belongs to another sign-in"),
        ("no_id_token", "holds no id_token"),
        ("userinfo", "speaks of another person"),
        ("refuses", "You were refused there"),
    ],
)
def test_nobody_comes_in_by_a_lie(provider: Provider, client: Client, lie: str, words: str) -> None:
    provider.lies = {lie}
    answer = sign_on(client)
    assert answer.status_code == 401
    assert words in answer.content.decode()
    assert client.get("/profile/").status_code == 302
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        ("issuer", "names itself otherwise"),
        ("no_token_endpoint", "lacks an endpoint"),
        ("no_json", "no JSON"),
        ("fails", "status 503"),
    ],
)
def test_a_provider_that_fails_is_explained(
    provider: Provider, client: Client, lie: str, words: str
) -> None:
    provider.lies = {lie}
    answer = client.post("/account/sign-on/")
    assert answer.status_code == 401
    assert words in answer.content.decode()
    assert "inner-canary" not in answer.content.decode()


def test_a_wrong_client_secret_is_explained(
    provider: Provider, client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OIDC_CLIENT_SECRET = "wrong-secret-5Hy"
    words = sign_on(client).content.decode()
    assert "the client’s id or secret may be wrong" in words
    assert "wrong-secret-5Hy" not in words + caplog.text


def test_a_provider_that_is_down_is_explained(admin: User, client: Client, settings: Any) -> None:
    with openid.running() as gone:
        settings.OIDC_ISSUER = gone.issuer
    answer = client.post("/account/sign-on/")
    assert answer.status_code == 401
    assert "Nothing answers at 127.0.0.1." in answer.content.decode()
    assert "/account/login/" in answer.content.decode()


def test_one_that_drips_is_cut_off(
    provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_calls, "TOTAL", 1)
    provider.lies, begun = {"drips"}, time.monotonic()
    assert "did not answer in time" in client.post("/account/sign-on/").content.decode()
    assert time.monotonic() - begun < 5


def test_one_in_a_network_that_is_not_allowed_is_not_called(
    provider: Provider, client: Client, settings: Any
) -> None:
    settings.EGRESS_ALLOW = []
    answer = client.post("/account/sign-on/")
    assert "ALMCONNECT_EGRESS_ALLOW" in answer.content.decode()


def test_going_there_needs_a_post(provider: Provider, client: Client) -> None:
    assert client.get("/account/sign-on/").status_code == 405
    assert leave(client).startswith(f"{provider.issuer}/authorize?")


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("", True),
        ("https://login.example.com/realms/work", True),
        ("http://127.0.0.1:9/realm", True),
        ("http://login.example.com", False),
        ("https://me@login.example.com", False),
        ("https://login.example.com?x=1", False),
        ("login.example.com", False),
    ],
)
def test_what_an_issuer_looks_like(
    monkeypatch: pytest.MonkeyPatch, value: str, taken: bool
) -> None:
    monkeypatch.setenv("SOME_ISSUER", value)
    if taken:
        assert env.issuer("SOME_ISSUER") == value
    else:
        with pytest.raises(env.EnvironmentInvalid, match="SOME_ISSUER must look like"):
            env.issuer("SOME_ISSUER")
