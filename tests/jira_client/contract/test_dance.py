"""The OAuth dance with the sandbox, on both flavours, with what goes wrong on the way."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from jira_client.auth import OAuth1
from jira_client.client import JiraClient
from jira_client.dance import (
    AccessToken,
    RequestToken,
    access_token,
    authorize_url,
    renew_access_token,
    request_token,
)
from jira_client.errors import OAuthProblem
from jira_client.keys import KeyPair, generate_key_pair
from jira_client.transport import Transport
from jira_sandbox.server import Handle, running
from tests.jira_client.contract.approving import CALLBACK, CONSUMER, add_link, decide
from tests.outgoing.servers import LOOPBACK


@pytest.fixture(params=["cloud", "datacenter"])
def jira(request: pytest.FixtureRequest, pair: KeyPair) -> Iterator[Handle]:
    with running(flavour=request.param, context="/jira") as handle:
        add_link(handle, pair)
        yield handle


@pytest.fixture
def wire(jira: Handle) -> Iterator[Transport]:
    with Transport(jira.url, LOOPBACK) as transport:
        yield transport


def begin(jira: Handle, wire: Transport, pair: KeyPair, callback: str = CALLBACK) -> RequestToken:
    return request_token(wire, jira.url, CONSUMER, pair.private_pem, callback)


def finish(
    jira: Handle, wire: Transport, pair: KeyPair, token: RequestToken, verifier: str
) -> AccessToken:
    return access_token(
        wire, jira.url, CONSUMER, pair.private_pem, token.token, token.secret, verifier
    )


def test_three_legs_lead_to_calls_as_the_approving_user(
    jira: Handle, wire: Transport, pair: KeyPair
) -> None:
    token = begin(jira, wire, pair)
    location, _ = decide(jira, authorize_url(jira.url, token.token))
    given = parse_qs(urlsplit(location).query)
    assert (given["oauth_token"], given["flow"]) == ([token.token], ["1"])
    access = finish(jira, wire, pair, token, given["oauth_verifier"][0])
    assert (access.expires_in or 0) > 10_000_000
    client = JiraClient(wire, OAuth1(CONSUMER, pair.private_pem, access.token))
    assert client.myself().email == "svc-alm@example.com"
    quoted = list(client.search.all('project = FALCON AND summary ~ "a b&c=ü"', ("id",)))
    assert quoted == []

    renewed = renew_access_token(
        wire, jira.url, CONSUMER, pair.private_pem, access.token, access.session_handle or ""
    )
    client = JiraClient(wire, OAuth1(CONSUMER, pair.private_pem, renewed.token))
    assert client.myself().name == "ALM Service"


def test_out_of_band_shows_a_code_to_type(jira: Handle, wire: Transport, pair: KeyPair) -> None:
    token = begin(jira, wire, pair, "oob")
    _, page = decide(jira, authorize_url(jira.url, token.token))
    shown = re.search(r'id="verifier">([^<]+)<', page)
    assert shown is not None
    assert finish(jira, wire, pair, token, f" {shown[1]} ").token


def test_denied(jira: Handle, wire: Transport, pair: KeyPair) -> None:
    token = begin(jira, wire, pair)
    location, _ = decide(jira, authorize_url(jira.url, token.token), "deny")
    assert "oauth_verifier=denied" in location
    with pytest.raises(OAuthProblem) as caught:
        finish(jira, wire, pair, token, "denied")
    assert caught.value.problem == "permission_denied"


@pytest.mark.parametrize(
    "case", ["permission_unknown", "consumer_key_unknown", "signature_invalid"]
)
def test_what_goes_wrong_has_its_name(
    jira: Handle, wire: Transport, pair: KeyPair, case: str
) -> None:
    token = begin(jira, wire, pair)
    attempts = {
        "permission_unknown": lambda: finish(jira, wire, pair, token, "early"),
        "consumer_key_unknown": lambda: request_token(
            wire, jira.url, "nobody", pair.private_pem, CALLBACK
        ),
        "signature_invalid": lambda: begin(jira, wire, generate_key_pair()),
    }
    with pytest.raises(OAuthProblem) as caught:
        attempts[case]()
    assert caught.value.problem == case
    assert caught.value.path is not None


def test_a_revoked_token_is_refused_and_not_taken_for_nobody(
    jira: Handle, wire: Transport, pair: KeyPair
) -> None:
    with pytest.raises(OAuthProblem) as caught:
        JiraClient(wire, OAuth1(CONSUMER, pair.private_pem, "gone")).myself()
    assert caught.value.problem == "token_rejected"
