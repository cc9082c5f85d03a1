"""Published OAuth 1.0a RSA vectors through the sandbox's own verifier."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jira_sandbox.oauth.signature import base_string, public_key, query_parameters, verified
from tests.vendor_data import vendor_data


def vectors() -> list[dict[str, Any]]:
    path = vendor_data("oauth1_rsa_vectors.json")
    found: list[dict[str, Any]] = json.loads(path.read_text())
    return found


def key_of(vector: dict[str, Any]) -> Any:
    return public_key(vector.get("public_key_pem") or vector["public_key_pkcs1_pem"])


def test_rsa_sha1_verifies_and_no_other_method_does() -> None:
    for vector in vectors():
        sha1 = "RSA-SHA1" in vector["name"]
        found = verified(key_of(vector), vector["base_string"], vector["signature"])
        assert found is sha1, vector["name"]


def test_no_signature_verifies_over_another_base_string() -> None:
    for vector in vectors():
        assert not verified(key_of(vector), vector["base_string"] + "x", vector["signature"])


def test_the_base_string_is_built_as_published() -> None:
    built = 0
    for vector in vectors():
        if "oauth_params" not in vector:
            continue
        query = query_parameters(vector["url"].partition("?")[2])
        pairs = [*vector["oauth_params"].items(), *query]
        assert base_string(vector["method"], vector["url"], pairs) == vector["base_string"]
        built += 1
    assert built


def test_the_example_of_rfc_5849() -> None:
    """Section 3.4.1.1: duplicate names, empty values, plus signs, form bodies."""
    query = query_parameters("b5=%3D%253D&a3=a&c%40=&a2=r%20b")
    oauth = [
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("oauth_signature", "never part of it"),
    ]
    text = base_string("post", "HTTP://EXAMPLE.COM:80/request?b5=1", oauth + query
                       + query_parameters("c2&a3=2+q"))  # fmt: skip
    assert text == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D"
        "%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3"
        "e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk"
        "9d7dh3k39sjv7"
    )


def test_a_key_is_read_with_and_without_its_pem_lines(key_pair: tuple[str, str]) -> None:
    bare = "".join(line for line in key_pair[1].splitlines() if "-----" not in line)
    assert public_key(bare).public_numbers() == public_key(key_pair[1]).public_numbers()
    with pytest.raises(ValueError, match="could not be read"):
        public_key("not a key")
