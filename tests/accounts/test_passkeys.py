"""Passkeys: where they are offered, and that nothing but a real one is taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import AuditEntry, User
from accounts.second_factor import passkeys_work

NAMED = {"id": "YQ", "rawId": "YQ", "type": "public-key"}
MALFORMED = [
    [],
    "words",
    7,
    {},
    {"id": 1},
    {**NAMED, "id": "a", "rawId": "a", "response": {}},
    {**NAMED, "response": []},
    {**NAMED, "response": {"clientDataJSON": "W10", "attestationObject": "oA"}},
    {**NAMED, "response": {"clientDataJSON": "e30", "authenticatorData": "YQ", "signature": "YQ"}},
    {**NAMED, "response": {"userHandle": "YQ"}},
]


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        ("https://alm.example.com", True),
        ("https://alm", True),
        ("http://localhost:8000", True),
        ("http://alm.example.com", False),
        ("http://127.0.0.1:8000", False),
        ("https://10.1.2.3", False),
        ("https://[2001:db8::1]", False),
    ],
)
def test_where_browsers_offer_them(settings: Any, address: str, offered: bool) -> None:
    settings.BASE_URL = address
    assert passkeys_work() is offered


@pytest.mark.django_db
def test_pages_offer_them_only_there(settings: Any, client: Client) -> None:
    for address, count in (("http://localhost:8000", 1), ("http://127.0.0.1:8000", 0)):
        settings.BASE_URL = address
        page = client.get("/account/login/").content.decode()
        assert page.count("Sign in with a passkey") == count


def test_the_page_says_why_they_are_missing(
    viewer: User, client_of: Callable[..., Client], settings: Any
) -> None:
    settings.BASE_URL = "http://10.1.2.3:8000"
    page = client_of(viewer).get("/account/2fa/").content.decode()
    assert "Browsers offer passkeys only over https under a name" in page
    assert "Add a passkey" not in page


@pytest.mark.parametrize("sent", MALFORMED, ids=repr)
def test_what_is_no_passkey_does_not_sign_in(
    viewer: User, client: Client, settings: Any, sent: Any
) -> None:
    settings.BASE_URL = "http://localhost:8000"
    asked = client.get("/account/2fa/passkeys/sign-in/", headers={"Accept": "application/json"})
    assert asked.json()["request_options"]["publicKey"]["userVerification"] == "required"
    answer = client.post("/account/2fa/passkeys/sign-in/", {"credential": json.dumps(sent)})
    page = client.get(answer["Location"]).content.decode()
    assert "This passkey was not accepted." in page or "No passkey was used" in page
    assert client.get("/profile/").status_code == 302


@pytest.mark.parametrize("sent", MALFORMED, ids=repr)
def test_what_is_no_passkey_is_not_added(
    viewer: User, client: Client, settings: Any, sent: Any
) -> None:
    settings.BASE_URL = "http://localhost:8000"
    client.post("/account/login/", {"login": "viewer", "password": "viewer-password"})
    client.post("/account/reauthenticate/", {"password": "viewer-password"})
    assert client.get("/account/2fa/passkeys/add/").status_code == 200
    answer = client.post("/account/2fa/passkeys/add/", {"credential": json.dumps(sent)})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Authenticator.objects.exists()


def test_an_admin_drops_a_lost_one(
    viewer: User, admin: User, client_of: Callable[..., Client]
) -> None:
    row = {"type": Authenticator.Type.WEBAUTHN, "data": {"name": "Stick", "credential": {}}}
    Authenticator.objects.create(user=viewer, **row)
    browser = client_of(admin)
    assert "Drop second step" in browser.get("/people/").content.decode()
    browser.post(f"/people/{viewer.pk}/second-step/drop/")
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(action="person.second_factor_dropped").exists()


def test_the_trail_says_how_somebody_signed_in(viewer: User, client: Client) -> None:
    client.post("/account/login/", {"login": "viewer", "password": "viewer-password"})
    assert AuditEntry.objects.get(action="person.signed_in").after == {"by": ["password"]}
