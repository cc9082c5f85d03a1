"""Certificates unverified: for 30 days, renewed by an explicit act, each of it in the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from connections.models import Connection
from connections.setup import settings_editing
from jira_sandbox.server import Handle
from tests.callers import ApiCaller


@pytest.fixture
def unverified(draft_to: Callable[..., Connection], cloud: Handle) -> Connection:
    return draft_to(cloud, verify_tls=False)


def soon(connection: Connection) -> None:
    connection.tls_off_until = timezone.now() + timedelta(days=2)
    connection.save()


def test_saving_the_form_again_renews_nothing(unverified: Connection) -> None:
    soon(unverified)
    values = {"verify_tls": False, "name": unverified.name}
    assert settings_editing.edit(unverified, actor=None, values=values) == []
    fresh = Connection.objects.get()
    assert fresh.tls_off_until is not None
    assert fresh.tls_off_until - timezone.now() < timedelta(days=3)


def test_renewed_by_api_for_thirty_days(
    unverified: Connection, admin: Any, token_of: Callable[..., str]
) -> None:
    soon(unverified)
    path = f"/connections/{unverified.pk}"
    api = ApiCaller(token_of(admin))
    answer = api.post(f"{path}/tls-off/renew")
    assert answer.status_code == 200
    entry = AuditEntry.objects.get(action="connection.tls_off_renewed")
    assert entry.before["tls_off_until"] < entry.after["tls_off_until"]
    assert entry.actor == admin
    api.patch(path, {"verify_tls": True})
    assert api.post(f"{path}/tls-off/renew").json()["error"]["code"] == "tls_verified"


def test_switching_it_off_says_until_when(
    draft_to: Callable[..., Connection], cloud: Handle
) -> None:
    connection = draft_to(cloud)
    settings_editing.edit(connection, actor=None, values={"verify_tls": False})
    entry = AuditEntry.objects.get(action="connection.edited")
    assert (entry.before, entry.after["verify_tls"]) == ({"verify_tls": True}, False)
    assert entry.after["tls_off_until"] > timezone.now().isoformat()


def test_a_bundle_is_audited_by_fingerprint(
    draft_to: Callable[..., Connection], cloud: Handle, tmp_path: Path
) -> None:
    pem = a_certificate()
    connection = draft_to(cloud)
    settings_editing.edit(connection, actor=None, values={"ca_bundle": pem})
    after = AuditEntry.objects.get(action="connection.edited").after["ca_bundle"]
    assert [one[:7] for one in after] == ["sha256:"]
    assert len(after[0]) == 7 + 64


def a_certificate() -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca")])
    now = timezone.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=20))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.PEM).decode()
