"""Keys that cannot sign are named in a plain sentence; keys that can are taken in every form."""

import pytest
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from jira_client.diagnosis import explain
from jira_client.errors import KeyUnusable, SigningUnavailable
from jira_client.keys import (
    KeyPair,
    check_signing,
    generate_key_pair,
    load_private_key,
    public_pem,
    sign_sha1,
)

PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
PKCS1 = serialization.PrivateFormat.TraditionalOpenSSL
PLAIN = serialization.NoEncryption()


class Forbidding:
    """A key on a computer whose policy forbids SHA-1, as Red Hat's does since version 9."""

    def sign(self, *_: object) -> bytes:
        raise UnsupportedAlgorithm("sha1 is not supported by this backend for RSA signing.")


def test_what_is_signed_is_what_jira_verifies(pair: KeyPair) -> None:
    signature = sign_sha1(load_private_key(pair.private_pem), b"GET&http%3A%2F%2Fjira")
    shown = serialization.load_pem_public_key(pair.public_pem.encode())
    assert isinstance(shown, rsa.RSAPublicKey)
    shown.verify(signature, b"GET&http%3A%2F%2Fjira", padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    with pytest.raises(InvalidSignature):
        shown.verify(signature, b"GET&http%3A%2F%2Fother", padding.PKCS1v15(), hashes.SHA1())  # noqa: S303


def test_a_computer_that_may_not_sign_names_the_remedy() -> None:
    with pytest.raises(SigningUnavailable, match="update-crypto-policies") as caught:
        sign_sha1(Forbidding(), b"proof")  # type: ignore[arg-type]
    found = explain(caught.value)
    assert (found.code, "container image" in found.remedy) == ("signing_unavailable", True)


def test_the_proof_at_the_start_finds_that_out(monkeypatch: pytest.MonkeyPatch) -> None:
    check_signing()
    monkeypatch.setattr(rsa, "generate_private_key", lambda **_: Forbidding())
    with pytest.raises(SigningUnavailable):
        check_signing()


def test_a_new_pair_belongs_together(pair: KeyPair) -> None:
    key = load_private_key(pair.private_pem)
    assert key.key_size == 2048
    assert public_pem(key) == pair.public_pem
    assert pair.public_pem.startswith("-----BEGIN PUBLIC KEY-----")


def test_fewer_than_2048_bits_are_not_made() -> None:
    with pytest.raises(ValueError, match="2048"):
        generate_key_pair(1024)


def test_every_usual_form_is_read(pair: KeyPair) -> None:
    key = load_private_key(pair.private_pem)
    pkcs1 = key.private_bytes(PEM, PKCS1, PLAIN).decode()
    forms = [
        pkcs1,
        pair.private_pem.replace("\n", "\r\n"),
        pair.private_pem.replace("\n", "\\n"),
        f"\n  {pair.private_pem}  ",
    ]
    numbers = key.private_numbers()
    assert [load_private_key(form).private_numbers() == numbers for form in forms] == [True] * 4


def unusable() -> dict[str, str]:
    locked = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        PEM, PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(PEM, PKCS8, PLAIN)
    return {"password": locked.decode(), "not an RSA key": curve.decode()}


@pytest.mark.parametrize("words", ["password", "not an RSA key"])
def test_the_wrong_kind_of_key(words: str) -> None:
    with pytest.raises(KeyUnusable, match=words) as caught:
        load_private_key(unusable()[words])
    assert "BEGIN" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        ("hello", "cannot be read"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "cannot be read"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "certificate"),
    ],
)
def test_no_key_at_all(text: str, words: str) -> None:
    with pytest.raises(KeyUnusable, match=words):
        load_private_key(text)


def test_a_public_key_is_not_a_private_one(pair: KeyPair) -> None:
    with pytest.raises(KeyUnusable, match="public key"):
        load_private_key(pair.public_pem)
