"""OAuth 1.0a RSA-SHA1: published vectors, an independent verifier, and what is and is not signed."""

import base64
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from jira_client.auth import Basic, Bearer, OAuth1, base_uri
from jira_client.errors import KeyUnusable
from jira_client.keys import KeyPair, load_private_key, sign_sha1
from jira_client.protocol import Request, encode
from tests.jira_client.base_strings import base_string, header_fields, verify

BASE = "https://Jira.example.com:443/jira"


@pytest.fixture(scope="module")
def vectors(jira_data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (jira_data / "oauth1_rsa_vectors.json").read_text("utf-8")
    )
    return [one for one in found if "SHA256" not in one["name"] and "SHA512" not in one["name"]]


def test_published_signatures(vectors: list[dict[str, Any]]) -> None:
    for vector in vectors:
        key = load_private_key(vector["private_key_pem"])
        made = sign_sha1(key, vector["base_string"].encode())
        assert base64.b64encode(made).decode() == vector["signature"], vector["name"]
    assert len(vectors) == 2


def test_a_published_request_is_signed_to_the_last_digit(vectors: list[dict[str, Any]]) -> None:
    (vector,) = (one for one in vectors if "url" in one)
    given = vector["oauth_params"]
    auth = OAuth1(
        given["oauth_consumer_key"],
        vector["private_key_pem"],
        extra={"oauth_nonce": given["oauth_nonce"]},
        clock=lambda: float(given["oauth_timestamp"]),
    )
    fields = header_fields(auth.headers(vector["method"], vector["url"])["Authorization"])
    assert fields.pop("oauth_signature") == vector["signature"]
    assert fields == given
    assert base_string(vector["method"], vector["url"], given.items()) == vector["base_string"]


@pytest.mark.parametrize(
    "jql",
    [
        'project = A AND updated >= "2026-11-23 10:04"',
        "text ~ 'a&b=c+d%20' ORDER BY rank",
        'summary ~ "Größe ✓ 漢字"',
        "a=1&a=0",
        "~*!()'/?:@$,;",
        "",
    ],
)
def test_an_independent_verifier_accepts_what_is_sent(pair: KeyPair, jql: str) -> None:
    target = encode(Request("GET", "/rest/api/2/search", params={"jql": jql, "b": "2"})).target
    header = OAuth1("key", pair.private_pem, "tok").headers("GET", BASE + target)["Authorization"]
    fields = verify(pair.public_pem, header, "GET", BASE + target)
    assert fields["oauth_token"] == "tok"
    with pytest.raises(InvalidSignature):
        verify(pair.public_pem, header, "GET", BASE + target + "&b=3")


def test_all_six_parameters_and_a_fresh_nonce_each_time(pair: KeyPair) -> None:
    auth = OAuth1("key", pair.private_pem, "tok", clock=lambda: 1_700_000_000.9)
    first, second = (header_fields(auth.headers("GET", BASE)["Authorization"]) for _ in range(2))
    names = {"consumer_key", "token", "signature_method", "signature", "timestamp", "nonce"}
    assert {f"oauth_{name}" for name in names} <= first.keys()
    assert first["oauth_timestamp"] == "1700000000"
    assert first["oauth_nonce"] != second["oauth_nonce"]


def test_the_parameters_of_the_dance_are_signed_with_the_rest(pair: KeyPair) -> None:
    extra = {"oauth_callback": "https://alm.example.com/back?a=b c", "oauth_session_handle": "h/+"}
    header = OAuth1("käy", pair.private_pem, extra=extra).headers("POST", BASE)["Authorization"]
    fields = verify(pair.public_pem, header, "POST", BASE)
    assert fields.items() >= extra.items()
    assert fields["oauth_consumer_key"] == "käy"
    assert "oauth_token" not in fields


def test_a_form_is_signed(pair: KeyPair) -> None:
    form = [("a", "b c+d&e"), ("empty", ""), ("a", "ä")]
    header = OAuth1("key", pair.private_pem, "t").headers("POST", BASE, form)["Authorization"]
    verify(pair.public_pem, header, "POST", BASE, form)
    with pytest.raises(InvalidSignature):
        verify(pair.public_pem, header, "POST", BASE)


def test_default_ports_go_and_others_stay() -> None:
    assert base_uri(f"{BASE}/rest?x=1") == "https://jira.example.com/jira/rest"
    assert base_uri("http://a.example.com:80/x") == "http://a.example.com/x"
    assert base_uri("https://EXAMPLE.com:8443/a") == "https://example.com:8443/a"
    assert base_uri("http://[::1]:8080") == "http://[::1]:8080/"


def test_the_key_is_read_once(pair: KeyPair, monkeypatch: pytest.MonkeyPatch) -> None:
    auth = OAuth1("key", pair.private_pem, "tok")
    monkeypatch.setattr("cryptography.hazmat.primitives.serialization.load_pem_private_key", None)
    for _ in range(2):
        verify(pair.public_pem, auth.headers("GET", BASE)["Authorization"], "GET", BASE)
    with pytest.raises(KeyUnusable):
        OAuth1("key", pair.private_pem, "tok")


def test_no_log_holds_a_token_at_any_level(pair: KeyPair, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("elsewhere").debug("heard")
        OAuth1("key", pair.private_pem, "t0ken", {"oauth_verifier": "ver1fier"}).headers(
            "GET", BASE
        )
    assert "heard" in caplog.text
    assert "t0ken" not in caplog.text
    assert "ver1fier" not in caplog.text


def test_basic_is_utf8() -> None:
    header = Basic("ärger", "päss:wörd").headers("GET", BASE)["Authorization"]
    assert base64.b64decode(header.removeprefix("Basic ")).decode() == "ärger:päss:wörd"


def test_no_repr_shows_a_secret(pair: KeyPair) -> None:
    auth = OAuth1("k", pair.private_pem, "tok3n")
    shown = repr([auth, auth._signer.client, Basic("ann", "s3cret"), Bearer("t0p"), pair])
    for secret in ("PRIVATE", "tok3n", "s3cret", "t0p"):
        assert secret not in shown


def test_a_bearer_token_cannot_smuggle_a_header() -> None:
    with pytest.raises(ValueError, match="token"):
        Bearer("abc\r\nX-Evil: 1").headers("GET", BASE)
