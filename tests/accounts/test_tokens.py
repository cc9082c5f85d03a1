"""A person's own API tokens: made within their rights, shown once, revoked for good."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import ApiToken, Role, User
from tests.callers import ApiCaller


def test_the_page_shows_a_new_token_once(rte: User, client_of: Callable[..., Client]) -> None:
    browser = client_of(rte)
    answer = browser.post("/tokens/", {"name": "Nightly", "role": "viewer"})
    found = re.search(r'value="(alm_[\w-]{40,})"', answer.content.decode())
    assert found
    assert "no-store" in answer["Cache-Control"]
    assert found.group(1) not in browser.get("/tokens/").content.decode()
    row = ApiToken.objects.get()
    assert (row.user, row.role, row.digest) == (rte, "viewer", ApiToken.digest_of(found.group(1)))


def test_a_revoked_token_is_dead(
    rte: User,
    client_of: Callable[..., Client],
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
) -> None:
    caller = api(token_of(rte))
    assert caller.get("/tokens").status_code == 200
    row = ApiToken.objects.get()
    assert client_of(rte).post(f"/tokens/{row.pk}/revoke/").status_code == 302
    assert caller.get("/tokens").status_code == 401


def test_nobody_revokes_another_persons_token(
    rte: User,
    admin: User,
    client_of: Callable[..., Client],
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
) -> None:
    text = token_of(rte)
    row = ApiToken.objects.get()
    assert client_of(admin).post(f"/tokens/{row.pk}/revoke/").status_code == 404
    assert api(token_of(admin)).delete(f"/tokens/{row.pk}").status_code == 404
    assert api(text).get("/tokens").status_code == 200


@pytest.mark.parametrize(
    ("role", "wanted", "status"),
    [
        ("viewer", "viewer", 201),
        ("viewer", "rte", 403),
        ("rte", "ops", 403),
        ("ops", "rte", 403),
        ("rte", "admin", 403),
        ("admin", "ops", 201),
    ],
)
def test_a_token_holds_no_more_than_its_person(
    person: Callable[..., User],
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
    role: str,
    wanted: str,
    status: int,
) -> None:
    caller = api(token_of(person("someone", role)))
    answer = caller.post("/tokens", {"name": "x", "role": wanted})
    assert answer.status_code == status
    assert ApiToken.objects.count() == (2 if status == 201 else 1)


def test_a_lesser_token_cannot_mint_or_revoke_a_greater(
    admin: User, api: Callable[..., ApiCaller], token_of: Callable[..., str]
) -> None:
    greater, lesser = token_of(admin), token_of(admin, Role.VIEWER)
    row = ApiToken.objects.get(digest=ApiToken.digest_of(greater))
    assert api(lesser).post("/tokens", {"name": "x", "role": "admin"}).status_code == 403
    assert api(lesser).delete(f"/tokens/{row.pk}").status_code == 403
    assert api(greater).get("/people").status_code == 200


def test_the_page_offers_and_takes_only_ones_own_roles(
    rte: User, client_of: Callable[..., Client]
) -> None:
    browser = client_of(rte)
    words = browser.get("/tokens/").content.decode()
    assert 'value="rte"' in words
    assert 'value="admin"' not in words
    answer = browser.post("/tokens/", {"name": "x", "role": "admin"})
    assert "role" in answer.context["form"].errors
    assert not ApiToken.objects.exists()


def test_the_list_never_holds_a_tokens_text(
    rte: User, api: Callable[..., ApiCaller], token_of: Callable[..., str]
) -> None:
    text = token_of(rte)
    answer = api(text).get("/tokens")
    assert text not in answer.content.decode()
    assert ApiToken.digest_of(text) not in answer.content.decode()
    assert [item["role"] for item in answer.json()["items"]] == ["rte"]


@pytest.mark.django_db
def test_the_command_prints_a_working_token_alone(api: Callable[..., ApiCaller]) -> None:
    out = io.StringIO()
    call_command("create_api_token", user="script", role="admin", stdout=out)
    (text,) = out.getvalue().splitlines()
    assert api(text).get("/people").status_code == 200
    assert not User.objects.get(username="script").has_usable_password()
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="switched off"):
        call_command("create_api_token", user="script", role="admin")
