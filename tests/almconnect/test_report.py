"""What the demo prints when it is ready."""

from __future__ import annotations

import json

from almconnect.launcher.report import Ready

READY = Ready(
    url="http://127.0.0.1:8000",
    login_url="http://127.0.0.1:8000/once/x",
    data="/data",
    sandboxes={"cloud": "http://127.0.0.1:8090", "datacenter": "http://127.0.0.1:8091"},
    accounts={"datacenter": {"admin": {"username": "admin", "password": "admin-password"}}},
    tls_urls={"datacenter": "https://127.0.0.1:8443"},
)


def test_the_door_by_tls_stands_below_its_jira() -> None:
    lines = READY.as_text().splitlines()
    at = lines.index("  Jira Data Center (sandbox): http://127.0.0.1:8091")
    assert lines[at + 1] == "      by TLS, with certificates to switch: https://127.0.0.1:8443"
    assert "by TLS" not in "".join(lines[:at])


def test_a_script_is_told_the_same() -> None:
    assert json.loads(READY.as_json())["tls_urls"] == {"datacenter": "https://127.0.0.1:8443"}
