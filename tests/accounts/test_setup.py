"""First run: the setup link makes the first admin, once; without a live link the page is closed."""

from __future__ import annotations

import io
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, OneTimeLink, Role, User
from almconnect.lib.redact import redact_value

pytestmark = pytest.mark.django_db
GOOD = {
    "username": "anna",
    "full_name": "Anna Adams",
    "password1": "a-long-enough-phrase",
    "password2": "a-long-enough-phrase",
}


def setup_path() -> str:
    out = io.StringIO()
    call_command("setup_link", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("http://127.0.0.1:8000/setup/")
    return urlsplit(lines[0]).path


def test_the_link_makes_an_admin_and_signs_them_in(client: Client) -> None:
    path = setup_path()
    assert client.get(path).status_code == 200
    answer = client.post(path, GOOD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    admin = User.objects.get()
    assert (admin.username, str(admin), admin.role) == ("anna", "Anna Adams", Role.ADMIN)
    assert admin.check_password(GOOD["password1"])
    assert client.get("/people/").status_code == 200
    assert AuditEntry.objects.filter(action="console.set_up", actor=admin).exists()


def test_only_a_hash_of_the_link_is_stored() -> None:
    text = setup_path().split("/")[2]
    row = OneTimeLink.objects.get()
    assert text not in repr({field.name: getattr(row, field.name) for field in row._meta.fields})


def test_the_log_does_not_hold_the_link() -> None:
    for _ in range(20):
        text = setup_path().split("/")[2]
        event = redact_value(
            {"request": f"GET /setup/{text}/", "message": f"Forbidden: /setup/{text}/"}
        )
        assert text not in repr(event)


def test_without_a_live_link_the_page_is_closed(client: Client) -> None:
    path = setup_path()
    assert client.get("/setup/guessed/").status_code == 403
    OneTimeLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert client.get(path).status_code == 403
    assert client.post(path, GOOD).status_code == 403
    assert not User.objects.exists()


def test_a_newer_link_replaces_the_older(client: Client) -> None:
    older, newer = setup_path(), setup_path()
    assert client.get(older).status_code == 403
    assert client.get(newer).status_code == 200


def test_once_somebody_exists_it_is_closed_for_good(client: Client) -> None:
    path = setup_path()
    User.objects.create_user("first")
    assert client.get(path).status_code == 403
    assert client.post(path, GOOD).status_code == 403
    with pytest.raises(CommandError, match="login_link"):
        call_command("setup_link")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password2": "another-long-phrase"}, "password2"),
        ({"password1": "password", "password2": "password"}, "password1"),
        ({"username": "has space"}, "username"),
    ],
)
def test_a_refused_form_leaves_the_link_usable(
    client: Client, wrong: dict[str, str], field: str
) -> None:
    path = setup_path()
    answer = client.post(path, GOOD | wrong)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert client.post(path, GOOD).status_code == 302
