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
    ("role", "wanted", "made"),
    [
        ("viewer", "viewer", 1),
        ("viewer", "rte", 0),
        ("rte", "ops", 0),
        ("ops", "rte", 0),
        ("rte", "admin", 0),
        ("admin", "ops", 1),
    ],
)
def test_a_token_holds_no_more_than_its_person(
    person: Callable[..., User],
    client_of: Callable[..., Client],
    role: str,
    wanted: str,
    made: int,
) -> None:
    client_of(person("someone", role)).post("/tokens/", {"name": "x", "role": wanted})
    assert ApiToken.objects.count() == made


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/tokens"), ("POST", "/people"), ("PATCH", "/people/{}")]
)
def test_no_token_mints_a_token_or_lets_anybody_in(
    person: Callable[..., User],
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
    role: str,
    method: str,
    path: str,
) -> None:
    someone = person("someone", role)
    caller = api(token_of(someone))
    for body in ({"name": "x", "role": "viewer"}, {"username": "eve"}, {"role": "admin"}, ["?"]):
        answer = caller.call(method, path.format(someone.pk), body)
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "person_needed"
        assert "page" in answer.json()["error"]["message"]
    assert (ApiToken.objects.count(), User.objects.count()) == (1, 1)
    assert User.objects.get().role == role


def test_a_token_ends_itself_and_no_other(
    admin: User, api: Callable[..., ApiCaller], token_of: Callable[..., str]
) -> None:
    mine, other = token_of(admin), token_of(admin)
    rows = {row.digest: row for row in ApiToken.objects.all()}
    caller = api(mine)
    answer = caller.delete(f"/tokens/{rows[ApiToken.digest_of(other)].pk}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "person_needed")
    assert caller.delete(f"/tokens/{rows[ApiToken.digest_of(mine)].pk}").status_code == 204
    assert caller.get("/tokens").status_code == 401
    assert api(other).get("/tokens").status_code == 200


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
