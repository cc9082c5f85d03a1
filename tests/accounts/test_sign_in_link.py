"""A sign-in link from the command line lets one browser in, once, for a short time."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import one_time_links
from accounts.models import AuditEntry, LinkPurpose, OneTimeLink, Role, User

pytestmark = pytest.mark.django_db


def link(user: str = "anna", **options: Any) -> str:
    out = io.StringIO()
    call_command("login_link", user=user, stdout=out, **options)
    assert len(out.getvalue().splitlines()) == 1
    return urlsplit(out.getvalue().strip()).path


def test_it_makes_the_person_and_signs_them_in(client: Client) -> None:
    answer = client.get(link(role="admin"))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "no-store" in answer["Cache-Control"]
    assert client.get("/people/").status_code == 200
    anna = User.objects.get()
    assert (anna.role, anna.has_usable_password()) == (Role.ADMIN, False)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"person.added", "person.sign_in_link_made", "person.signed_in"} <= actions


def test_it_works_once(client: Client) -> None:
    path = link()
    assert client.get(path).status_code == 302
    assert Client().get(path).status_code == 403


def test_of_two_who_open_it_at_the_same_moment_one_gets_in() -> None:
    text = link().split("/")[2]
    first, second = (one_time_links.living(LinkPurpose.SIGN_IN, text) for _ in range(2))
    assert first
    assert second
    assert [one_time_links.spend(first), one_time_links.spend(second)] == [True, False]


def test_a_preview_does_not_spend_it(client: Client) -> None:
    path = link()
    assert client.head(path).status_code == 405
    assert client.get(path).status_code == 302


def test_it_dies_after_its_minutes(client: Client) -> None:
    path = link(minutes=30)
    left = OneTimeLink.objects.get().expires - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    OneTimeLink.objects.update(expires=timezone.now())
    assert client.get(path).status_code == 403


def test_a_role_of_someone_who_exists_stays(viewer: User) -> None:
    link(user=viewer.username, role="admin")
    viewer.refresh_from_db()
    assert viewer.role == Role.VIEWER


def test_nobody_switched_off_gets_in(client: Client, viewer: User) -> None:
    path = link(user=viewer.username)
    User.objects.update(is_active=False)
    assert client.get(path).status_code == 403
    with pytest.raises(CommandError, match="switched off"):
        link(user=viewer.username)


def test_it_ends_the_session_of_whoever_sat_there(client: Client, viewer: User) -> None:
    client.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["left"] = "behind"
    session.save()
    client.get(link(role="rte"))
    assert "left" not in client.session
    assert client.session["_auth_user_id"] == str(User.objects.get(username="anna").pk)
