"""A page is in one language: whatever a browser prefers, it gets one that is whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User

ROOT = Path(__file__).resolve().parents[2]
PREFERRED = ["de", "de-AT,de;q=0.9,en;q=0.5", "fr", "ar", "zh-hans", "en-GB"]


@pytest.mark.parametrize("wanted", PREFERRED)
@pytest.mark.parametrize("path", ["/connections/new/jira/", "/items/new/", "/trains/team/new/"])
def test_form_errors_are_in_the_language_of_their_page(
    wanted: str, path: str, client_of: Callable[..., Client], admin: User
) -> None:
    page = client_of(admin).post(path, {"save": "1"}, headers={"Accept-Language": wanted})
    words = page.content.decode()
    assert '<html lang="en"' in words
    assert "This field is required." in words


@pytest.mark.parametrize("wanted", PREFERRED)
def test_the_sign_in_is_too(wanted: str, client: Client, admin: User) -> None:
    page = client.post(reverse("account_login"), {}, headers={"Accept-Language": wanted})
    words = page.content.decode()
    assert '<html lang="en"' in words
    assert "This field is required." in words


def test_only_languages_with_a_catalogue_of_ours_are_offered() -> None:
    """Whether a catalogue is whole, its own test is to say when there is one."""
    for code, _name in settings.LANGUAGES:
        found = list(ROOT.glob(f"*/locale/{code}/LC_MESSAGES/django.po"))
        assert code == "en" or found, code
