"""`python -m jira_sandbox` says where it is, serves, and ends cleanly when told."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]


@pytest.mark.process
@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_it_announces_serves_and_ends(flavour: str) -> None:
    command = [sys.executable, "-W", "error", "-m", "jira_sandbox", "--port", "0", "--json",
               "--flavour", flavour, "--context", "/jira", "--service-admin"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          cwd=ROOT) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        facts = json.loads(process.stdout.readline())
        service = facts["service_user"]
        login = (
            (service["email"], service["api_token"])
            if flavour == "cloud"
            else (service["username"], service["password"])
        )
        assert facts["url"].endswith("/jira")
        with requests.Session() as session:
            session.auth = login
            answer = session.get(facts["url"] + "/rest/api/2/myself", timeout=10)
            assert answer.json()["displayName"] == "ALM Service"
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        assert process.stderr.read() == ""


@pytest.mark.process
def test_a_second_door_speaks_tls(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "jira_sandbox", "--port", "0", "--json",
               "--seed", "empty", "--tls-port", "0"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          cwd=ROOT) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        facts = json.loads(process.stdout.readline())
        with requests.Session() as session:
            session.post(facts["url"] + "/sandbox/faults", timeout=10,
                         json={"name": "tls_certificate", "value": "unknown_ca"})  # fmt: skip
            bundle = tmp_path / "authority.pem"
            bundle.write_text(session.get(facts["url"] + "/sandbox/authority.pem", timeout=10).text)
            address = facts["tls_url"] + "/rest/api/2/serverInfo"
            assert session.get(address, timeout=10, verify=str(bundle)).status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        assert process.stderr.read() == ""
