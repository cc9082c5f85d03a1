"""Running sandboxes of each flavour, and a key pair for OAuth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from jira_sandbox.server import Handle, running
from tests.sandbox.callers import Caller


@pytest.fixture
def cloud() -> Iterator[Handle]:
    with running("cloud") as handle:
        yield handle


@pytest.fixture
def datacenter() -> Iterator[Handle]:
    with running("datacenter", context="/jira") as handle:
        yield handle


@pytest.fixture(params=["cloud", "datacenter"])
def jira(request: pytest.FixtureRequest) -> Iterator[Handle]:
    """Both flavours, one after the other."""
    context = "/jira" if request.param == "datacenter" else ""
    with running(request.param, context=context) as handle:
        yield handle


@pytest.fixture
def service(jira: Handle) -> Caller:
    return Caller(jira, "svc-alm")


@pytest.fixture
def admin(jira: Handle) -> Caller:
    return Caller(jira, "admin")


@pytest.fixture(scope="session")
def key_pair() -> tuple[str, str]:
    """Private and public PEM."""
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()
