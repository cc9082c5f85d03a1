"""Signing in with a password: who gets in, what is said, how guessing is slowed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import AuditEntry, User
from almconnect import settings as written


def sign_in(client: Client, password: str = "viewer-password") -> int:
    answer = client.post("/account/login/", {"login": "viewer", "password": password})
    return answer.status_code


def test_the_right_password_opens_and_is_noted(client: Client, viewer: User) -> None:
    assert sign_in(client) == 302
    assert client.get("/profile/").status_code == 200
    assert AuditEntry.objects.filter(action="person.signed_in", actor=viewer).count() == 1
    client.post("/account/logout/")
    assert client.get("/profile/").status_code == 302
    assert AuditEntry.objects.filter(action="person.signed_out", actor=viewer).count() == 1


def test_a_wrong_one_says_neither_what_was_wrong_nor_keeps_it(client: Client, viewer: User) -> None:
    wrong = client.post("/account/login/", {"login": "viewer", "password": "tr0ub4dor"})
    unknown = client.post("/account/login/", {"login": "nobody", "password": "tr0ub4dor"})
    assert wrong.context["form"].errors == unknown.context["form"].errors != {}
    assert "tr0ub4dor" not in wrong.content.decode()
    entries = AuditEntry.objects.filter(action="person.sign_in_failed")
    assert [entry.object_name for entry in entries] == ["viewer"]


def test_a_password_typed_as_the_name_is_not_recorded(client: Client, viewer: User) -> None:
    client.post("/account/login/", {"login": "my-secret-phrase", "password": "x"})
    assert "my-secret-phrase" not in repr(list(AuditEntry.objects.values()))


def test_guessing_is_slowed_even_for_the_right_password(client: Client, viewer: User) -> None:
    for _ in range(5):
        assert sign_in(client, "wrong") == 200
    assert sign_in(client) == 200, "after five failures the sixth try is not looked at"
    assert client.get("/profile/").status_code == 302


def test_the_count_is_shared_by_all_web_processes(client: Client, viewer: User) -> None:
    sign_in(client, "wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM almconnect_cache")
        assert cursor.fetchone()[0] > 0


def test_nobody_signs_up_or_resets_by_mail() -> None:
    for name in ("account_signup", "account_reset_password", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_a_person_switched_off_stays_out(client: Client, viewer: User) -> None:
    User.objects.update(is_active=False)
    sign_in(client)
    assert client.get("/profile/").status_code == 302


def test_passwords_are_kept_with_argon2(db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = written.PASSWORD_HASHERS  # tests otherwise use a quick one
    person = User.objects.create_user("hashed", password="a-long-enough-phrase")
    assert person.password.startswith("argon2$argon2id$")


def test_a_form_without_its_csrf_token_is_refused(viewer: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/account/login/", {"login": "viewer", "password": "viewer-password"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()
