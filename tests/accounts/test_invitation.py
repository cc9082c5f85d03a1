"""An admin adds a person; the invitation lets that person choose a password, once."""

from __future__ import annotations

import re
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.test import Client

from accounts import one_time_links
from accounts.models import ApiToken, LinkPurpose, User

PHRASE = {"password1": "a-long-enough-phrase", "password2": "a-long-enough-phrase"}


def invited(browser: Client, **fields: str) -> str:
    answer = browser.post("/people/add/", {"username": "nina", "role": "rte", **fields})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    found = re.search(
        r'value="http://127\.0\.0\.1:8000(/invitation/[^"]+)"', answer.content.decode()
    )
    assert found, answer.content.decode()
    return found.group(1)


def test_an_invited_person_chooses_a_password_and_is_in(
    admin: User, client_of: Callable[..., Client], client: Client
) -> None:
    path = invited(client_of(admin), full_name="Nina North")
    nina = User.objects.get(username="nina")
    assert (str(nina), nina.role, nina.has_usable_password()) == ("Nina North", "rte", False)
    assert client.get(path).status_code == 200  # looking at it spends nothing
    assert client.post(path, PHRASE)["Location"] == "/"
    assert client.session["_auth_user_id"] == str(nina.pk)
    nina.refresh_from_db()
    assert nina.check_password(PHRASE["password1"])


def test_an_invitation_works_once(
    admin: User, client_of: Callable[..., Client], client: Client
) -> None:
    path = invited(client_of(admin))
    assert client.post(path, PHRASE).status_code == 302
    assert Client().post(path, PHRASE).status_code == 403


def test_a_new_invitation_ends_the_earlier(
    admin: User, client_of: Callable[..., Client], client: Client
) -> None:
    browser = client_of(admin)
    earlier = invited(browser)
    nina = User.objects.get(username="nina")
    assert browser.post(f"/people/{nina.pk}/invite/").status_code == 200
    assert client.get(earlier).status_code == 403


def test_switching_a_person_off_ends_their_invitation(
    admin: User, client_of: Callable[..., Client], client: Client
) -> None:
    browser = client_of(admin)
    path = invited(browser)
    nina = User.objects.get(username="nina")
    browser.post(f"/people/{nina.pk}/active/", {"active": "no"})
    assert client.get(path).status_code == 403
    answer = browser.post(f"/people/{nina.pk}/invite/", follow=True)
    assert "Switch this person on" in answer.content.decode()


def test_a_name_that_is_taken_is_said_beside_the_field(
    admin: User, rte: User, client_of: Callable[..., Client]
) -> None:
    answer = client_of(admin).post("/people/add/", {"username": "rte", "role": "viewer"})
    assert "username" in answer.context["form"].errors
    assert User.objects.count() == 2


def test_whoever_has_signed_in_gets_no_invitation(
    admin: User, viewer: User, client_of: Callable[..., Client], client: Client
) -> None:
    """Neither a fresh one nor one from before: it would lead past their second factor."""
    earlier = one_time_links.issue(LinkPurpose.INVITE, viewer).removeprefix("http://127.0.0.1:8000")
    client_of(viewer)
    answer = client_of(admin).post(f"/people/{viewer.pk}/invite/", follow=True)
    assert "has signed in before" in answer.content.decode()
    for refused in (client.get(earlier), client.post(earlier, PHRASE)):
        assert refused.status_code == 403
        assert "You have signed in here before" in refused.content.decode()
    viewer.refresh_from_db()
    assert viewer.check_password("viewer-password")
    assert "_auth_user_id" not in client.session


def test_a_second_step_that_is_there_is_not_led_past(
    admin: User, client_of: Callable[..., Client], client: Client
) -> None:
    path = invited(client_of(admin))
    nina = User.objects.get(username="nina")
    Authenticator.objects.create(user=nina, type="totp", data={"secret": "x"})
    assert client.post(path, PHRASE)["Location"] == "/account/login/"
    assert "_auth_user_id" not in client.session
    answer = client.post("/account/login/", {"login": "nina", "password": PHRASE["password1"]})
    assert answer["Location"] == "/account/2fa/authenticate/"


def test_a_password_link_sets_a_password_and_signs_nobody_in(
    admin: User,
    viewer: User,
    client_of: Callable[..., Client],
    client: Client,
    token_of: Callable[..., str],
) -> None:
    elsewhere, _token = client_of(viewer), token_of(viewer)
    answer = client_of(admin).post(f"/people/{viewer.pk}/password-link/")
    found = re.search(r'8000(/password/[^"]+)"', answer.content.decode())
    assert found
    assert client.get(found.group(1)).status_code == 200
    assert client.post(found.group(1), PHRASE)["Location"] == "/account/login/"
    assert "_auth_user_id" not in client.session
    assert elsewhere.get("/profile/").status_code == 302
    assert not ApiToken.objects.filter(revoked=None).exists()
    assert Client().post(found.group(1), PHRASE).status_code == 403
    viewer.refresh_from_db()
    assert viewer.check_password(PHRASE["password1"])
