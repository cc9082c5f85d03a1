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
