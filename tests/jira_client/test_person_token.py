"""The client's OAuth 2.0 for a person, by real HTTP against both flavours of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from jira_client import errors, person_token
from jira_client.person_token import App, Server, Tokens
from jira_client.transport import Transport
from jira_sandbox.oauth2.register import register_of
from jira_sandbox.pages.app_consent import ELSEWHERE
from jira_sandbox.scopes import every_scope
from jira_sandbox.server import Handle, running
from tests.consenting import app_at, consent
from tests.outgoing.servers import LOOPBACK

BACK = "http://127.0.0.1:9/back?x=1"


class Asker:
    """One app, and the way to the server that hands out tokens."""

    def __init__(self, jira: Handle) -> None:
        self.jira = jira
        made = app_at(jira, BACK)
        self.app = App(made.client_id, made.secret, BACK)
        cloud = jira.site.cloud
        self.server: Server = person_token.CLOUD if cloud else person_token.DATA_CENTER
        self.base = jira.gateway_url if cloud else jira.url
        self.scopes = (*every_scope(), person_token.OFFLINE) if cloud else ("WRITE",)
        self.wire = Transport(self.base, LOOPBACK)

    def back(self, verifier: str, *, allow: bool = True, site: str = "") -> dict[str, str]:
        address = person_token.authorize_url(
            self.base, self.server, self.app, self.scopes, "a state", verifier
        )
        there = consent(self.jira, address, allow=allow, site=site)
        return {name: one[0] for name, one in parse_qs(urlsplit(there).query).items()}

    def tokens(self, site: str = "") -> Tokens:
        verifier = person_token.verifier()
        code = self.back(verifier, site=site)["code"]
        return person_token.exchange(self.wire, self.server, self.app, code, verifier)

    def renew(self, token: str, lost: bool = False) -> Tokens:
        return person_token.renew(self.wire, self.server, self.app, token, lost=lost)


@pytest.fixture(params=["cloud", "datacenter"])
def asker(request: pytest.FixtureRequest) -> Iterator[Asker]:
    with running(request.param, gateway=request.param == "cloud") as jira:
        made = Asker(jira)
        yield made
        made.wire.close()


def test_allow_exchange_renew(asker: Asker) -> None:
    found = asker.tokens()
    assert (found.seconds, set(found.scopes)) == (3600, set(asker.scopes))
    fresh = asker.renew(found.refresh)
    assert {fresh.access, fresh.refresh}.isdisjoint({found.access, found.refresh})
    if asker.jira.site.cloud:
        site = asker.jira.site.identity
        assert person_token.must_reach(asker.wire, fresh.access, site).url == asker.jira.url
    assert found.refresh not in repr(found) + repr(asker.app)


def test_the_state_comes_back_also_with_a_denial(asker: Asker) -> None:
    told = asker.back(person_token.verifier(), allow=False)
    assert (told["state"], told["error"], told["x"]) == ("a state", "access_denied", "1")


def test_a_code_works_once_in_time_and_with_its_verifier_alone(asker: Asker) -> None:
    verifier = person_token.verifier()
    assert 43 <= len(verifier) <= 128
    code = asker.back(verifier)["code"]
    for wrong in ("no-code", code):
        with pytest.raises(errors.CodeRefused):
            person_token.exchange(asker.wire, asker.server, asker.app, wrong, "w" * 64)
    person_token.exchange(asker.wire, asker.server, asker.app, code, verifier)
    with pytest.raises(errors.CodeRefused):
        person_token.exchange(asker.wire, asker.server, asker.app, code, verifier)
    late = asker.back(verifier)["code"]
    asker.jira.site.skew += timedelta(minutes=5)
    with pytest.raises(errors.CodeRefused) as refused:
        person_token.exchange(asker.wire, asker.server, asker.app, late, verifier)
    assert "expired" in str(refused.value.messages)


def test_a_wrong_secret_is_said_of_the_app(asker: Asker) -> None:
    found = asker.tokens()
    asker.app = App(asker.app.client_id, "wrong-secret", BACK)
    with pytest.raises(errors.AppRefused) as refused:
        asker.renew(found.refresh)
    assert "wrong-secret" not in f"{refused.value}{refused.value.messages}{refused.value.seen}"
    assert refused.value.path == asker.server.token


def test_what_is_revoked_is_told_apart_from_what_was_lost(asker: Asker) -> None:
    found = asker.tokens()
    register_of(asker.jira.site).revoke("svc-alm")
    with pytest.raises(errors.GrantEnded) as refused:
        asker.renew(found.refresh)
    assert type(refused.value) is errors.GrantEnded
    with pytest.raises(errors.RenewalLost):
        asker.renew(found.refresh, lost=True)


def test_without_offline_access_it_is_said_at_once(asker: Asker) -> None:
    if not asker.jira.site.cloud:
        return  # Data Center gives a refresh token always
    asker.scopes = asker.scopes[:-1]
    with pytest.raises(errors.OfflineMissing):
        asker.tokens()


def test_consent_for_another_site_is_named(asker: Asker) -> None:
    if not asker.jira.site.cloud:
        return  # Data Center is one site
    found = asker.tokens(ELSEWHERE)
    with pytest.raises(errors.OtherSite) as refused:
        person_token.must_reach(asker.wire, found.access, asker.jira.site.identity)
    assert refused.value.allowed == ("https://elsewhere.example.com",)


def test_the_address_of_a_jira_with_a_path_keeps_it() -> None:
    app = App("id", "secret", BACK)
    found = person_token.authorize_url(
        "https://x.example.com/jira", person_token.DATA_CENTER, app, ("WRITE",), "s", "v" * 64
    )
    split = urlsplit(found)
    assert (split.netloc, split.path) == ("x.example.com", "/jira/rest/oauth2/latest/authorize")
    told = parse_qs(split.query)
    assert (told["code_challenge_method"], told["redirect_uri"]) == (["S256"], [BACK])
    assert "v" * 64 not in found
