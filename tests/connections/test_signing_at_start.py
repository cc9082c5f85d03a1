"""A computer that refuses SHA-1 says so at the start and at `/readyz`, with the remedy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from django.test import Client

from almconnect import health


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    health.signing.cache_clear()
    yield
    health.signing.cache_clear()


def test_where_it_works_nothing_is_said(db: None, caplog: pytest.LogCaptureFixture) -> None:
    health.tell_of_signing()
    assert not caplog.records
    assert Client().get("/readyz").json()["checks"]["signing"]["state"] == "ok"


def test_where_it_does_not_the_remedy_is_named(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Stripped(padding.PKCS1v15):
        """As on a system whose crypto policy has no SHA-1 signatures."""

        def __init__(self) -> None:
            raise UnsupportedAlgorithm("sha1 is not supported")

    monkeypatch.setattr("jira_client.keys.padding.PKCS1v15", Stripped)
    health.tell_of_signing()
    assert "update-crypto-policies --set DEFAULT:SHA1" in caplog.text
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert "DEFAULT:SHA1" in ready.json()["checks"]["signing"]["reason"]
