"""Renaming a passkey: its owner alone, as words, and told in the trail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import AuditEntry, User


@pytest.fixture
def passkey(viewer: User) -> Authenticator:
    data = {"name": "Passkey 1", "credential": {"clientExtensionResults": {}}}
    kind = Authenticator.Type.WEBAUTHN
    made: Authenticator = Authenticator.objects.create(user=viewer, type=kind, data=data)
    return made


@pytest.fixture
def owner(viewer: User, client_of: Callable[..., Client]) -> Client:
    client = client_of(viewer)
    client.post("/account/reauthenticate/", {"password": "viewer-password"})
    return client


def address(passkey: Authenticator) -> str:
    return f"/account/2fa/passkeys/{passkey.pk}/rename/"


def name_of(passkey: Authenticator) -> str:
    passkey.refresh_from_db()
    return str(passkey.wrap().name)


def test_its_owner_renames_it_on_the_page(owner: Client, passkey: Authenticator) -> None:
    assert address(passkey) in owner.get("/account/2fa/").content.decode()
    form = owner.get(address(passkey))
    assert 'value="Passkey 1"' in form.content.decode()
    answer = owner.post(address(passkey), {"name": "  Key on my ring "}, follow=True)
    assert answer.redirect_chain == [("/account/2fa/", 302)]
    page = answer.content.decode()
    assert "Key on my ring" in page
    assert "Passkey renamed." in page
    assert name_of(passkey) == "Key on my ring"
    told = AuditEntry.objects.get(action="person.second_factor_renamed")
    assert (told.before, told.after) == (
        {"name": "Passkey 1"},
        {"kind": "webauthn", "name": "Key on my ring"},
    )


def test_the_same_name_is_no_change(owner: Client, passkey: Authenticator) -> None:
    owner.post(address(passkey), {"name": "Passkey 1"})
    assert not AuditEntry.objects.filter(action="person.second_factor_renamed").exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_name_that_is_none_is_refused_beside_its_field(
    owner: Client, passkey: Authenticator, name: str
) -> None:
    answer = owner.post(address(passkey), {"name": name})
    assert answer.context["form"].errors["name"]
    assert 'aria-invalid="true"' in answer.content.decode()
    assert name_of(passkey) == "Passkey 1"


def test_a_name_is_words(owner: Client, passkey: Authenticator) -> None:
    owner.post(address(passkey), {"name": "<script>alert(1)</script>"})
    for page in ("/account/2fa/", address(passkey), f"{address(passkey)[:-7]}remove/"):
        text = owner.get(page).content.decode()
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_nobody_renames_anothers(
    passkey: Authenticator, admin: User, client_of: Callable[..., Client]
) -> None:
    other = client_of(admin)
    other.post("/account/reauthenticate/", {"password": "admin-password"})
    assert other.get(address(passkey)).status_code == 404
    assert other.post(address(passkey), {"name": "Mine"}).status_code == 404
    assert name_of(passkey) == "Passkey 1"


def test_an_app_has_no_name(owner: Client, viewer: User) -> None:
    app = Authenticator.objects.create(user=viewer, type=Authenticator.Type.TOTP, data={})
    assert owner.get(address(app)).status_code == 404


def test_whoever_signed_in_long_ago_confirms_first(owner: Client, passkey: Authenticator) -> None:
    session = owner.session
    session["account_authentication_methods"][0]["at"] -= 1000
    session.save()
    answer = owner.post(address(passkey), {"name": "Stolen"})
    assert answer.status_code == 302
    assert "/reauthenticate/" in answer["Location"]
    assert name_of(passkey) == "Passkey 1"
