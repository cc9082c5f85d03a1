"""OAuth 1.0a RSA-SHA1: published vectors, an independent signer, and what is and is not signed."""

import base64
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from oauthlib.oauth1.rfc5849 import signature as independent

from jira_client.auth import Basic, Bearer, OAuth1, base_string
from jira_client.keys import KeyPair, load_private_key, sign_sha1
from jira_client.protocol import Request, encode

BASE = "https://Jira.example.com:443/jira"


def header_fields(header: str) -> dict[str, str]:
    assert header.startswith("OAuth ")
    return {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', header)}


def test_published_vectors(jira_data: Path) -> None:
    vectors: list[dict[str, Any]] = json.loads(
        (jira_data / "oauth1_rsa_vectors.json").read_text("utf-8")
    )
    proven = 0
    for vector in vectors:
        if "SHA256" in vector["name"] or "SHA512" in vector["name"]:
            continue
        key = load_private_key(vector["private_key_pem"])
        made = sign_sha1(key, vector["base_string"].encode())
        assert base64.b64encode(made).decode() == vector["signature"], vector["name"]
        proven += 1
    assert proven == 2


def test_the_base_string_of_the_wiki_example() -> None:
    parameters = {
        "oauth_consumer_key": "dpf43f3p2l4k3l03",
        "oauth_timestamp": "1196666512",
        "oauth_nonce": "13917289812797014437",
        "oauth_signature_method": "RSA-SHA1",
        "oauth_version": "1.0",
    }
    url = "http://photos.example.net/photos?file=vacaction.jpg&size=original"
    assert base_string("GET", url, parameters.items()) == (
        "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacaction.jpg%26oauth_consumer_key"
        "%3Ddpf43f3p2l4k3l03%26oauth_nonce%3D13917289812797014437%26oauth_signature_method%3D"
        "RSA-SHA1%26oauth_timestamp%3D1196666512%26oauth_version%3D1.0%26size%3Doriginal"
    )


@pytest.mark.parametrize(
    "jql",
    [
        'project = A AND updated >= "2026-11-23 10:04"',
        "text ~ 'a&b=c+d%20' ORDER BY rank",
        'summary ~ "Größe ✓ 漢字"',
        "a=1&a=0",
        "",
    ],
)
def test_an_independent_signer_builds_the_same_string_and_the_key_verifies_it(
    pair: KeyPair, jql: str
) -> None:
    target = encode(Request("GET", "/rest/api/2/search", params={"jql": jql, "b": "2"})).target
    header = OAuth1("key", pair.private_pem, "tok").headers("GET", BASE + target)["Authorization"]
    fields = header_fields(header)
    signature = fields.pop("oauth_signature")
    query = urlsplit(target).query
    pairs = independent.collect_parameters(uri_query=query, headers={"Authorization": header})
    expected = independent.signature_base_string(
        "GET",
        independent.base_string_uri(BASE + target),
        independent.normalize_parameters([p for p in pairs if p[0] != "oauth_signature"]),
    )
    assert base_string("GET", BASE + target, fields.items()) == expected
    public = serialization.load_pem_public_key(pair.public_pem.encode())
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(base64.b64decode(signature), expected.encode(), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303


def test_all_six_parameters_and_a_fresh_nonce_each_time(pair: KeyPair) -> None:
    auth = OAuth1("key", pair.private_pem, "tok", clock=lambda: 1_700_000_000.9)
    first, second = (header_fields(auth.headers("GET", BASE)["Authorization"]) for _ in range(2))
    names = {"consumer_key", "token", "signature_method", "signature", "timestamp", "nonce"}
    assert {f"oauth_{name}" for name in names} <= first.keys()
    assert first["oauth_timestamp"] == "1700000000"
    assert first["oauth_nonce"] != second["oauth_nonce"]


def test_a_json_body_is_not_signed_and_a_form_is(pair: KeyPair) -> None:
    plain = base_string("POST", BASE, [("oauth_nonce", "1")])
    form = base_string("POST", BASE, [("oauth_nonce", "1"), ("a", "b c")])
    assert "a%3Db%2520c" in form
    assert "a%3D" not in plain


def test_default_ports_go_and_others_stay() -> None:
    assert "https%3A%2F%2Fjira.example.com%2Fjira%2Frest" in base_string("GET", f"{BASE}/rest", [])
    assert "a.example.com%2Fx" in base_string("GET", "http://a.example.com:80/x", [])
    assert "example.com%3A8443%2Fa" in base_string("GET", "https://EXAMPLE.com:8443/a", [])
    assert "%5B%3A%3A1%5D%3A8080%2F" in base_string("GET", "http://[::1]:8080", [])


def test_basic_is_utf8() -> None:
    header = Basic("ärger", "päss:wörd").headers("GET", BASE)["Authorization"]
    assert base64.b64decode(header.removeprefix("Basic ")).decode() == "ärger:päss:wörd"


def test_no_repr_shows_a_secret(pair: KeyPair) -> None:
    shown = repr(
        [OAuth1("k", pair.private_pem, "tok3n"), Basic("ann", "s3cret"), Bearer("t0p"), pair]
    )
    for secret in ("PRIVATE", "tok3n", "s3cret", "t0p"):
        assert secret not in shown


def test_a_bearer_token_cannot_smuggle_a_header() -> None:
    with pytest.raises(ValueError, match="token"):
        Bearer("abc\r\nX-Evil: 1").headers("GET", BASE)
