"""HTTPS with certificates good and bad, switched while the sandbox runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from cryptography import x509

from jira_sandbox.server import Handle, running
from jira_sandbox.tls import Certificates

INFO = "/rest/api/2/serverInfo"


def ask(handle: Handle, verify: str | bool = True) -> requests.Response:
    with requests.Session() as session:
        return session.get(handle.url + INFO, timeout=10, verify=verify)


def show(handle: Handle, kind: str, verify: str | bool) -> None:
    with requests.Session() as session:
        session.post(handle.url + "/sandbox/faults", timeout=10, verify=verify,
                     json={"name": "tls_certificate", "value": kind}).raise_for_status()  # fmt: skip


def test_the_certificate_is_unknown_until_it_is_trusted(tmp_path: Path) -> None:
    with running("cloud", seed="empty", tls=True) as handle:
        assert handle.url.startswith("https://")
        with pytest.raises(requests.exceptions.SSLError):
            ask(handle)
        bundle = tmp_path / "sandbox.pem"
        bundle.write_text(handle.certificate)
        assert ask(handle, str(bundle)).json()["baseUrl"] == handle.url


def test_certificates_change_while_it_runs(tmp_path: Path) -> None:
    with running("cloud", seed="empty", tls=True) as handle:
        certificates = handle.site.parts["certificates"]
        bundle = tmp_path / "authority.pem"
        bundle.write_text(certificates.authority)
        own = tmp_path / "own.pem"
        own.write_text(handle.certificate)
        show(handle, "unknown_ca", str(own))
        assert ask(handle, str(bundle)).status_code == 200
        for kind, words in (("expired", "expired"), ("host_mismatch", "mismatch")):
            certificates.show(kind)
            with pytest.raises(requests.exceptions.SSLError, match=words):
                ask(handle, str(bundle))
        certificates.show("self_signed")
        assert ask(handle, str(own)).status_code == 200


def test_a_sandbox_that_was_started_at_a_name() -> None:
    shown = x509.load_pem_x509_certificate(Certificates("jira.local").pem.encode())
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["jira.local", "localhost"]
