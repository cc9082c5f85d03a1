"""Single sign-on with a real OpenID provider on loopback: who comes in, as whom, and who does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import AuditEntry, User
from tests.accounts import openid
from tests.accounts.openid import Provider
from tests.accounts.signing_on import come_back, leave, sign_on


@pytest.fixture
def provider(settings: Any, admin: User) -> Iterator[Provider]:
    with openid.running() as one:
        settings.OIDC_ISSUER = one.issuer
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = openid.CLIENT, openid.SECRET
        settings.OIDC_NAME = "Work ID"
        yield one


def here(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def test_it_is_off_by_default(admin: User, client: Client) -> None:
    assert "sign-on" not in client.get("/account/login/").content.decode()
    assert client.post("/account/sign-on/").status_code == 404
    assert client.get("/account/sign-on/callback/").status_code == 404


def test_a_new_person_becomes_a_viewer(provider: Provider, client: Client) -> None:
    assert "Sign in with Work ID" in client.get("/account/login/").content.decode()
    answer = sign_on(client, next="/audit/")
    assert answer["Location"] == "/audit/"
    person = User.objects.get(username="anna")
    assert (str(person), person.role, person.has_usable_password()) == (
        "Anna Ames",
        "viewer",
        False,
    )
    assert here(client)
    added = AuditEntry.objects.get(action="person.added").after
    assert added == {"role": "viewer", "by": "single_sign_on"}
    assert AuditEntry.objects.get(action="person.signed_in").after == {"by": ["single_sign_on"]}
    assert provider.asked[0]["code_challenge_method"] == "S256"
    assert SocialAccount.objects.get().extra_data == {}


def test_the_same_person_comes_back_whatever_they_are_called(
    provider: Provider, client: Client
) -> None:
    sign_on(client)
    provider.person["preferred_username"] = "admin"
    again = Client()
    sign_on(again)
    assert here(again)
    assert User.objects.count() == 2


def test_another_role_for_new_people(provider: Provider, client: Client, settings: Any) -> None:
    settings.OIDC_ROLE = "rte"
    sign_on(client)
    assert User.objects.get(username="anna").role == "rte"


def test_a_name_that_is_taken_opens_nothing(provider: Provider, client: Client) -> None:
    provider.person["preferred_username"] = "admin"
    sign_on(client)
    assert User.objects.get(username="admin").role == "admin"
    assert client.get("/people/").status_code == 403
    assert User.objects.count() == 2


@pytest.mark.parametrize("said", [{}, {"email_verified": False}, {"email_verified": "true"}])
def test_an_unchecked_email_takes_over_nobody(
    provider: Provider, admin: User, client: Client, said: dict[str, Any]
) -> None:
    User.objects.filter(pk=admin.pk).update(email="boss@example.com")
    provider.person.update({"email": "Boss@example.com", **said})
    answer = sign_on(client)
    assert answer.status_code == 401
    assert "does not say that it checked it" in answer.content.decode()
    assert not here(client)
    assert not SocialAccount.objects.exists()


def test_a_checked_email_ties_a_person_of_here(
    provider: Provider, rte: User, client: Client
) -> None:
    User.objects.filter(pk=rte.pk).update(email="rte@example.com")
    provider.person.update({"email": "rte@example.com", "email_verified": True})
    sign_on(client)
    assert client.get("/profile/").context["user"] == rte
    rte.refresh_from_db()
    assert rte.has_usable_password(), "the old way in stays"
    assert AuditEntry.objects.filter(action="person.sign_on_linked", actor=rte).exists()


def test_a_person_switched_off_stays_out(provider: Provider, rte: User, client: Client) -> None:
    User.objects.filter(pk=rte.pk).update(email="rte@example.com", is_active=False)
    provider.person.update({"email": "rte@example.com", "email_verified": True})
    assert sign_on(client)["Location"] == "/account/inactive/"
    assert not here(client)
    provider.person.update({"email": ""})
    sign_on(client)
    User.objects.filter(username="anna").update(is_active=False)
    other = Client()
    assert sign_on(other)["Location"] == "/account/inactive/"
    assert not here(other)


def test_nobody_comes_before_the_first_admin(
    provider: Provider, admin: User, client: Client
) -> None:
    """Else the setup page would close with nobody to add an admin."""
    admin.delete()
    assert "not set up yet" in sign_on(client).content.decode()
    assert not User.objects.exists()


def test_another_issuer_is_another_person(
    provider: Provider, client: Client, settings: Any
) -> None:
    sign_on(client)
    with openid.running() as other:
        settings.OIDC_ISSUER = other.issuer
        other.person.update({"preferred_username": "eve", "name": "Eve"})
        browser = Client()
        sign_on(browser)
        assert browser.get("/profile/").context["user"].username == "eve"


def test_an_answer_works_once_and_in_one_browser(provider: Provider, client: Client) -> None:
    address = leave(client)
    stolen = Client()
    assert "begun in another browser" in come_back(stolen, address).content.decode()
    assert not here(stolen)
    assert come_back(client, address).status_code == 302
    assert come_back(client, address).status_code == 401


def test_it_vouches_before_credentials_are_touched(provider: Provider, client: Client) -> None:
    sign_on(client)
    User.objects.filter(username="anna").update(role="admin")
    assert here(client)
    session = client.session
    session["begun"] -= 1000
    session["account_authentication_methods"][0]["at"] -= 1000
    session.save()
    page = client.get("/connections/new/jira/", follow=True)
    assert "Confirm with Work ID" in page.content.decode()
    provider.lies = {"not_asked_again"}
    answer = sign_on(client, again="yes", next="/connections/new/jira/")
    assert "did not ask you again" in answer.content.decode()
    provider.lies = set()
    assert sign_on(client, again="yes", next="/connections/new/jira/").status_code == 302
    assert provider.asked[-1]["prompt"] == "login"
    assert client.get("/connections/new/jira/").status_code == 200
