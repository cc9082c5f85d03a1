"""Each OAuth problem has its own name and status, in the header and in the body."""

from __future__ import annotations

import time
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import requests
from requests_oauthlib import OAuth1
from requests_oauthlib.oauth1_session import TokenRequestDenied

from jira_sandbox.server import Handle, running
from tests.sandbox import dancing

MYSELF = "/rest/api/2/myself"


def problem_of(answer: requests.Response) -> str:
    """The problem, which header and body must agree on."""
    name = parse_qs(answer.text)["oauth_problem"][0]
    assert f'oauth_problem="{name}"' in answer.headers["WWW-Authenticate"]
    return name


@pytest.fixture
def token(jira: Handle, key_pair: tuple[str, str]) -> dict[str, str]:
    return dancing.danced(jira, key_pair)


def refused(handle: Handle, private: str, token: dict[str, str], verifier: str) -> str:
    with pytest.raises(TokenRequestDenied) as caught:
        dancing.access_token(handle, private, token, verifier)
    return problem_of(caught.value.response)


def test_exchange_before_and_after_the_decision(jira: Handle, key_pair: tuple[str, str]) -> None:
    private, public = key_pair
    dancing.link(jira, public)
    token = dancing.request_token(jira, private)
    assert refused(jira, private, token, "x") == "permission_unknown"
    assert dancing.decide(jira, token["oauth_token"], deny="Deny")["oauth_verifier"] == ["denied"]
    assert refused(jira, private, token, "denied") == "permission_denied"
    token = dancing.request_token(jira, private)
    verifier = dancing.decide(jira, token["oauth_token"])["oauth_verifier"][0]
    assert refused(jira, private, token, "wrong") == "token_rejected"
    dancing.access_token(jira, private, token, verifier)
    assert refused(jira, private, token, verifier) == "token_rejected"


def test_unknown_consumer_and_bad_callback(jira: Handle, key_pair: tuple[str, str]) -> None:
    private, public = key_pair
    with pytest.raises(TokenRequestDenied) as caught:
        dancing.request_token(jira, private)
    assert problem_of(caught.value.response) == "consumer_key_unknown"
    dancing.link(jira, public)
    with pytest.raises(TokenRequestDenied) as caught:
        dancing.request_token(jira, private, "not-a-url")
    assert caught.value.response.status_code == 400
    assert problem_of(caught.value.response) == "parameter_rejected"


def test_wrong_base_url_echoes_the_base_string(
    jira: Handle, key_pair: tuple[str, str], token: dict[str, str]
) -> None:
    jira.site.configured_base_url = "https://jira.example.com/other"
    with dancing.signed(key_pair[0], token) as oauth:
        answer = oauth.get(jira.url + MYSELF, timeout=10)
    assert answer.status_code == 401
    assert problem_of(answer) == "signature_invalid"
    text = parse_qs(answer.text)["oauth_signature_base_string"][0]
    assert text.startswith("GET&https%3A%2F%2Fjira.example.com%2Fother%2Frest")


def test_clock_and_nonce(jira: Handle, key_pair: tuple[str, str], token: dict[str, str]) -> None:
    def get(nonce: str) -> requests.Response:
        auth = OAuth1(
            dancing.CONSUMER, signature_method="RSA-SHA1", rsa_key=key_pair[0],
            resource_owner_key=token["oauth_token"], nonce=nonce, timestamp=str(int(time.time())),
        )  # fmt: skip
        return requests.get(jira.url + MYSELF, auth=auth, timeout=10)

    jira.site.skew = timedelta(seconds=400)
    late = get("n1")
    assert (late.status_code, problem_of(late)) == (400, "timestamp_refused")
    assert "oauth_acceptable_timestamps" in late.text
    jira.site.skew = timedelta(0)
    replayed = requests.Request("GET", jira.url + MYSELF, auth=OAuth1(
        dancing.CONSUMER, signature_method="RSA-SHA1", rsa_key=key_pair[0],
        resource_owner_key=token["oauth_token"])).prepare()  # fmt: skip
    with requests.Session() as plain:
        assert plain.send(replayed, timeout=10).status_code == 200
        assert problem_of(plain.send(replayed, timeout=10)) == "nonce_used"


def test_only_rsa_sha1(jira: Handle, token: dict[str, str]) -> None:
    auth = OAuth1(dancing.CONSUMER, "secret", token["oauth_token"], token["oauth_token_secret"])
    answer = requests.get(jira.url + MYSELF, auth=auth, timeout=10)
    assert (answer.status_code, problem_of(answer)) == (400, "signature_method_rejected")


def test_deleted_link_and_revoked_token(
    jira: Handle, key_pair: tuple[str, str], token: dict[str, str]
) -> None:
    register = jira.site.parts["oauth"].register
    with dancing.signed(key_pair[0], token) as oauth:
        assert oauth.get(jira.url + MYSELF, timeout=10).json()["displayName"] == "ALM Service"
        register.remove(register.consumer(dancing.CONSUMER).id)
        assert problem_of(oauth.get(jira.url + MYSELF, timeout=10)) == "consumer_key_unknown"
        register.tokens.clear()
        assert problem_of(oauth.get(jira.url + MYSELF, timeout=10)) == "token_rejected"


def test_incomplete_parameters_are_anonymous(cloud: Handle) -> None:
    header = {"Authorization": 'OAuth oauth_consumer_key="x", oauth_token="y"'}
    assert requests.get(cloud.url + MYSELF, headers=header, timeout=10).status_code == 401
    answer = requests.get(cloud.url + "/rest/api/2/project", headers=header, timeout=10)
    assert (answer.status_code, answer.json()) == (200, [])


def test_renewal_by_session_handle(
    jira: Handle, key_pair: tuple[str, str], token: dict[str, str]
) -> None:
    url = jira.url + dancing.SERVLET + "access-token"
    with dancing.signed(key_pair[0], token) as oauth:
        answer = oauth.post(
            url, data={"oauth_session_handle": token["oauth_session_handle"]}, timeout=10
        )
    renewed = {name: values[0] for name, values in parse_qs(answer.text).items()}
    assert renewed["oauth_token"] != token["oauth_token"]
    with dancing.signed(key_pair[0], renewed) as oauth:
        assert oauth.get(jira.url + MYSELF, timeout=10).status_code == 200


def test_out_of_band_shows_the_code(key_pair: tuple[str, str]) -> None:
    with running("datacenter", version=9) as handle:
        dancing.link(handle, key_pair[1])
        token = dancing.request_token(handle, key_pair[0], "oob")
        browser = dancing.Browser(handle, "svc-alm")
        browser.open(dancing.SERVLET + f"authorize?oauth_token={token['oauth_token']}")
        page = browser.submit(dancing.SERVLET + "authorize", approve="Allow").text
        browser.close()
        code = page.partition('id="verifier">')[2].partition("<")[0]
        assert dancing.access_token(handle, key_pair[0], token, code)["oauth_token"]
