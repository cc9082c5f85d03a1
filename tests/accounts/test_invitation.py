"""An admin adds a person; the invitation lets that person choose a password, once."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client

from accounts.models import User

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
