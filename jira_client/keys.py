"""RSA keys for OAuth 1.0a: making, reading, and proving that this computer can sign with them.

Messages name the remedy. Private keys never appear in an error or a repr.

Source of the keys' form, RSA with the public one as PEM: https://developer.atlassian.com/cloud/jira/platform/jira-rest-api-oauth-authentication
"""

from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from jira_client.errors import KeyUnusable, SigningUnavailable

SMALLEST_BITS = 1024


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A fresh key pair: PKCS#8 private and SubjectPublicKeyInfo public PEM."""

    private_pem: str = field(repr=False)
    public_pem: str


def generate_key_pair(bits: int = 2048) -> KeyPair:
    """A new RSA key pair of 2048 bits or more. Raises ValueError for fewer."""
    if bits < 2048:
        raise ValueError("An RSA key needs 2048 bits or more.")
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    private_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")
    return KeyPair(private_pem, public_pem(key))


def public_pem(key: rsa.RSAPrivateKey) -> str:
    """The public half, as Jira's application link takes it."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode("ascii")
    )


def load_private_key(pem: str, *, trusted: bool = False) -> rsa.RSAPrivateKey:
    """The key of a PEM text (PKCS#1 or PKCS#8). Raises KeyUnusable with a plain sentence.

    `trusted` skips the arithmetic check of the key (tens of milliseconds), for keys that were
    made or checked here before.
    """
    text = pem.replace("\\n", "\n").replace("\r", "").strip()
    if "PUBLIC KEY" in text:
        raise KeyUnusable("This is a public key. The private key is needed to sign.")
    if "CERTIFICATE" in text and "PRIVATE" not in text:
        raise KeyUnusable("This is a certificate. The private key is needed to sign.")
    try:
        key = serialization.load_pem_private_key(
            (text + "\n").encode("utf-8"), None, unsafe_skip_rsa_key_validation=trusted
        )
    except TypeError as error:
        raise KeyUnusable("The private key is protected by a password. Remove it first.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(
            "The private key cannot be read. Paste the whole PEM text, from BEGIN to END."
        ) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeyUnusable("The private key is not an RSA key, which Jira's OAuth 1.0a needs.")
    if key.key_size < SMALLEST_BITS:
        raise KeyUnusable(f"The RSA key has only {key.key_size} bits. Make a new pair.")
    return key


def sign_sha1(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 with SHA-1, which Jira demands. Raises SigningUnavailable."""
    try:
        return key.sign(data, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - OAuth 1.0a's own
    except UnsupportedAlgorithm as error:
        raise SigningUnavailable(
            "This computer refuses RSA signatures with SHA-1, which Jira's OAuth 1.0a needs. On "
            "Red Hat systems run: update-crypto-policies --set DEFAULT:SHA1, and restart; or use "
            "the product's container image."
        ) from error


def check_signing() -> None:
    """Signs and verifies once. Raises SigningUnavailable, naming the remedy."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signature = sign_sha1(key, b"proof")
    key.public_key().verify(signature, b"proof", padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
