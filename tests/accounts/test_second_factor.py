"""With an authenticator app on, a password alone does not let anyone in."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEntry, User

START = 1_790_000_010  # the beginning of a step of 30 seconds
PASSWORD = {"login": "viewer", "password": "viewer-password"}


def code(secret: str) -> str:
    """What the person's app shows now (RFC 6238: 30-second steps)."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def confirm(client: Client) -> None:
    """The person says once more who they are, as every change to signing in demands."""
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD["password"]})
    assert answer.status_code == 302


@pytest.fixture
def secret(viewer: User, client: Client, django_capture_on_commit_callbacks: Any) -> str:
    """The secret of a person who has just switched the second step on, and signed out."""
    assert client.post("/account/login/", PASSWORD).status_code == 302
    page = client.get("/account/2fa/totp/activate/")
    assert page["Location"].startswith("/account/reauthenticate/"), "asks who it is first"
    confirm(client)
    page = client.get("/account/2fa/totp/activate/")
    found = re.search(r'id="authenticator_secret" value="([A-Z2-7]+)"', page.content.decode())
    assert found
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/account/2fa/totp/activate/", {"code": code(found.group(1))})
    assert answer.status_code == 302, answer.context["form"].errors
    client.post("/account/logout/")
    cache.clear()  # allauth remembers that this code was used
    return found.group(1)


def test_the_password_alone_is_not_enough(secret: str, client: Client) -> None:
    answer = client.post("/account/login/", PASSWORD)
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert client.get("/profile/").status_code == 302
    assert client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.get("/profile/").status_code == 302


def test_the_code_lets_in(secret: str, client: Client) -> None:
    client.post("/account/login/", PASSWORD)
    assert client.post("/account/2fa/authenticate/", {"code": code(secret)}).status_code == 302
    assert client.get("/profile/").status_code == 200


def test_a_recovery_code_lets_in_once(secret: str, viewer: User, client: Client) -> None:
    saved = Authenticator.objects.get(user=viewer, type="recovery_codes").wrap()
    spare = saved.get_unused_codes()[0]
    for expected in (200, 302):
        cache.clear()
        client.post("/account/login/", PASSWORD)
        client.post("/account/2fa/authenticate/", {"code": spare})
        assert client.get("/profile/").status_code == expected
        client.post("/account/logout/")


def test_an_admin_helps_after_a_lost_phone(
    secret: str, viewer: User, admin: User, client: Client, client_of: Callable[..., Client]
) -> None:
    browser = client_of(admin)
    assert "Drop second step" in browser.get("/people/").content.decode()
    browser.post(f"/people/{viewer.pk}/second-step/drop/")
    client.post("/account/login/", PASSWORD)
    assert client.get("/profile/").status_code == 200
    assert AuditEntry.objects.filter(action="person.second_factor_dropped", actor=admin).exists()


def test_it_is_in_the_audit_trail_without_its_secret(secret: str) -> None:
    kinds = AuditEntry.objects.filter(action="person.second_factor_added").values_list("after")
    assert ({"kind": "totp"},) in list(kinds)
    assert secret not in repr(list(AuditEntry.objects.values()))


def test_a_copy_of_the_database_gives_no_codes(secret: str) -> None:
    stored = repr(list(Authenticator.objects.values()))
    assert secret not in stored
    for row in Authenticator.objects.all():
        clear = row.wrap()
        words = [secret] if row.type == "totp" else clear.get_unused_codes()
        assert words
        assert not any(word in stored for word in words)


@pytest.mark.parametrize(
    "path", ["", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/"]
)
def test_its_pages_open_in_our_shell(secret: str, client: Client, path: str) -> None:
    client.post("/account/login/", PASSWORD)
    client.post("/account/2fa/authenticate/", {"code": code(secret)})
    confirm(client)
    answer = client.get(f"/account/2fa/{path}")
    assert answer.status_code == 200
    assert 'class="skip-link"' in answer.content.decode()


def set_up(client: Client, capture: Any) -> tuple[str, str]:
    """Switch the second step on, and sign out; its secret, and the code that proved it."""
    client.post("/account/login/", PASSWORD)
    confirm(client)
    page = client.get("/account/2fa/totp/activate/")
    found = re.search(r'id="authenticator_secret" value="([A-Z2-7]+)"', page.content.decode())
    assert found
    used = code(found.group(1))
    with capture(execute=True):
        assert client.post("/account/2fa/totp/activate/", {"code": used}).status_code == 302
    client.post("/account/logout/")
    return found.group(1), used


@pytest.mark.parametrize("later", [0, 31, 45])
def test_the_code_of_the_set_up_signs_nobody_in(
    viewer: User, client: Client, django_capture_on_commit_callbacks: Any, later: int
) -> None:
    """Nor in the next step of 30 seconds, in which phones that are slow still show it."""
    with time_machine.travel(START, tick=False):
        secret, used = set_up(client, django_capture_on_commit_callbacks)
    with time_machine.travel(START + later, tick=False):
        client.post("/account/login/", PASSWORD)
        assert client.post("/account/2fa/authenticate/", {"code": used}).status_code == 200
        assert client.post("/account/2fa/authenticate/", {"code": f" {used} "}).status_code == 200
        assert client.get("/profile/").status_code == 302
    with time_machine.travel(START + 61, tick=False):
        client.post("/account/login/", PASSWORD)
        assert client.post("/account/2fa/authenticate/", {"code": code(secret)}).status_code == 302


@pytest.mark.parametrize("later", [1, 31, 45])
def test_a_code_signs_in_once(
    viewer: User, client: Client, django_capture_on_commit_callbacks: Any, later: int
) -> None:
    with time_machine.travel(START, tick=False):
        secret, _used = set_up(client, django_capture_on_commit_callbacks)
    with time_machine.travel(START + 300, tick=False):
        client.post("/account/login/", PASSWORD)
        used = code(secret)
        assert client.post("/account/2fa/authenticate/", {"code": used}).status_code == 302
    with time_machine.travel(START + 300 + later, tick=False):
        thief = Client()
        thief.post("/account/login/", PASSWORD)
        assert thief.post("/account/2fa/authenticate/", {"code": used}).status_code == 200
        assert thief.get("/profile/").status_code == 302


def test_the_secret_key_is_rotated_without_locking_anybody_out(
    secret: str, viewer: User, client: Client, settings: Any
) -> None:
    old, new = settings.SECRET_KEY, "a-new-key-of-quite-some-length-for-this-test"
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [old]
    out = io.StringIO()
    call_command("rotate_secret_key", stdout=out)
    assert "No second step needs the old key" in out.getvalue()
    settings.SECRET_KEY_FALLBACKS = []
    client.post("/account/login/", PASSWORD)
    assert client.post("/account/2fa/authenticate/", {"code": code(secret)}).status_code == 302
    saved = Authenticator.objects.get(user=viewer, type="recovery_codes").wrap()
    assert len(saved.get_unused_codes()) == 10


def test_what_no_key_opens_is_told_and_left(secret: str, settings: Any) -> None:
    before = list(Authenticator.objects.values_list("data", flat=True))
    settings.SECRET_KEY = "a-new-key-of-quite-some-length-for-this-test"
    with pytest.raises(CommandError, match="2 do not open"):
        call_command("rotate_secret_key", stdout=io.StringIO())
    assert list(Authenticator.objects.values_list("data", flat=True)) == before
