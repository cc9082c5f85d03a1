"""The client's OAuth 2.0 against a server that nobody here wrote: what it sends is right by the RFCs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from jira_client import errors, person_token
from jira_client.person_token import App
from jira_client.transport import Transport
from tests.jira_client.another_server import Client, another
from tests.outgoing.servers import LOOPBACK

BACK = "http://127.0.0.1:9/back"
APP = App("an-id", "a secret&with=signs", BACK)
SERVER = person_token.DATA_CENTER


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Transport]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with another(Client(APP.client_id, APP.secret, BACK)) as url:
        with Transport(url, LOOPBACK) as made:
            yield made


def back(wire: Transport, verifier: str) -> dict[str, list[str]]:
    address = person_token.authorize_url(wire.base_url, SERVER, APP, ("WRITE",), "s t", verifier)
    with requests.Session() as browser:
        browser.trust_env = False
        answer = browser.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def test_consent_exchange_and_rotation(wire: Transport) -> None:
    verifier = person_token.verifier()
    given = back(wire, verifier)
    assert given["state"] == ["s t"]
    (code,) = given["code"]
    first = person_token.exchange(wire, SERVER, APP, code, verifier)
    second = person_token.renew(wire, SERVER, APP, first.refresh)
    third = person_token.renew(wire, SERVER, APP, second.refresh)
    assert len({first.refresh, second.refresh, third.refresh}) == 3
    with pytest.raises(errors.GrantEnded):
        person_token.renew(wire, SERVER, APP, first.refresh)
    with pytest.raises(errors.CodeRefused):
        person_token.exchange(wire, SERVER, APP, code, verifier)


def test_another_verifier_secret_or_address_is_refused_by_name(wire: Transport) -> None:
    verifier = person_token.verifier()
    (code,) = back(wire, verifier)["code"]
    for app, word, kind in (
        (APP, "x" * 64, errors.CodeRefused),
        (replace(APP, secret="wrong"), verifier, errors.AppRefused),
        (replace(APP, client_id="nobody"), verifier, errors.AppRefused),
        (replace(APP, callback=f"{BACK}/other"), verifier, errors.CodeRefused),
    ):
        with pytest.raises(kind):
            person_token.exchange(wire, SERVER, app, code, word)
    assert person_token.exchange(wire, SERVER, APP, code, verifier).access
