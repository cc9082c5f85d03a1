""" "Connect to Jira" looks first: what the instance is stands on the page before a credential travels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from connections.models import Connection
from jira_sandbox.server import Handle, running
from tests.connections.conftest import basic_of
from tests.connections.eavesdropper import eavesdropping

pytestmark = pytest.mark.django_db
NEW = "/connections/new/jira/"


@pytest.fixture
def browser(admin: Any, client_of: Callable[..., Client]) -> Client:
    return client_of(admin)


def typed(url: str, **more: str) -> dict[str, str]:
    return {"method": "basic", "name": "Railways", "base_url": url, "verify_tls": "on", **more}


def test_the_answer_of_a_look_and_nothing_else(browser: Client, jira: Handle) -> None:
    jira.site.skew = timedelta(seconds=90)
    answer = browser.post(NEW, typed(jira.url, look="1"))
    words = answer.content.decode()
    assert answer.status_code == 200
    kind = "Jira Cloud" if jira.site.cloud else "Jira Data Center 10.3.5"
    for said in (f"{jira.url} answers", kind, "Our clock and Jira&#x27;s differ by", "Username",
                 f"Jira&#x27;s own Base URL is the Instance URL: {jira.url}", "Railways"):  # fmt: skip
        assert said in words, said
    seconds = int(words.partition("differ by ")[2].partition(" seconds")[0])
    assert 88 <= seconds <= 92
    assert "Please look at this again" not in words
    assert not Connection.objects.exists()


def test_a_look_sends_no_credential_though_it_is_typed(browser: Client) -> None:
    with eavesdropping() as ear:
        browser.post(NEW, typed(ear.url, look="1", username="svc-alm", password="hush-hush"))
        assert ear.heard
        assert "Authorization" not in ear.heard
        assert "hush-hush" not in ear.heard


def test_connecting_asks_what_it_is_before_it_signs_in(browser: Client) -> None:
    with eavesdropping() as ear:
        browser.post(NEW, typed(ear.url, username="svc-alm", password="hush-hush"))
        signed = ["Authorization" in request for request in ear.requests]
    assert "serverInfo" in ear.requests[0]
    assert not signed[0]
    assert any(signed)


def test_the_part_of_the_page_that_htmx_asks_for(browser: Client, cloud: Handle) -> None:
    part = browser.post(NEW, typed(cloud.url, look="1"), headers={"HX-Request": "true"})
    words = part.content.decode()
    assert "Jira Cloud" in words
    assert "<html" not in words
    wrong = browser.post(NEW, typed("ftp://x", look="1"), headers={"HX-Request": "true"})
    assert "must begin with https" in wrong.content.decode()


def test_where_it_is_no_jira_the_password_stays_here(browser: Client, cloud: Handle) -> None:
    form = typed(f"{cloud.url}/nowhere", username="svc-alm", password="hush-hush")
    answer = browser.post(NEW, form)
    words = answer.content.decode()
    assert answer.status_code == 409
    assert "This Jira could not be asked" in words
    assert "hush-hush" not in words


@pytest.fixture
def encrypted() -> Iterator[Handle]:
    with running(flavour="datacenter", tls=True) as handle:
        yield handle


def test_the_certificate_is_shown_and_trusted_by_a_person(
    browser: Client, encrypted: Handle
) -> None:
    credential = basic_of(encrypted)
    first = browser.post(NEW, typed(encrypted.url, look="1")).content.decode()
    for said in ("Trust exactly this certificate", "SHA-256 fingerprint", "Issued by", "itself"):
        assert said in first, said
    pinned = first.partition('name="trust" value="')[2].partition('"')[0]
    assert len(pinned) == 64
    second = browser.post(NEW, typed(encrypted.url, trust=pinned)).content.decode()
    assert f"{encrypted.url} answers" in second
    assert f'value="{pinned}"' in second
    assert not Connection.objects.exists()
    form = typed(encrypted.url, fingerprint=pinned, username=credential.username)
    done = browser.post(NEW, form | {"password": credential.secret.reveal()}, follow=True)
    assert "This connection acts as ALM Service." in done.content.decode()
    assert Connection.objects.get().fingerprint == pinned


def test_what_was_typed_goes_along_when_the_method_is_switched(browser: Client) -> None:
    words = browser.post(NEW, typed("https://jira.example.com", name="A & B", username="")).content
    link = words.decode().partition("method=oauth1")[2].partition('"')[0].replace("&amp;", "&")
    page = browser.get(f"{NEW}?method=oauth1{link}").content.decode()
    assert 'value="A &amp; B"' in page
    assert 'value="https://jira.example.com"' in page
    risky = browser.post(NEW, typed("https://svc:hush@jira.example.com")).content.decode()
    assert "hush" not in risky.partition('class="switches"')[2].partition("</p>")[0]


def test_trimming_is_said_of_every_field(browser: Client, datacenter: Handle) -> None:
    form = typed(f" {datacenter.url}/ ", name=" Railways  East ", username=" svc-alm ")
    form["password"] = basic_of(datacenter).secret.reveal()
    words = browser.post(NEW, form, follow=True).content.decode()
    assert Connection.objects.get().name == "Railways East"
    for said in ("Spaces around “Connection Name” were removed.", "The slash at the end was removed",
                 "Spaces around “Username” were removed.", "acts as ALM Service"):  # fmt: skip
        assert said in words, said
