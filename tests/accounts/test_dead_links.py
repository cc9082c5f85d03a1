"""A used link, an old one, one that was replaced and a missing role are told apart, each with a way on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import one_time_links, people
from accounts.models import LinkPurpose, OneTimeLink, Role, User

PURPOSES = [LinkPurpose.INVITE, LinkPurpose.PASSWORD, LinkPurpose.SIGN_IN]


def path_of(purpose: LinkPurpose, user: User) -> str:
    return one_time_links.issue(purpose, user).removeprefix(settings.BASE_URL)


def words(answer: Any) -> str:
    assert answer.status_code == 403
    return str(answer.content.decode())


@pytest.mark.parametrize("purpose", PURPOSES)
def test_each_state_of_a_link_has_its_own_sentence(viewer: User, purpose: LinkPurpose) -> None:
    path = path_of(purpose, viewer)
    browser = Client()
    OneTimeLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert "This link is too old" in words(browser.get(path))
    OneTimeLink.objects.update(used=timezone.now())
    assert "This link was used already" in words(browser.get(path))
    assert "This link is not known here" in words(browser.get(path[:-3] + "/"))
    OneTimeLink.objects.update(used=None, expires=timezone.now() + timedelta(hours=1))
    User.objects.update(is_active=False)
    assert "You are switched off here" in words(browser.get(path))


def test_the_way_on_is_that_of_the_link(viewer: User, client: Client) -> None:
    ways = {}
    for purpose in PURPOSES:
        path = path_of(purpose, viewer)
        OneTimeLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
        ways[purpose] = words(client.get(path))
    assert "login_link" in ways[LinkPurpose.SIGN_IN]
    assert "Ask an admin" in ways[LinkPurpose.INVITE]
    assert all("/account/login/" in text for text in ways.values())


def test_a_setup_link_says_that_people_exist(viewer: User, client: Client) -> None:
    path = one_time_links.issue(LinkPurpose.SETUP).removeprefix(settings.BASE_URL)
    assert "This console is set up already" in words(client.get(path))


def test_a_missing_role_is_named_with_the_one_that_holds_it(
    rte: User, viewer: User, client_of: Callable[..., Client]
) -> None:
    text = words(client_of(rte).get("/people/"))
    assert "Your role is Release Train Engineer; this page is for: Admin." in text
    assert "link" not in text.partition("<main")[2].partition("</main")[0].replace("href", "")
    assert "this page is for: Admin, Operations" in words(client_of(viewer).get("/audit/"))


def test_of_a_second_comer_the_form_says_used(person: Callable[..., User]) -> None:
    nina = people.add_person(actor=None, username="nina", role=Role.VIEWER)
    path = path_of(LinkPurpose.INVITE, nina)
    phrase = {"password1": "a-long-enough-phrase", "password2": "a-long-enough-phrase"}
    assert Client().post(path, phrase).status_code == 302
    assert "This link was used already" in words(Client().post(path, phrase))
