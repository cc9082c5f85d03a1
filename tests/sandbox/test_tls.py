"""HTTPS with a self-signed certificate: refused unless it is trusted, then all works."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from jira_sandbox.serving import running


def test_the_certificate_is_unknown_until_it_is_trusted(tmp_path: Path) -> None:
    with running("cloud", seed="empty", tls=True) as handle, requests.Session() as session:
        url = handle.url + "/rest/api/2/serverInfo"
        assert url.startswith("https://")
        with pytest.raises(requests.exceptions.SSLError):
            session.get(url, timeout=10)
        bundle = tmp_path / "sandbox.pem"
        bundle.write_text(handle.certificate)
        answer = session.get(url, timeout=10, verify=str(bundle))
        assert answer.json()["baseUrl"] == handle.url
