"""The sandbox's OAuth 2.0 for people, walked by a client that nobody here wrote (requests-oauthlib)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from oauthlib.oauth2 import OAuth2Error
from requests_oauthlib import OAuth2Session

from jira_sandbox.app import furnish
from jira_sandbox.model.site import Site
from jira_sandbox.oauth2.register import App, register_of
from jira_sandbox.pages.app_consent import ELSEWHERE
from jira_sandbox.scopes import every_scope
from jira_sandbox.server import Handle, running
from jira_sandbox.state.dump import dumped
from jira_sandbox.state.load import load
from tests.consenting import app_at, authorize_at, consent, token_at

BACK = "http://127.0.0.1:9/back"


@pytest.fixture(params=["cloud", "datacenter"])
def jira(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handle]:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with running(request.param, gateway=request.param == "cloud") as handle:
        yield handle


def wanted(jira: Handle) -> list[str]:
    return [*every_scope(), "offline_access"] if jira.site.cloud else ["WRITE"]


def session(jira: Handle, app: App, **more: Any) -> OAuth2Session:
    made = OAuth2Session(app.client_id, redirect_uri=BACK, scope=wanted(jira), pkce="S256", **more)
    made.trust_env = False
    return made


def signed_in(jira: Handle, app: App, site: str = "") -> OAuth2Session:
    there = session(jira, app)
    address, _ = there.authorization_url(authorize_at(jira))
    back = consent(jira, address, site=site)
    there.fetch_token(
        token_at(jira),
        authorization_response=back,
        client_secret=app.secret,
        include_client_id=True,
    )
    return there


def renewed(jira: Handle, app: App, token: str, back: str = BACK) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": app.client_id}
    form |= {"client_secret": app.secret, "redirect_uri": back}
    return requests.post(token_at(jira), form, timeout=10, proxies={"http": ""})


def api(jira: Handle) -> str:
    cloud = jira.site.cloud
    return f"{jira.gateway_url}/ex/jira/{jira.site.identity}" if cloud else jira.url


def test_consent_gives_tokens_that_act_as_the_person(jira: Handle) -> None:
    there = signed_in(jira, app_at(jira, BACK))
    me = there.get(f"{api(jira)}/rest/api/2/myself").json()
    assert me["displayName"] == "ALM Service"
    assert set(there.token["scope"]) == set(wanted(jira))
    if jira.site.cloud:
        told = there.get(f"{jira.gateway_url}/oauth/token/accessible-resources").json()
        assert [(one["id"], one["url"]) for one in told] == [(jira.site.identity, jira.url)]


def test_a_refresh_token_rotates_and_works_twice_only_within_ten_minutes_on_cloud(
    jira: Handle,
) -> None:
    app = app_at(jira, BACK)
    first = signed_in(jira, app).token["refresh_token"]
    second = renewed(jira, app, first).json()["refresh_token"]
    assert second != first
    again = renewed(jira, app, first)
    assert again.ok is jira.site.cloud
    if not jira.site.cloud:
        assert again.json()["error"] == "invalid_grant"
        assert not renewed(jira, app, second).ok  # the whole consent ended
        return
    third = again.json()["refresh_token"]
    jira.site.skew += timedelta(minutes=11)
    late = renewed(jira, app, first)
    assert (late.status_code, late.json()["error"]) == (403, "invalid_grant")
    assert not renewed(jira, app, third).ok


def test_ninety_days_without_use_end_it_and_each_use_begins_them_anew(jira: Handle) -> None:
    app = app_at(jira, BACK)
    token = signed_in(jira, app).token["refresh_token"]
    for _ in range(2):
        jira.site.skew += timedelta(days=80)
        token = renewed(jira, app, token).json()["refresh_token"]
    jira.site.skew += timedelta(days=91)
    assert renewed(jira, app, token).json()["error"] == "invalid_grant"


def test_deny_goes_back_with_the_word_and_a_wrong_address_goes_nowhere(jira: Handle) -> None:
    app = app_at(jira, BACK)
    address, state = session(jira, app).authorization_url(authorize_at(jira))
    back = parse_qs(urlsplit(consent(jira, address, allow=False)).query)
    assert (back["error"], back["state"]) == (["access_denied"], [state])
    app.callback = "http://127.0.0.1:9/other"
    assert "not registered" in consent(jira, address)
    register_of(jira.site).apps.clear()
    assert "no app with this client ID" in consent(jira, address)


def test_code_secret_and_verifier_must_fit(jira: Handle) -> None:
    app = app_at(jira, BACK)
    there = session(jira, app)
    address, _ = there.authorization_url(authorize_at(jira))
    back = consent(jira, address)
    there._code_verifier = "x" * 60
    for secret, word in (("wrong", "invalid_client"), (app.secret, "invalid_grant")):
        with pytest.raises(OAuth2Error, match=word):
            there.fetch_token(
                token_at(jira),
                authorization_response=back,
                client_secret=secret,
                include_client_id=True,
            )


def test_another_site_of_the_person_is_another_site(jira: Handle) -> None:
    if not jira.site.cloud:
        pytest.skip("Data Center is one site.")
    there = signed_in(jira, app_at(jira, BACK), ELSEWHERE)
    told = there.get(f"{jira.gateway_url}/oauth/token/accessible-resources").json()
    assert [one["id"] for one in told] == [ELSEWHERE]
    assert there.get(f"{api(jira)}/rest/api/2/myself").status_code == 401


def test_permission_read_writes_nothing(datacenter: Handle, monkeypatch: Any) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    app = app_at(datacenter, BACK, ("READ",))
    there = session(datacenter, app)
    there.scope = ["READ"]
    address, _ = there.authorization_url(authorize_at(datacenter))
    there.fetch_token(
        token_at(datacenter),
        code=_code(consent(datacenter, address)),
        client_secret=app.secret,
        include_client_id=True,
    )
    assert there.get(f"{datacenter.url}/rest/api/2/myself").ok
    body = {"fields": {}}
    assert there.post(f"{datacenter.url}/rest/api/2/issue", json=body).status_code == 403


def test_consent_outlives_a_restart(jira: Handle) -> None:
    app = app_at(jira, BACK)
    token = signed_in(jira, app).token["refresh_token"]
    with jira.site.lock:
        state = dumped(jira.site)
    another = Site(jira.site.flavour, jira.site.version)
    furnish(another)
    load(another, state)
    register = register_of(another)
    made = register.renew(register.apps[app.client_id], token, BACK)
    assert made["refresh_token"] != token
    another.close()


def _code(back: str) -> str:
    return parse_qs(urlsplit(back).query)["code"][0]
