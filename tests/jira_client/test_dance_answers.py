"""What may come back from the OAuth endpoints besides tokens."""

import pytest

from jira_client.dance import access_token, authorize_url, request_token
from jira_client.errors import NotJson, OAuthProblem, Redirected, ServerFault
from jira_client.keys import KeyPair
from outgoing.wire import WireResponse
from tests.jira_client.servers import Scripted, answer

BASE = "https://jira.example.com/jira"
FORM = {"Content_Type": "text/plain"}


def ask(pair: KeyPair, response: WireResponse) -> object:
    return request_token(Scripted(response), BASE, "key", pair.private_pem, "oob")


def test_an_unconfirmed_callback_is_refused(pair: KeyPair) -> None:
    body = b"oauth_token=a&oauth_token_secret=b"
    for suffix in (b"", b"&oauth_callback_confirmed=false"):
        with pytest.raises(OAuthProblem) as caught:
            ask(pair, answer(None, 200, body + suffix, **FORM))
        assert caught.value.problem == "callback_unconfirmed"


def test_tokens_are_decoded(pair: KeyPair) -> None:
    body = b"oauth_token=a%2Bb&oauth_token_secret=c%3D&oauth_callback_confirmed=true"
    token = request_token(
        Scripted(answer(None, 200, body, **FORM)), BASE, "key", pair.private_pem, "oob"
    )
    assert (token.token, token.secret) == ("a+b", "c=")
    assert "c=" not in repr(token)


@pytest.mark.parametrize(
    ("location", "to_login"),
    [("https://sso.example.com/login?x=1", True), ("https://new.example.com/jira/x?y=1", False)],
)
def test_elsewhere_is_no_token(pair: KeyPair, location: str, to_login: bool) -> None:
    with pytest.raises(Redirected) as caught:
        ask(pair, answer(None, 302, b"", Location=location))
    assert caught.value.to_login is to_login
    assert caught.value.location == location.partition("?")[0]


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (answer(None, 200, b"<html><title>Log in</title></html>"), "login_page"),
        (answer(None, 200, b"<html><title>Hello</title></html>"), "html"),
        (answer({"a": 1}), "html"),
        (answer(None, 200, b""), "empty"),
    ],
)
def test_a_page_is_no_token(pair: KeyPair, response: WireResponse, kind: str) -> None:
    with pytest.raises(NotJson) as caught:
        ask(pair, response)
    assert caught.value.kind == kind
    assert caught.value.path == "/plugins/servlet/oauth/request-token"


def test_a_problem_keeps_the_address_that_was_signed(pair: KeyPair) -> None:
    response = answer(None, 401, b"oauth_problem=signature_invalid", **FORM)
    with pytest.raises(OAuthProblem) as caught:
        ask(pair, response)
    assert caught.value.sent_url == f"{BASE}/plugins/servlet/oauth/request-token"


def test_a_failing_jira_is_a_failing_jira(pair: KeyPair) -> None:
    with pytest.raises(ServerFault):
        ask(pair, answer(None, 503, b"busy"))


def test_a_denied_verifier_is_not_exchanged(pair: KeyPair) -> None:
    transport = Scripted(answer(None, 200, b""))
    with pytest.raises(OAuthProblem) as caught:
        access_token(transport, BASE, "key", pair.private_pem, "t", "s", "denied")
    assert caught.value.problem == "permission_denied"
    assert transport.sent == []


def test_lifetimes_are_read_where_they_are_told(pair: KeyPair) -> None:
    body = b"oauth_token=a&oauth_token_secret=b&oauth_expires_in=60&oauth_session_handle=h"
    transport = Scripted(answer(None, 200, body, **FORM))
    access = access_token(transport, BASE, "key", pair.private_pem, "t", "s", "v")
    assert (access.expires_in, access.session_handle) == (60, "h")
    assert access.authorization_expires_in is None
    assert "oauth_verifier" in transport.sent[0].headers["Authorization"]


def test_the_approval_address_cannot_be_bent(pair: KeyPair) -> None:
    assert authorize_url(f"{BASE}/", "a&b").endswith(
        "/jira/plugins/servlet/oauth/authorize?oauth_token=a%26b"
    )
